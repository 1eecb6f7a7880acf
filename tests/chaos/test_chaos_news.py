"""What the proof publishes: the same for a seed, and something of everything."""

import json
from itertools import pairwise

import pytest
from chaos.news import CORRECTED, LANES, is_slow_in, poison_in, write


@pytest.fixture(scope="module")
def some():
    return write(400, 7)


def test_a_seed_gives_the_same_articles_and_another_seed_others(some):
    assert write(400, 7).pieces == some.pieces
    assert write(400, 8).pieces != some.pieces
    assert len(some) == 400


def test_even_a_short_run_has_every_kind_of_poison_and_garbage(some):
    bad = [piece for lane in LANES for piece in some.pieces[lane] if piece.bad]
    assert {piece.bad for piece in bad} == {
        *("crash in ingest", "loop in ingest", "hoard in ingest", "crash in extraction"),
        "garbage",
    }
    assert sum(piece.bad == "garbage" for piece in bad) >= 7
    for piece in bad:
        if piece.bad != "garbage":
            kind, _, stage = piece.bad.split()
            assert poison_in(json.loads(piece.document)["text"], stage) == kind


def test_garbage_does_not_go_through_the_gateway_which_would_refuse_it(some):
    assert not [piece for piece in some.pieces["gateway"] if piece.bad == "garbage"]


def test_duplicates_and_corrections_follow_what_they_repeat_and_correct(some):
    by_article: dict[str, list[int]] = {}
    for lane in LANES:
        for piece in some.pieces[lane]:
            by_article.setdefault(f"{lane} {piece.article}", []).append(piece.state)
            text = "" if piece.bad else json.loads(piece.document)["text"]
            assert text.startswith(CORRECTED) == bool(piece.state)
    assert any(states.count(0) == 2 for states in by_article.values())
    assert any(1 in states for states in by_article.values())
    for states in by_article.values():
        assert all(later in (earlier, earlier + 1) for earlier, later in pairwise(states))


def test_a_document_is_known_by_its_bytes_alone(some):
    piece = some.pieces["redis"][0]
    assert some.piece(piece.document) == piece
    assert some.piece(piece.document + b" ") is None


def test_what_a_run_adds_itself_is_known_too():
    news = write(100, 1)
    first, second = news.extra(), news.extra(slow_in="ingest")
    assert news.piece(second.document) == second != first
    assert is_slow_in(json.loads(second.document)["text"], "ingest")
    assert not is_slow_in(json.loads(first.document)["text"], "ingest")


def test_poison_is_told_from_good_articles():
    good = [piece for lane in LANES for piece in write(2000, 3).pieces[lane] if not piece.bad]
    assert not [piece for piece in good for stage in ("ingest", "extraction") if poison_in(str(piece.document), stage)]
