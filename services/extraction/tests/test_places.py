"""Places on the map."""

from collections.abc import Callable

import pytest
from wiredesk.events import ArticleExtracted, Place
from wiredesk_extraction.gazetteer import Gazetteer, Spot, place_key

Extract = Callable[..., ArticleExtracted]


def located(article: ArticleExtracted) -> dict[str, Place]:
    return {place.entity_id: place for place in article.places}


def test_the_largest_place_of_a_name_is_meant_when_nothing_else_tells(extract: Extract) -> None:
    paris = located(extract("The ministers met in Paris on Friday."))["place:paris"]
    assert (paris.geonames_id, paris.country_code) == (2988507, "FR")
    assert (paris.latitude, paris.longitude) == pytest.approx((48.85, 2.35), abs=0.05)


def test_a_qualifier_beside_the_name_decides(extract: Extract) -> None:
    assert located(extract("The farmers met in Paris, Texas, on Friday."))["place:paris"].country_code == "US"


def test_a_state_named_in_the_article_draws_its_towns(extract: Extract) -> None:
    article = extract("Farmers in Louisiana are worried. In Mansfield the mayor called a meeting. Shreveport waits.")
    mansfield = located(article)["place:mansfield"]
    assert mansfield.latitude == pytest.approx(32.04, abs=0.1)


def test_a_direction_is_no_town(extract: Extract) -> None:
    assert "place:west" not in located(extract("He wants a closer relationship with the West."))


def test_a_country_has_its_geonames_id(extract: Extract) -> None:
    assert located(extract("Officials in Norway agreed."))["place:norway"].geonames_id == 3144096


def test_every_place_belongs_to_an_entity(extract: Extract) -> None:
    article = extract("Oslo, Bergen and Paris met Kenya and California in Africa.")
    assert set(located(article)) <= {e.id for e in article.entities if e.type == "Place"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("St. Paul", "Saint Paul"), ("São Paulo", "sao paulo"), ("The Hague", "Hague"), ("Ft. Worth", "Fort Worth")],
)
def test_spellings_of_a_place_have_one_key(one: str, other: str) -> None:
    assert place_key(one) == place_key(other)


def test_a_gazetteer_answers_by_name_and_population() -> None:
    def city(number: int, population: int, country: str) -> dict[str, object]:
        return {
            "geonameid": number,
            "name": "Springfield",
            "latitude": float(number),
            "longitude": 0.0,
            "countrycode": country,
            "population": population,
            "admin1code": "X",
            "alternatenames": ["Spring Town", "SPR", "springtown"],
        }

    area = Spot(99, "country", 0.0, 0.0, "AA", "", 7)
    gazetteer = Gazetteer([city(1, 10, "AA"), city(3, 20_000, "AA")], [("Aaland", area)])
    assert [spot.geonames_id for spot in gazetteer.find("springfield")] == [3, 1]
    assert [spot.geonames_id for spot in gazetteer.find("Spring Town")] == [3]
    assert gazetteer.find("SPR") == []
    assert gazetteer.find("") == []
    [aaland] = gazetteer.find("Aaland")
    assert (aaland.latitude, aaland.population) == (2.0, 7)


def test_a_public_body_has_its_seat_on_the_map(extract: Extract) -> None:
    article = extract("Officers of the Columbus Police Department searched two houses in Ohio on Friday.")
    columbus = next(e for e in article.entities if e.id == "place:columbus")
    assert [m.text for m in columbus.mentions] == ["Columbus"]
    assert located(article)["place:columbus"].latitude == pytest.approx(39.96, abs=0.1)


def test_a_dateline_is_a_place(extract: Extract) -> None:
    article = extract("SHREVEPORT -- City officials met on Friday.\n\nNobody came to Shreveport.")
    found = next(e for e in article.entities if e.id == "place:shreveport")
    assert [m.text for m in found.mentions] == ["SHREVEPORT", "Shreveport"]
