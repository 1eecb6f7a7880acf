"""What is worked out once for an article, whatever its names, its script and its corrections."""

import pytest
from wiredesk.events import Entity, Mention
from wiredesk.index.corrected import Tag
from wiredesk.index.prepared import names_of, prepared
from wiredesk.index.reported import other_names, speakers_of
from wiredesk.index.scripts import has_ideographs


def _named(text, id, type, name, *spoken, kind="name", roles=()):
    mentions = tuple(Mention(start=text.index(s), end=text.index(s) + len(s), text=s, kind=kind) for s in spoken)
    return Entity(id=id, type=type, name=name, roles=roles, mentions=mentions)


def _with(article, *entities):
    return article.model_copy(update={"entities": entities})


def test_every_name_is_kept_once_spaces_evened_out_and_what_it_is_called_first(make_article):
    text = "Mayor Zoë  Ünlü spoke. Ünlü left. Zoë Ünlü came back. She smiled."
    entity = _named(text, "person:zoe-unlu", "Person", "Zoë Ünlü", "Ünlü", "Zoë  Ünlü", "Zoë Ünlü")
    taken = prepared(_with(make_article(text=text), entity), {})
    assert taken.spoken == [["Zoë Ünlü", "Ünlü"]]
    assert list(other_names(entity, taken.spoken[0])) == ["Ünlü"]


def test_an_entity_that_an_article_repeats_is_one_with_all_its_names(make_article):
    text = "The Harbour Board of Oslo met. The Board agreed."
    board = _named(text, "organization:board", "Organization", "Harbour Board", "Harbour Board")
    again = _named(text, "organization:board", "Group", "Board", "Board", "Harbour Board of Oslo")
    oslo = _named(text, "place:oslo", "Place", "Oslo", "Oslo")
    taken = prepared(_with(make_article(text=text), board, oslo, again), {})
    assert names_of(taken) == {
        "organization:board": ("Organization", ["Harbour Board", "Board", "Harbour Board of Oslo"]),
        "place:oslo": ("Place", ["Oslo"]),
    }
    assert taken.spoken[0] == ["Harbour Board"]


def test_an_id_that_cannot_be_kept_has_no_names(make_article):
    text = "Ada Holm spoke."
    entities = (_named(text, f"person:{'é' * 253}", "Person", "Ada Holm", "Ada Holm"),)
    assert names_of(prepared(_with(make_article(text=text), *entities), {})) == {}


def test_names_before_a_correction_count_as_what_it_is_called(make_article):
    text = "Ada Holm spoke. Holm left."
    article = _with(make_article(text=text), _named(text, "person:ada", "Person", "Ada Holm", "Ada Holm", "Holm"))
    taken = prepared(article, {"person:ada": Tag("person:ada-berg", "Ada Berg")})
    assert taken.extracted is article
    assert names_of(taken) == {"person:ada-berg": ("Person", ["Ada Berg", "Ada Holm", "Holm"])}
    assert list(other_names(taken.shown.entities[0], taken.spoken[0])) == ["Holm"]


def test_a_speaker_is_called_all_that_the_article_says_and_nobody_has_no_name(make_article):
    text = 'The old captain, Captain Ada Holm, came. "Sail now," said Holm. "Stay," said Nils Vik. "Why?" it rang.'
    quotes = [("Sail now,", "Holm", "said"), ("Stay,", "Nils Vik", "said"), ("Why?", None, None)]
    article = make_article(text=text, quotes=quotes)
    known = article.quotes[0].speaker.entity_id
    names = _named(text, known, "Person", "Ada Holm", "Ada Holm", "Captain Ada Holm", roles=("pilot",))
    nominal = _named(text, known, "Person", "Ada Holm", "The old captain", kind="nominal").mentions
    entity = names.model_copy(update={"mentions": (*names.mentions, *nominal)})
    taken = prepared(_with(article, entity), {})
    assert list(speakers_of(taken.shown, taken.spoken)) == [
        ["Holm", "Ada Holm", "Captain Ada Holm", "pilot", "The old captain"],
        ["Nils Vik"],
        [],
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plain words.", False),
        ("“Quoted” – and Zoë’s café", False),
        ("Москва и Αθήνα", False),
        ("Shown in 東京 today", True),
        ("“ไทย”", True),
        ("the rare 𠀀", True),
    ],
)
def test_scripts_without_spaces_are_found_among_any_others(text, expected):
    assert has_ideographs(text) is expected
