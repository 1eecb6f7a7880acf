"""The stage with pipelines of several languages: small ones, made here of rules."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import spacy
from wiredesk.errors import UsageError
from wiredesk.events import ArticleExtracted, ArticleIngested
from wiredesk.settings import read
from wiredesk.stage.contract import Item
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.languages.pipelines import load_pipelines
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.settings import ExtractionSettings
from wiredesk_extraction.stage import stage_function

NAMES: Mapping[str, list[tuple[str, str]]] = {
    "de": [("PER", "Hella Brinkmöller"), ("ORG", "Deichverband Nordmarsch"), ("LOC", "Mailand"), ("LOC", "Wien")],
    "fr": [("PERSON", "Odile Marchenoir"), ("GPE", "Londres")],
}
GERMAN = (
    "Hella Brinkmöller vom Deichverband Nordmarsch war am Donnerstag in Mailand und Wien. „Wir bleiben dabei“, "
    "sagte Brinkmöller. Der Deichverband Nordmarsch erklärte: „Der Deich hält.“"
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A pipeline of each language that finds the names above, on disk."""
    made = {}
    for code, names in NAMES.items():
        nlp = spacy.blank(code)
        nlp.add_pipe("sentencizer")
        nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for label, name in names])
        made[code] = tmp_path_factory.mktemp("models") / code
        nlp.to_disk(made[code])
    return made


Read = Callable[[str, str], ArticleExtracted]


@pytest.fixture(scope="module")
def read_with_pipelines(reader: Reader, gazetteer: Gazetteer, folders: Mapping[str, Path]) -> Read:
    settings = read(ExtractionSettings, models=" ".join(f"{code}={path}" for code, path in folders.items()))
    function = stage_function(reader, gazetteer, load_pipelines(settings.named_models, reader))

    def run(code: str, text: str) -> ArticleExtracted:
        [result] = function([Item("1-0", article(code, text))])
        assert isinstance(result, ArticleExtracted)
        return result

    return run


def article(code: str, text: str) -> ArticleIngested:
    return ArticleIngested(
        article_id="a1",
        revision=1,
        submission_id="1-0",
        text=text,
        language=code,
        published_at="2001-11-23",
        content_hash="h",
        cluster_id="c",
    )


def test_an_article_is_read_with_its_languages_pipeline(read_with_pipelines: Read) -> None:
    result = read_with_pipelines("de", GERMAN)
    assert result.warnings == ()
    assert {(entity.name, entity.type, len(entity.mentions)) for entity in result.entities} == {
        ("Hella Brinkmöller", "Person", 2),
        ("Deichverband Nordmarsch", "Organization", 2),
        ("Mailand", "Place", 1),
        ("Wien", "Place", 1),
    }
    assert [(q.text, q.speaker.entity_id) for q in result.quotes if q.speaker] == [
        ("Wir bleiben dabei", "person:hella-brinkmoller"),
        ("Der Deich hält.", "organization:deichverband-nordmarsch"),
    ]
    assert [date.value for date in result.dates] == ["2001-11-22"]
    assert result.extractor.endswith(" de_pipeline/0.0.0")


def test_its_places_are_found_by_their_names_in_its_language(read_with_pipelines: Read) -> None:
    places = read_with_pipelines("de", GERMAN).places
    assert {(place.entity_id, place.country_code) for place in places} == {
        ("place:mailand", "IT"),
        ("place:wien", "AT"),
    }
    french = read_with_pipelines("fr", "Odile Marchenoir est à Londres. « Il pleut ici », dit-elle.")
    assert [place.country_code for place in french.places] == ["GB"]
    [quote] = french.quotes
    assert quote.speaker
    assert (quote.speaker.text, quote.speaker.name) == ("elle", "Odile Marchenoir")


def test_a_language_without_a_pipeline_names_only_those_who_speak(extract: Callable[..., ArticleExtracted]) -> None:
    result = extract(GERMAN.replace("sagte Brinkmöller", "sagte Hella Brinkmöller"), "2001-11-23", "de-AT")
    assert result.warnings == ("names_not_read",)
    assert [(entity.name, len(entity.mentions)) for entity in result.entities] == [("Hella Brinkmöller", 2)]
    assert result.places == ()
    assert [quote.speaker.name for quote in result.quotes if quote.speaker][:1] == ["Hella Brinkmöller"]
    assert all(fact.origin and fact.origin.name.startswith("wiredesk") for fact in (*result.entities, *result.quotes))


def test_english_is_read_by_its_own_rules_beside_others(reader: Reader, read_with_pipelines: Read) -> None:
    result = read_with_pipelines("en", "“We are ready,” said Mary Kessler, who vowed to reopen the harbour.")
    assert {quote.kind for quote in result.quotes} == {"direct", "indirect"}
    assert result.extractor.endswith(f"{reader.name}/{reader.version}")


def test_a_pipeline_may_be_left_out_though_it_is_installed(reader: Reader) -> None:
    assert list(load_pipelines({"de": "-"}, reader)) == ["en"]


def test_with_english_alone_nothing_more_is_loaded(reader: Reader) -> None:
    assert load_pipelines({}, reader) == {"en": reader}


def test_a_wrong_pipeline_is_a_usage_error(reader: Reader, folders: Mapping[str, Path]) -> None:
    for named, told in (
        ({"de": "no_such_pipeline"}, r"no spaCy pipeline no_such_pipeline.*spacy download de_core_news_md"),
        ({"fr": str(folders["de"])}, "is a pipeline for 'de', not for 'fr'"),
        ({"xx": "xx_ent_wiki_sm"}, "there are no rules for 'xx'"),
        ({"en": "en_core_web_sm"}, "WIREDESK_MODEL; name it there alone"),
    ):
        with pytest.raises(UsageError, match=f"WIREDESK_MODELS: .*{told}"):
            load_pipelines(named, reader)


@pytest.mark.parametrize("models", ["de", "de=", "=de_core_news_md", "de=a de=b"])
def test_a_wrong_setting_is_a_usage_error(models: str) -> None:
    with pytest.raises(UsageError, match="WIREDESK_MODELS"):
        read(ExtractionSettings, models=models)


HOSTILE = {
    "marks": '„“»«"' * 2000,
    "cues": "sagte sagte, dit-il a-t-elle dit " * 500,
    "dashes": "— a — dijo — b\n" * 1000,
    "numbers": "1. 2. Mai 1990 0 00 " * 500,
    "no space": "a" * 100_000,
    "emoji": "„👩‍👩‍👧“, sagte 👩 Ida Ost\u0301. " * 100,
    "capitals": "Ida Ost Ida Ost sagte " * 500,
    "brackets": ") sagte ( " * 1000,
    "apostrophes": "l'l'l'd'aujourd'hui'" * 500,
    "hyphens": "-il -t-il dit-il-elle-t- " * 500,
}


@pytest.mark.parametrize("code", ["de", "fr", "es", "it", "pt", "nl"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_read_without_a_false_offset(
    extract: Callable[..., ArticleExtracted], code: str, kind: str
) -> None:
    result = extract(HOSTILE[kind], "2001-11-23", code)
    for span in result.spans():
        assert result.text[span.start : span.end] == span.text
