"""People, organisations and places: names, clusters, titles and roles."""

from collections.abc import Callable

import pytest
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


def people(article: ArticleExtracted) -> set[str]:
    return {e.name for e in article.entities if e.type == "Person"}


def test_initials_belong_to_the_name_however_they_are_written(extract: Extract) -> None:
    article = extract("The novelist J. K. Marlowe spoke in Leeds. J.K. Marlowe signed books. Later JK Marlowe left.")
    assert texts(entity(article, "person:j-k-marlowe")) == ["J. K. Marlowe", "J.K. Marlowe", "JK Marlowe"]


def test_an_acronym_in_brackets_is_the_name_before_it(extract: Extract) -> None:
    article = extract("The North Atlantic Treaty Organisation (NATO) met in Brussels. NATO said talks went well.")
    nato = entity(article, "organization:north-atlantic-treaty-organisation")
    assert texts(nato) == ["North Atlantic Treaty Organisation", "NATO", "NATO"]


def test_an_acronym_may_come_before_what_it_stands_for(extract: Extract) -> None:
    article = extract("NATO (the North Atlantic Treaty Organisation) met in Brussels. Members of NATO agreed.")
    nato = entity(article, "organization:north-atlantic-treaty-organisation")
    assert texts(nato) == ["NATO", "North Atlantic Treaty Organisation", "NATO"]


def test_an_acronym_of_common_words_is_a_name_without_a_kind(extract: Extract) -> None:
    article = extract("People with type 1 diabetes (T1D) need care. A grant for T1D research was given.")
    assert texts(entity(article, "miscellaneous:t1d")) == ["T1D", "T1D"]


def test_peoples_are_apart_from_countries_and_one_in_both_numbers(extract: Extract) -> None:
    article = extract("German officials met farmers in Germany. Most Germans like bread.")
    assert texts(entity(article, "group:german")) == ["German", "Germans"]
    assert texts(entity(article, "place:germany")) == ["Germany"]


def test_a_surname_that_two_bear_is_neither_of_them(extract: Extract) -> None:
    article = extract("Peter Hargreave and Anna Hargreave run the farm. Hargreave said the harvest was poor.")
    assert people(article) == {"Peter Hargreave", "Anna Hargreave", "Hargreave"}
    assert texts(entity(article, "person:hargreave")) == ["Hargreave"]


def test_a_form_of_address_tells_namesakes_apart(extract: Extract) -> None:
    article = extract("Peter Hargreave and Anna Hargreave run the farm. Mrs Hargreave said the harvest was poor.")
    assert texts(entity(article, "person:anna-hargreave")) == ["Anna Hargreave", "Mrs Hargreave"]


def test_middle_initials_and_generations_tell_namesakes_apart(extract: Extract) -> None:
    article = extract(
        "George H. Walden and George W. Walden are cousins. Martin Colley Jr. met Martin Colley Sr. there."
    )
    assert {"George H. Walden", "George W. Walden"} <= people(article)
    assert len([name for name in people(article) if name.startswith("Martin Colley")]) == 2


def test_a_family_is_no_person(extract: Extract) -> None:
    article = extract("Peter Hargreave runs the farm. Reporters met the Hargreaves in Leeds.")
    assert people(article) == {"Peter Hargreave"}


def test_a_surname_of_several_words_is_the_person_named_in_full(extract: Extract) -> None:
    article = extract("The mayor met Ludwig van der Berg in Lyon. Mr van der Berg smiled.")
    assert len([name for name in people(article) if name.endswith("Berg")]) == 1


def test_letters_behind_a_name_belong_to_the_mention_alone(extract: Extract) -> None:
    article = extract("The clinic hired Sarah Wilkes, M.D., of Denver last spring. Dr. Wilkes was pleased.")
    wilkes = entity(article, "person:sarah-wilkes")
    assert texts(wilkes) == ["Sarah Wilkes, M.D.", "Dr. Wilkes"]


def test_ministers_in_the_plural_each_have_the_role(extract: Extract) -> None:
    article = extract("Foreign Ministers Karin Holm and Pavel Novak signed the treaty on Monday.")
    assert entity(article, "person:karin-holm").roles == ("Foreign Minister",)
    assert entity(article, "person:pavel-novak").roles == ("Foreign Minister",)


def test_an_office_before_a_name_is_the_title(extract: Extract) -> None:
    article = extract("Prime Minister Karin Holm met President Pavel Novak. Mr Novak left early.")
    assert entity(article, "person:karin-holm").title == "Prime Minister"
    assert entity(article, "person:pavel-novak").title == "Mr"


def test_a_description_after_an_age_is_a_role(extract: Extract) -> None:
    article = extract("Anna Berg, 44, a teacher from Leeds, won the prize.")
    assert entity(article, "person:anna-berg").roles == ("teacher",)


def test_a_pronoun_is_the_only_person_it_may_be(extract: Extract) -> None:
    article = extract("Louise Adler met Paul Reiss. She was tired, and he was not.")
    assert texts(entity(article, "person:louise-adler"), "pronoun") == ["She"]
    assert texts(entity(article, "person:paul-reiss"), "pronoun") == ["he"]


def test_a_pronoun_that_two_people_fit_is_nobodys(extract: Extract) -> None:
    article = extract("John Adler met Paul Reiss. He was tired.")
    assert not [m for e in article.entities for m in e.mentions if m.kind == "pronoun"]


def test_a_noun_stands_for_the_only_body_of_its_kind(extract: Extract) -> None:
    article = extract("The University of Exeter hired ten people. On Friday the university said it needed them.")
    assert texts(entity(article, "organization:university-of-exeter"), "nominal") == ["the university"]
    article = extract("The University of Exeter and the University of Leeds agreed. Then the university withdrew.")
    assert not [m for e in article.entities for m in e.mentions if m.kind == "nominal"]


def test_the_alliance_is_nato_where_no_other_is_named(extract: Extract) -> None:
    article = extract("NATO met in Brussels. Ministers want a say within the Western alliance.")
    assert texts(entity(article, "organization:nato"), "nominal") == ["the Western alliance"]


def test_an_alliance_named_beside_a_country_is_no_place(extract: Extract) -> None:
    article = extract("NATO and Russia signed the pact. Ties between NATO and Russia had been cold. Now NATO is glad.")
    assert texts(entity(article, "organization:nato")) == ["NATO", "NATO", "NATO"]


def test_a_company_is_one_with_and_without_its_trade_and_legal_form(extract: Extract) -> None:
    article = extract(
        "Corvo Motors Corp. raised prices. Corvo said demand was strong. Analysts at Corvo Motors agreed."
    )
    [corvo] = [e for e in article.entities if e.type == "Organization"]
    assert texts(corvo) == ["Corvo Motors Corp.", "Corvo", "Corvo Motors"]


def test_places_in_a_list_are_names_of_their_own(extract: Extract) -> None:
    article = extract("The firm has offices in Paris, Lyon, Oslo and Rome.")
    assert {e.name for e in article.entities if e.type == "Place"} == {"Paris", "Lyon", "Oslo", "Rome"}


def test_a_title_in_quotation_marks_is_a_work(extract: Extract) -> None:
    article = extract('He watched "Shadows of the Deep" on Friday with his sister.')
    assert texts(entity(article, "work:shadows-of-the-deep")) == ["Shadows of the Deep"]


def test_the_year_belongs_to_the_edition_of_an_event(extract: Extract) -> None:
    article = extract("They had met only once before, in the 1998 World Cup.")
    assert texts(entity(article, "event:1998-world-cup")) == ["1998 World Cup"]


def test_a_capital_in_the_middle_of_a_word_marks_a_name(extract: Extract) -> None:
    article = extract("The firm sells apps for iOS and nothing else.")
    found = entity(article, "product:ios")
    assert found.origin is not None
    assert found.origin.name.endswith("/capitals")


def test_names_that_the_pipeline_found_say_so(extract: Extract) -> None:
    origin = entity(extract("The mayor flew to Norway on Friday."), "place:norway").origin
    assert origin is not None
    assert origin.name == "en_core_web_md"


def test_a_headline_in_capitals_makes_no_names_of_its_words(extract: Extract) -> None:
    article = extract("WHY THE PRICE OF BREAD WILL RISE AGAIN\n\nBread is dear, and it will be dearer.")
    assert not article.entities


def test_a_holder_of_copyright_is_an_organization(extract: Extract) -> None:
    article = extract("© 2009 Harbour Press Agency. All rights reserved.")
    assert texts(entity(article, "organization:harbour-press-agency")) == ["Harbour Press Agency"]


def test_the_same_text_gives_the_same_entities(extract: Extract) -> None:
    text = "Ann Hale of Corvo (CRV) met Sen. Maria Lopez. Lopez said Hale and iPhone users agreed with the NATO chief."
    assert extract(text).entities == extract(text).entities


@pytest.mark.parametrize(
    "row", ["Mr ", "(AB", "Bank of ", '"Big Time', "Smith and ", "Co., ", "© 2009 ", "NATO (", "he "]
)
def test_rows_of_what_begins_a_name_end(extract: Extract, row: str) -> None:
    article = extract(row * 2000 + "Ann Hale left.")
    assert all(m.end <= len(article.text) for e in article.entities for m in e.mentions)


def test_ids_come_from_names_alone() -> None:
    assert slug("Édouard  d’Arc-Müller") == "edouard-darc-muller"
    assert slug("Владимир Путин") == "владимир-путин"
    assert slug("!!!") == "unnamed"


def test_ids_are_unique_in_an_article(extract: Extract) -> None:
    article = extract("John Smith met John Smith. J. Smith and Mr Smith left London for London, Ontario. SMITH stayed.")
    ids = [e.id for e in article.entities]
    assert len(ids) == len(set(ids))


def test_the_portfolio_of_a_minister_is_no_organisation(extract: Extract) -> None:
    article = extract("Interior Minister Sara Holm met EU Trade Commissioner Ole Brandt in Oslo.")
    organisations = {e.name for e in article.entities if e.type == "Organization"}
    assert organisations <= {"European Union", "EU"}
    assert entity(article, "person:sara-holm").title == "Interior Minister"


def test_a_secretary_of_state_is_named_without_the_state(extract: Extract) -> None:
    article = extract('"It is late," Deputy Secretary of State Ellen Rourke said in Oslo.')
    assert texts(entity(article, "person:ellen-rourke")) == ["Ellen Rourke"]


def test_an_office_alone_is_nobody(extract: Extract) -> None:
    article = extract("Mary Kessler: Mr. Vice President, your answer?")
    assert "person:vice-president" not in {e.id for e in article.entities}


@pytest.mark.parametrize("name", ['Dorothea "Dot" Langley', "Dorothea “Dot” Langley"])
def test_a_nickname_stands_inside_the_name(extract: Extract, name: str) -> None:
    article = extract(f"{name}, the novelist, died in Leeds. Langley was 87.")
    [langley] = [e for e in article.entities if e.type == "Person"]
    assert texts(langley) == [name, "Langley"]


def test_a_company_that_bears_a_surname_is_told_from_the_people_who_do(extract: Extract) -> None:
    article = extract(
        "Tolland said Monday it would close two plants. Chairman Bill Tolland told workers so on Tuesday. "
        "Jim Tolland built the first. The plan cost much money. It took a year. Shares in Tolland rose 5 percent. "
        "Mr. Tolland is 48."
    )
    assert len(texts(entity(article, "organization:tolland"))) == 2
    assert "Mr. Tolland" not in texts(entity(article, "organization:tolland"))


def test_a_company_is_the_same_with_and_without_group(extract: Extract) -> None:
    article = extract("Tarrant Group fell by a quarter. Tarrant, which owns two chains, blamed the weather.")
    assert texts(entity(article, "organization:tarrant-group")) == ["Tarrant Group", "Tarrant"]


def test_scores_and_zones_are_no_part_of_names(extract: Extract) -> None:
    article = extract("City beat Burnley 3-1 on Sunday. The storm hit at 3:20 a.m. CDT on Monday.")
    assert not [e.name for e in article.entities if "3-1" in e.name or "CDT" in e.name]


def test_who_acts_on_a_pronoun_is_somebody_else(extract: Extract) -> None:
    article = extract("Mary Kessler taught poetry. Wren recalled her fondly.")
    assert texts(entity(article, "person:mary-kessler"), "pronoun") == ["her"]
    assert not [m for e in article.entities if e.name == "Wren" for m in e.mentions if m.kind == "pronoun"]
