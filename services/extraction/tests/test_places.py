"""Places on the map."""

from collections.abc import Callable

import pytest
from wiredesk.events import ArticleExtracted, Place
from wiredesk_extraction.gazetteer import Gazetteer, place_key
from wiredesk_extraction.gazetteer_data import Record
from wiredesk_extraction.map_evidence import Candidates, weigh

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


@pytest.mark.parametrize("sea", ["Pacific", "Atlantic", "Mediterranean"])
def test_a_sea_is_no_town(extract: Extract, sea: str) -> None:
    assert not located(extract(f"Ships that crossed the {sea} last year carried grain. {sea} winds were strong."))


@pytest.mark.parametrize(
    ("country", "latitude", "longitude"),
    [("Portugal", 39.7, -8.0), ("Spain", 40.3, -3.1), ("Ecuador", -1.3, -78.8), ("Malaysia", 4.0, 107.9)],
)
def test_far_islands_do_not_draw_a_country_out_to_sea(
    gazetteer: Gazetteer, country: str, latitude: float, longitude: float
) -> None:
    spot = gazetteer.find(country)[0]
    assert (spot.kind, spot.latitude, spot.longitude) == (
        "country",
        pytest.approx(latitude, abs=0.3),
        pytest.approx(longitude, abs=0.3),
    )


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
    def city(number: int, population: int) -> Record:
        names, aliases = ("Springfield",), ("Spring Town",)
        return Record(number, "city", float(number), 0.0, "AA", "X", "Y", population, names, aliases)

    country = Record(99, "country", 2.0, 0.0, "AA", "", "", 7, ("Aaland",))
    gazetteer = Gazetteer.of([city(1, 10), city(3, 20_000), country])
    assert [(spot.geonames_id, spot.alias) for spot in gazetteer.find("springfield")] == [(3, False), (1, False)]
    assert [(spot.geonames_id, spot.alias) for spot in gazetteer.find("Spring Town")] == [(3, True), (1, True)]
    assert gazetteer.find("Summer Town") == []
    assert gazetteer.find("") == []
    [aaland] = gazetteer.find("Aaland")
    assert (aaland.kind, aaland.latitude, aaland.population) == ("country", 2.0, 7)


def test_a_public_body_has_its_seat_on_the_map(extract: Extract) -> None:
    article = extract("Officers of the Columbus Police Department searched two houses in Ohio on Friday.")
    columbus = next(e for e in article.entities if e.id == "place:columbus")
    assert [m.text for m in columbus.mentions] == ["Columbus"]
    assert located(article)["place:columbus"].latitude == pytest.approx(39.96, abs=0.1)


def test_a_dateline_is_a_place(extract: Extract) -> None:
    article = extract("SHREVEPORT -- City officials met on Friday.\n\nNobody came to Shreveport.")
    found = next(e for e in article.entities if e.id == "place:shreveport")
    assert [m.text for m in found.mentions] == ["SHREVEPORT", "Shreveport"]


def test_a_county_is_on_the_map(extract: Extract) -> None:
    article = extract("Deputies in Laurel County, Kentucky, found the truck on Friday.")
    county = located(article)["place:laurel-county"]
    assert (county.geonames_id, county.country_code) == (4297480, "US")
    assert (county.latitude, county.longitude) == pytest.approx((37.1, -84.1), abs=0.2)


def test_a_division_of_another_country_is_on_the_map(extract: Extract) -> None:
    assert located(extract("Farmers in Bavaria and Tuscany met."))["place:bavaria"].country_code == "DE"


def test_a_list_of_counties_names_counties(extract: Extract) -> None:
    article = extract("Schools in Barrow, Oconee and Clarke counties, Georgia, stayed closed on Monday.")
    assert {"place:barrow", "place:oconee", "place:clarke"} <= set(located(article))


def test_places_of_one_article_lie_together(extract: Extract) -> None:
    article = extract("A fair in Lebanon drew crowds from Zionsville and Whitestown, Indiana. Lebanon has a new park.")
    assert located(article)["place:lebanon"].latitude == pytest.approx(40.05, abs=0.1)


def test_a_place_says_how_sure_it_is(extract: Extract) -> None:
    norway = next(iter(extract("Officials in Norway agreed.").places))
    assert norway.origin is not None
    assert norway.origin.confidence is not None
    assert 0.9 < norway.origin.confidence <= 1.0


def test_a_state_in_the_name_of_a_body_is_a_place(extract: Extract) -> None:
    article = extract("The Ohio Department of Health warned on Friday that wells near the plant are unsafe.")
    assert "place:ohio" in located(article)


def test_a_word_that_names_a_hamlet_somewhere_is_no_seat(extract: Extract) -> None:
    article = extract("Judges of the Supreme Court met on Friday with lawyers of the White House.")
    assert not {"place:supreme", "place:white"} & set(located(article))


@pytest.mark.parametrize(
    "sentence",
    [
        "A Winchester man was hurt when his car left the road.",
        "State Rep. Jay Miller, R-Winchester, voted against the bill.",
        "The Winchester-based builder has sold its yards.",
        "Prices fell in Winchester last month.",
    ],
)
def test_the_words_around_a_name_say_that_it_is_a_place(extract: Extract, sentence: str) -> None:
    assert "place:winchester" in located(extract(sentence))


def test_a_surname_is_no_place_though_a_town_bears_it(extract: Extract) -> None:
    article = extract("Carla Winchester won the race. Nobody had thought that the Winchester couple would run.")
    assert "place:winchester" not in located(article)


def test_an_article_with_very_many_places_takes_time_in_proportion(gazetteer: Gazetteer) -> None:
    spots = gazetteer.find("Springfield")
    verdicts = weigh([Candidates(spots)] * 500)
    assert {verdict.spot for verdict in verdicts} <= set(spots)
    assert len(verdicts) == 500


@pytest.mark.parametrize(
    "sentence",
    [
        "Washington said on Friday that the sanctions would stay.",
        "Ties with Washington have cooled since the vote.",
        "Relations between Washington and Moscow have cooled.",
    ],
)
def test_a_capital_that_stands_for_its_government_is_no_place_on_the_map(extract: Extract, sentence: str) -> None:
    article = extract(sentence)
    assert "place:washington" in {entity.id for entity in article.entities}
    assert "place:washington" not in located(article)


def test_a_capital_where_something_happens_is_on_the_map(extract: Extract) -> None:
    article = extract("Washington said on Friday that the talks would be held in Washington next week.")
    washington = located(article)["place:washington"]
    assert (washington.latitude, washington.longitude) == pytest.approx((38.9, -77.0), abs=0.1)


@pytest.mark.parametrize(
    ("text", "entity_id", "geonames_id"),
    [
        ("He flew to New York on Friday.", "place:new-york", 5128581),
        ("The county lies in Washington state, near Seattle and Tacoma.", "place:seattle", 5809844),
        ("The governor of Texas met reporters in Paris on Friday.", "place:paris", 2988507),
        ("They met in downtown Oslo.", "place:oslo", 3143244),
        ("Mexico closed its border. The market in Mexico City stayed open.", "place:mexico", 3996063),
        ("He rode his bike to D.C. on Friday.", "place:washington", 4140963),
        ("The team went from Tulsa to Kansas City, Missouri.", "place:kansas-city", 4393217),
        ("The fair in St. Paul drew crowds from Minneapolis and all of Minnesota.", "place:st-paul", 5045360),
    ],
)
def test_places_get_their_geonames_id(extract: Extract, text: str, entity_id: str, geonames_id: int) -> None:
    assert located(extract(text))[entity_id].geonames_id == geonames_id


def test_the_county_of_a_jail_is_a_place(extract: Extract) -> None:
    article = extract("He was taken to the Laurel County Jail in Kentucky on Friday.")
    assert "place:laurel-county" in located(article)


def test_the_head_of_a_longer_name_is_a_place_that_the_article_names(extract: Extract) -> None:
    article = extract("Rain fell in Hayward all day. The Hayward Old Time Fiddle Parade was put off.")
    hayward = next(e for e in article.entities if e.id == "place:hayward")
    assert len(hayward.mentions) == 2


@pytest.mark.parametrize("planet", ["Venus", "Mars", "Earth"])
def test_a_planet_is_no_town(extract: Extract, planet: str) -> None:
    assert not located(extract(f"The probe left {planet} in March. Clouds on {planet} hold a gas."))


def test_a_coast_is_no_town(extract: Extract) -> None:
    assert "place:east-coast" not in located(extract("Trains on the East Coast line to York were late."))


def test_the_head_of_a_dateline_is_a_place(extract: Extract) -> None:
    article = extract("TUSCALOOSA, Ala. — At least two people were hurt when a storm hit the town, officials said.")
    assert located(article)["place:tuscaloosa"].geonames_id == 4094455


@pytest.mark.parametrize(
    ("text", "entity_id", "country"),
    [
        ("Fighting broke out between Russia and Georgia over the weekend.", "place:georgia", "GE"),
        ("The United States sent help to Georgia. Russia and Turkey protested.", "place:georgia", "GE"),
        ("Armenia and Georgia will open the border, officials in Tbilisi said.", "place:georgia", "GE"),
        ("Georgia sold peaches to Germany and Japan. Growers near Macon and Savannah gained.", "place:georgia", "US"),
        ("A soldier from Georgia was killed in Iraq. He was born in Macon.", "place:georgia", "US"),
        ("Georgia's governor flew to Germany and Japan.", "place:georgia", "US"),
        ("Rebels in Congo attacked a town near Rwanda.", "place:congo", "CD"),
        ("The Republic of Congo held a vote.", "place:republic-of-congo", "CG"),
        ("Congo held a vote in Brazzaville. Crowds in Dolisie and Owando cheered.", "place:congo", "CG"),
        ("Korea has been divided since 1953.", "place:korea", "KR"),
    ],
)
def test_a_name_of_two_countries_or_states_is_told_by_its_company(
    extract: Extract, text: str, entity_id: str, country: str
) -> None:
    assert located(extract(text))[entity_id].country_code == country


@pytest.mark.parametrize(
    ("text", "entity_id", "geonames_id"),
    [
        ("Farms in Washington state have lost their cherries.", "place:washington", 5815135),
        ("New York's governor signed the bill.", "place:new-york", 5128638),
        ("The governor of New York signed the bill.", "place:new-york", 5128638),
        ("Taxi drivers in New York went on strike. A governor watched.", "place:new-york", 5128581),
    ],
)
def test_what_has_a_governor_is_a_state(extract: Extract, text: str, entity_id: str, geonames_id: int) -> None:
    assert located(extract(text))[entity_id].geonames_id == geonames_id


@pytest.mark.parametrize(
    ("text", "river"),
    [
        ("Flooding along the Danube drove thousands from their homes. The Danube rose overnight.", "Danube"),
        ("Fighters fled at night. The Tigris is low, and the banks of the Tigris are bare.", "Tigris"),
        ("Loggers in the Amazon cleared forests. The Amazon basin has lost many trees.", "Amazon"),
        ("Boats on the Vltava were tied up. The Vltava burst its banks.", "Vltava"),
        ("Guards rowed across the Potomac. The Potomac was calm.", "Potomac"),
        ("The Volga flows south from there.", "Volga"),
    ],
)
def test_a_river_is_a_place_without_a_position(extract: Extract, text: str, river: str) -> None:
    article = extract(text)
    assert [e.type for e in article.entities if e.name == river] == ["Place"]
    assert f"place:{river.lower()}" not in located(article)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Amazon opened a warehouse in Leeds. Its trucks go along the Amazon route.", "Amazon"),
        ("Nurses across the NHS went on strike. The NHS said so.", "NHS"),
        ("Shares gained, and the Nasdaq rose through its old mark. The Nasdaq lost nothing.", "Nasdaq"),
        ("The Guardian wrote about it, and along the road the Guardian was read.", "Guardian"),
    ],
)
def test_a_body_with_an_article_is_no_river(extract: Extract, text: str, name: str) -> None:
    assert [e.type for e in extract(text).entities if e.name == name] == ["Organization"]
