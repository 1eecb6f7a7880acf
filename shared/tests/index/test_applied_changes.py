"""Every index remembers up to which place changes are applied, as long as it is the same index."""

import pytest
from wiredesk.events import ArticleRetracted, EntityCorrected
from wiredesk.index import administration, open_writer
from wiredesk.index.corrections import Correction, Corrections, Register
from wiredesk.index.settling import STEP, Reach, State

PLACE = "1006502400000-7 0123"


def renamed(revision: int) -> Correction:
    return Correction(revision, EntityCorrected(entity_id="person:ann-lee", name=f"Ann {revision}"))


def test_a_new_index_has_no_place(backend):
    assert backend.writer.applied_up_to() == ""


def test_the_place_told_last_is_remembered_by_the_next_writer(backend):
    backend.writer.mark_applied("1-0 x")
    backend.writer.mark_applied(PLACE)
    assert backend.writer.applied_up_to() == PLACE
    backend.reopen()
    assert backend.writer.applied_up_to() == PLACE


def test_a_place_may_be_an_earlier_one(backend):
    backend.writer.mark_applied(PLACE)
    backend.writer.mark_applied("1-0 x")
    backend.reopen()
    assert backend.writer.applied_up_to() == "1-0 x"


def test_articles_and_corrections_leave_the_place_as_it_is(backend, make_article):
    backend.writer.mark_applied(PLACE)
    entities = [("Person", "Ann Lee")]
    many = [make_article(f"a{n}", text="Ann Lee came.", entities=entities) for n in range(STEP + 10)]
    backend.writer.upsert(many)
    backend.writer.correct([renamed(1)])
    while backend.writer.settle():
        pass
    backend.writer.correct([renamed(2)])
    backend.writer.retract([ArticleRetracted(article_id="a1", revision=9)])
    while backend.writer.settle():
        pass
    backend.reopen()
    assert backend.writer.applied_up_to() == PLACE


def test_the_place_hides_no_correction(backend, make_article):
    backend.writer.upsert([make_article(text="Ann Lee came.", entities=[("Person", "Ann Lee")])])
    backend.writer.correct([renamed(1)])
    backend.writer.mark_applied(PLACE)
    assert backend.reader().entity("person:ann-lee").name == "Ann 1"
    backend.reopen()
    backend.writer.correct([renamed(2)])
    assert backend.reader().entity("person:ann-lee").name == "Ann 2"


def test_an_index_made_anew_from_its_articles_keeps_the_place(backend, make_article):
    backend.writer.upsert([make_article()])
    backend.writer.correct([renamed(1)])
    backend.writer.mark_applied(PLACE)
    backend.writer.close()
    administration.rebuild(backend.url, keep_old=False, discard=False, told=lambda *_: None)
    backend.writer = open_writer(backend.url)
    assert backend.writer.applied_up_to() == PLACE
    assert administration.check(backend.url, told=lambda *_: None).problems == ()


@pytest.mark.timeout(300)
def test_a_batch_of_any_size_of_corrections_is_kept_whole(backend):
    told = [Correction(n, EntityCorrected(entity_id=f"person:p{n}", name=f"P {n}")) for n in range(1, 1301)]
    backend.writer.correct(told)
    backend.writer.correct(told)
    reader = backend.reader()
    assert {reader.corrections(f"person:p{n}")[0].value for n in (1, 650, 1300)} == {"P 1", "P 650", "P 1300"}
    assert reader.corrected_up_to() == 1300


def test_a_state_keeps_its_place_through_corrections_and_json():
    reached = Reach(frozenset({"person:a"}), frozenset(), frozenset())
    state = State(applied=PLACE).after(reached)
    assert state.settled().applied == PLACE
    assert State.read(state.stored()) == state
    assert State.read({"generation": 3}).applied == ""


def test_corrections_added_one_by_one_are_those_made_at_once():
    registers = [
        Register(kind="same_as", entity_id=f"person:p{n}", value=f"person:p{n + 1}", revision=n) for n in range(1, 5)
    ]
    added = Corrections()
    for register in registers:
        added = added.with_([register])
    assert added.canonical("person:p1") == Corrections(registers).canonical("person:p1") == "person:p5"
    assert added.news(registers) == []
