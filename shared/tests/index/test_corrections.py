"""Corrections in every index backend: merge, rename, split, take back; what is there and what comes later."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from wiredesk.errors import NotFound, PermanentError
from wiredesk.events import ArticleRetracted, EntityCorrected
from wiredesk.index import open_reader, open_writer
from wiredesk.index.corrections import Correction, Corrections, registers_of
from wiredesk.index.protocol import EntityMember, FacetCount, Filters, SearchRequest
from wiredesk.index.settling import STEP
from wiredesk.testing import wait_until

BOB, ROBERT, RIVAL = "person:bob-stone", "person:robert-stoney", "person:bob-stone-the-rower"
CORRECTOR = Path(__file__).with_name("correcting_writer.py")


@pytest.fixture
def three(make_article):
    """Bob in the first, Robert in the second, both in the third; each time one of them speaks."""
    bob, robert = ("Person", "Bob Stone"), ("Person", "Robert Stoney")
    return [
        make_article("a1", "Bob Stone said yes.", entities=[bob], quotes=[("yes", "Bob Stone", "said")]),
        make_article("a2", "Robert Stoney said no.", entities=[robert], quotes=[("no", "Robert Stoney", "said")]),
        make_article(
            "a3", "Bob Stone, or Robert Stoney, said so.", entities=[bob, robert], quotes=[("so", "Bob Stone", "said")]
        ),
    ]


def correct(backend, revision=1, **event):
    backend.writer.correct([Correction(revision, EntityCorrected(**event))])


def settled(backend):
    while backend.writer.settle():
        pass
    return backend.reader()


def entities(backend):
    return {hit.entity_id: (hit.name, hit.articles, hit.quotes) for hit in settled(backend).entities().hits}


def having(backend, id):
    """The articles found under an id, by filter and by query."""
    reader = settled(backend)
    asked = SearchRequest(filters=Filters(people=(id,))), SearchRequest(q=f"entity:{id}")
    filtered, queried = ({hit.article_id for hit in reader.search(each).hits} for each in asked)
    assert filtered == queried
    return filtered


def test_a_merge_makes_two_ids_one_everywhere(backend, three):
    backend.writer.upsert(three)
    correct(backend, entity_id=BOB, same_as=ROBERT)
    assert entities(backend) == {ROBERT: ("Robert Stoney", 3, 3)}  # the article with both counts once
    reader = backend.reader()
    assert reader.search(SearchRequest()).facets["people"] == (FacetCount(ROBERT, "Robert Stoney", 3),)
    assert having(backend, ROBERT) == having(backend, BOB) == {"a1", "a2", "a3"}
    assert reader.quotes(speaker=ROBERT).total == reader.quotes(speaker=BOB).total == 3
    speakers = {hit.article_id: (hit.speaker_id, hit.speaker_name) for hit in reader.quotes().hits}
    # Without a word of what the other is called, an article keeps its own name for it.
    assert speakers == {"a1": (ROBERT, "Bob Stone"), "a2": (ROBERT, "Robert Stoney"), "a3": (ROBERT, "Robert Stoney")}
    assert {hit.article_id: hit.corrected for hit in reader.quotes().hits} == {"a1": True, "a2": False, "a3": True}
    for words in ("Robert", "Bob"):
        assert [hit.entity_id for hit in reader.suggest(words)] == [ROBERT]
        assert [hit.entity_id for hit in reader.entities(q=words).hits] == [ROBERT]
    assert reader.entity(BOB) == reader.entity(ROBERT)
    assert reader.entity(BOB).members == (
        EntityMember(ROBERT, "Robert Stoney", 2),
        EntityMember(BOB, "Bob Stone", 2),
    )


def test_a_merge_may_tell_what_the_other_is_called(backend, three):
    backend.writer.upsert(three)
    correct(backend, entity_id=BOB, same_as=ROBERT, name="Robert Stoney")
    assert {hit.speaker_name for hit in settled(backend).quotes().hits} == {"Robert Stoney"}


def test_a_later_merge_that_tells_another_name_reaches_what_was_merged_before(backend, three):
    backend.writer.upsert(three)
    correct(backend, 1, entity_id=BOB, same_as=RIVAL, name="Rival")
    correct(backend, 2, entity_id=ROBERT, same_as=RIVAL, name="The Rival")
    assert entities(backend) == {RIVAL: ("The Rival", 3, 3)}
    assert {hit.speaker_name for hit in backend.reader().quotes().hits} == {"The Rival"}


def test_an_article_says_what_was_corrected_and_is_otherwise_as_extracted(backend, three):
    backend.writer.upsert(three)
    correct(backend, entity_id=BOB, same_as=ROBERT)
    reader = settled(backend)
    assert reader.article("a2") == three[1]
    shown = reader.article("a3")
    (entity,) = shown.entities
    assert (entity.id, entity.name, len(entity.mentions)) == (ROBERT, "Robert Stoney", 2)
    assert [was.id for was in entity.extracted_as] == [ROBERT, BOB]
    assert [each.text for each in entity.mentions] == ["Stone", "Stoney"]
    speaker = shown.quotes[0].speaker
    assert (speaker.entity_id, speaker.name, speaker.extracted_as.id) == (ROBERT, "Robert Stoney", BOB)
    assert (shown.text, [quote.start for quote in shown.quotes]) == (three[2].text, [three[2].quotes[0].start])


def test_a_rename_shows_and_finds_the_new_name_and_still_finds_the_old(backend, three):
    backend.writer.upsert(three)
    correct(backend, entity_id=BOB, name="Sir Bob Stone")
    assert entities(backend)[BOB] == ("Sir Bob Stone", 2, 2)
    reader = backend.reader()
    for q in ('people:"Sir Bob Stone"', 'people:"Bob Stone"'):
        assert {hit.article_id for hit in reader.search(SearchRequest(q=q)).hits} == {"a1", "a3"}
    for words in ("sir", "bob"):
        assert {hit.speaker_name for hit in reader.quotes(speaker=words).hits} == {"Sir Bob Stone"}
        assert [hit.name for hit in reader.suggest(words)] == ["Sir Bob Stone"]
    labels = {each.value: each.label for each in reader.search(SearchRequest()).facets["people"]}
    assert labels[BOB] == "Sir Bob Stone"


def test_a_reader_that_has_shown_a_name_shows_the_new_one(backend, three):
    backend.writer.upsert(three)
    assert backend.reader().search(SearchRequest()).facets["people"][0].label == "Bob Stone"
    correct(backend, entity_id=BOB, name="Bobby")
    assert backend.reader().search(SearchRequest()).facets["people"][0].label == "Bobby"


def test_a_split_gives_an_entity_away_in_the_named_articles_alone(backend, three):
    backend.writer.upsert(three)
    correct(backend, entity_id=BOB, same_as=RIVAL, name="Bob Stone (rower)", articles=("a1",))
    assert entities(backend) == {
        BOB: ("Bob Stone", 1, 1),
        ROBERT: ("Robert Stoney", 2, 1),
        RIVAL: ("Bob Stone (rower)", 1, 1),
    }
    assert (having(backend, BOB), having(backend, RIVAL)) == ({"a3"}, {"a1"})
    assert [hit.speaker_name for hit in backend.reader().quotes(speaker=RIVAL).hits] == ["Bob Stone (rower)"]


def test_a_split_of_what_was_merged_takes_every_id_of_it(backend, three):
    backend.writer.upsert(three)
    correct(backend, 1, entity_id=BOB, same_as=ROBERT)
    correct(backend, 2, entity_id=ROBERT, same_as=RIVAL, name="Rival", articles=("a1", "a3"))
    assert entities(backend) == {ROBERT: ("Robert Stoney", 1, 1), RIVAL: ("Rival", 2, 2)}


def test_what_is_taken_back_is_as_it_was(backend, three):
    backend.writer.upsert(three)
    before = entities(backend)
    correct(backend, 1, entity_id=BOB, same_as=ROBERT)
    correct(backend, 2, entity_id=ROBERT, name="Rob")
    correct(backend, 3, entity_id=ROBERT, same_as=RIVAL, articles=("a2",))
    assert set(entities(backend)) == {ROBERT, RIVAL}
    correct(backend, 4, entity_id=ROBERT, same_as=RIVAL, articles=("a2",), undo=True)
    correct(backend, 5, entity_id=ROBERT, name="Rob", undo=True)
    correct(backend, 6, entity_id=BOB, same_as=ROBERT, undo=True)
    assert entities(backend) == before
    reader = backend.reader()
    assert [reader.article(each.article_id) for each in three] == three
    assert reader.corrections(BOB) == reader.corrections(ROBERT) == ()
    assert reader.entity(BOB).members == ()


def test_articles_that_come_later_or_again_come_in_corrected(backend, three):
    correct(backend, 1, entity_id=BOB, same_as=ROBERT, name="Robert Stoney")
    backend.writer.upsert(three)
    for _ in range(2):
        assert entities(backend) == {ROBERT: ("Robert Stoney", 3, 3)}
        backend.reopen()
        backend.writer.upsert([each.model_copy(update={"revision": 2}) for each in three])


def test_a_retraction_takes_a_corrected_article_off_the_counts(backend, three):
    backend.writer.upsert(three)
    correct(backend, entity_id=BOB, same_as=ROBERT)
    backend.writer.retract([ArticleRetracted(article_id="a2", revision=1)])
    assert entities(backend) == {ROBERT: ("Robert Stoney", 2, 2)}
    backend.writer.retract([ArticleRetracted(article_id="a3", revision=1)])
    assert entities(backend) == {ROBERT: ("Bob Stone", 1, 1)}
    backend.writer.retract([ArticleRetracted(article_id="a1", revision=1)])
    assert entities(backend) == {}
    with pytest.raises(NotFound):
        backend.reader().entity(ROBERT)


def test_chains_are_followed_and_the_last_step_of_a_circle_is_left_out(backend, three):
    backend.writer.upsert(three)
    correct(backend, 1, entity_id=BOB, same_as=ROBERT)
    correct(backend, 2, entity_id=ROBERT, same_as=RIVAL, name="Rival")
    assert entities(backend) == {RIVAL: ("Rival", 3, 3)}
    correct(backend, 3, entity_id=RIVAL, same_as=BOB)
    assert entities(backend) == {RIVAL: ("Rival", 3, 3)}


def test_the_later_correction_counts_whichever_arrives_first_and_however_often(backend, three):
    backend.writer.upsert(three)
    for _ in range(2):
        for revision, name in ((5, "Newer"), (4, "Older"), (5, "Newer")):
            correct(backend, revision, entity_id=BOB, name=name)
            assert entities(backend)[BOB][0] == "Newer"
    backend.reopen()
    correct(backend, 4, entity_id=BOB, name="Older")
    assert entities(backend)[BOB][0] == "Newer"


def test_a_merge_of_many_is_searched_for_at_once_and_shown_when_settled(backend, make_article):
    many = STEP * 2 + 30
    for at in range(0, many, STEP):
        backend.writer.upsert([
            make_article(f"a{n}", "Bob Stone said yes.", entities=[("Person", "Bob Stone")],
                         quotes=[("yes", "Bob Stone", "said")])
            for n in range(at, min(at + STEP, many))
        ])  # fmt: skip
    correct(backend, entity_id=BOB, same_as=ROBERT, name="Robert Stoney")
    reader = backend.reader()
    for id in (BOB, ROBERT):
        assert reader.search(SearchRequest(filters=Filters(people=(id,)))).total == many
        assert reader.quotes(speaker=id).total == many
        assert reader.entity(id).entity_id == ROBERT
    assert backend.writer.settle()
    backend.reopen()  # what is left to do is kept
    assert entities(backend) == {ROBERT: ("Robert Stoney", many, many)}
    assert not backend.writer.settle()


def test_corrections_are_told_with_who_and_why_latest_first(backend, three):
    backend.writer.upsert(three)
    correct(backend, 1, entity_id=BOB, same_as=ROBERT, by="ann", reason="the same man")
    correct(backend, 2, entity_id=ROBERT, name="Rob")
    told = settled(backend).corrections(ROBERT)
    assert [(each.kind, each.entity_id, each.value) for each in told] == [
        ("name", ROBERT, "Rob"),
        ("same_as", BOB, ROBERT),
    ]
    assert (told[1].by, told[1].reason, told[1].revision) == ("ann", "the same man", 1)
    assert backend.reader().corrections(BOB) == told
    assert backend.reader().corrections(RIVAL) == ()


@pytest.mark.parametrize("event", [
    {"entity_id": BOB}, {"entity_id": BOB, "same_as": BOB}, {"entity_id": BOB, "name": "x", "articles": ("a",)},
    {"entity_id": BOB, "name": "x" * 1000}, {"entity_id": "", "same_as": BOB}, {"entity_id": BOB, "same_as": ""},
    {"entity_id": "é" * 300, "same_as": BOB}, {"entity_id": BOB, "name": "\ud800"},
    {"entity_id": BOB, "same_as": ROBERT, "articles": ("x" * 600,)}, {"entity_id": BOB, "undo": True},
])  # fmt: skip
def test_a_correction_that_cannot_be_applied_is_refused_with_its_batch(backend, three, event):
    backend.writer.upsert(three)
    good = Correction(1, EntityCorrected(entity_id=BOB, name="Bobby"))
    with pytest.raises(PermanentError):
        backend.writer.correct([good, Correction(2, EntityCorrected.model_construct(**event))])
    assert entities(backend)[BOB][0] == "Bob Stone"


def test_a_type_that_differs_becomes_the_other_ones(backend, three):
    backend.writer.upsert(three)
    correct(backend, entity_id=BOB, same_as="organization:stone-works", name="Stone Works")
    reader = settled(backend)
    facets = reader.search(SearchRequest()).facets
    assert facets["organizations"] == (FacetCount("organization:stone-works", "Stone Works", 2),)
    assert [each.value for each in facets["people"]] == [ROBERT]
    assert reader.entity("organization:stone-works").type == "Organization"


def test_a_register_is_written_as_json_and_read_back():
    event = EntityCorrected(entity_id=BOB, same_as=RIVAL, articles=("a1", "a1", "a2"), by="ann")
    registers = registers_of(Correction(9, event))
    assert [each.article_id for each in registers] == ["a1", "a2"]
    for each in registers:
        assert type(each)(**json.loads(json.dumps(each.stored()))) == each
    assert Corrections(registers).register(registers[0].key) == registers[0]


def test_an_acknowledged_correction_survives_kill_9_and_is_finished_by_the_next_writer(index_url, tmp_path):
    url = index_url
    out = tmp_path / "acknowledged"
    for run in range(3):
        with out.open("wb") as sink:
            writer = subprocess.Popen([sys.executable, str(CORRECTOR), url, str(run)], stdout=sink)
            try:
                wait_until(lambda: out.read_text().count("\n") >= 2)  # it dies in the midst of settling
            finally:
                writer.kill()
                writer.wait()
        told = json.loads(out.read_text().split("\n")[0])
        with closing(open_writer(url)) as again:
            while again.settle():
                pass
            articles = again.documents()
        with closing(open_reader(url)) as reader:
            (hit,) = reader.entities().hits
            assert (hit.entity_id, hit.name) == (told["same_as"], told["name"])
            assert hit.articles == hit.quotes == articles == reader.quotes(speaker=told["same_as"]).total
