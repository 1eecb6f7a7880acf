"""People, organisations and places: names, clusters, titles and roles."""

from collections.abc import Callable

from wiredesk.events import ArticleExtracted, Entity
from wiredesk_extraction.cast import slug

Extract = Callable[..., ArticleExtracted]


def entity(article: ArticleExtracted, entity_id: str) -> Entity:
    return next(e for e in article.entities if e.id == entity_id)


def texts(found: Entity, kind: str = "name") -> list[str]:
    return [m.text for m in found.mentions if m.kind == kind]


def test_a_surname_is_the_person_named_in_full(extract: Extract) -> None:
    article = extract("Sir Edward Hallam flew to Oslo. Sir Edward met the king. Mr Hallam left on Friday.")
    hallam = entity(article, "person:edward-hallam")
    assert texts(hallam) == ["Sir Edward Hallam", "Sir Edward", "Mr Hallam"]
    assert (hallam.name, hallam.title) == ("Edward Hallam", "Sir")


def test_presidents_joined_by_and_are_two_people(extract: Extract) -> None:
    article = extract("The friendship between Presidents Lincoln and Juarez grew.")
    assert {e.name for e in article.entities if e.type == "Person"} == {"Lincoln", "Juarez"}


def test_a_form_of_address_announces_a_name(extract: Extract) -> None:
    article = extract("Mr Ole Brandt met Ms Mary Kessler in Oslo. Then Mr Brandt left.")
    assert texts(entity(article, "person:ole-brandt")) == ["Mr Ole Brandt", "Mr Brandt"]


def test_an_apposition_is_a_nominal_mention_and_a_role(extract: Extract) -> None:
    article = extract("Lord Peter Ashdown, the NATO secretary general, arrived in Oslo. He met Mr Ole Brandt.")
    ashdown = entity(article, "person:peter-ashdown")
    assert texts(ashdown, "nominal") == ["the NATO secretary general"]
    assert ashdown.roles == ("NATO secretary general",)


def test_a_leader_named_by_office_is_the_one_introduced_with_it(extract: Extract) -> None:
    article = extract(
        "Lord Peter Ashdown, the NATO secretary general, arrived in Oslo. Ministers met the NATO chief on Friday."
    )
    assert "the NATO chief" in texts(entity(article, "person:peter-ashdown"), "nominal")


def test_a_description_before_the_name_counts_too(extract: Extract) -> None:
    article = extract("The proposals were made by the Danish Trade Minister, Mr Ole Brandt, on Friday.")
    brandt = entity(article, "person:ole-brandt")
    assert texts(brandt, "nominal") == ["the Danish Trade Minister"]
    assert brandt.roles == ("Danish Trade Minister",)


def test_an_acronym_is_its_expansion(extract: Extract) -> None:
    article = extract("The World Health Organization met in Geneva. The WHO said vaccines were on their way.")
    assert texts(entity(article, "organization:world-health-organization")) == ["World Health Organization", "WHO"]


def test_short_forms_of_a_country_are_one_place(extract: Extract) -> None:
    article = extract("The United States and Canada agreed. Officials in the U.S. said so on Friday.")
    assert texts(entity(article, "place:united-states")) == ["United States", "U.S."]


def test_a_possessive_ending_is_not_part_of_a_name(extract: Extract) -> None:
    article = extract("Norway's government met the NATO's council. Norway’s king was there.")
    assert texts(entity(article, "place:norway")) == ["Norway", "Norway"]


def test_ids_come_from_names_alone() -> None:
    assert slug("Édouard  d’Arc-Müller") == "edouard-darc-muller"
    assert slug("Владимир Путин") == "владимир-путин"
    assert slug("!!!") == "unnamed"


def test_ids_are_unique_in_an_article(extract: Extract) -> None:
    article = extract("John Smith met John Smith. J. Smith and Mr Smith left London for London, Ontario. SMITH stayed.")
    ids = [e.id for e in article.entities]
    assert len(ids) == len(set(ids))
