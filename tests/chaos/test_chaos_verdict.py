"""The rules by which the proof judges: each kind of wrong is told, and what is right is not."""

from chaos.account import Account
from chaos.news import Piece
from chaos.verdict import judge, judge_index
from wiredesk.events import revision_of


def piece(article: str, state: int = 0, *, bad: str = "") -> Piece:
    return Piece(article=article, state=state, lane="redis", document=f"{article} {state}".encode(), bad=bad)


def account(**pieces: Piece | None) -> Account:
    """Submissions by ids `_1`, `_2`, …, which stand for 1-0, 2-0, …"""
    return Account(pieces={f"{name[1:]}-0": found for name, found in pieces.items()})


def kinds(found: Account) -> list[str]:
    return [one.kind for one in judge(found)]


def test_an_article_that_was_indexed_once_is_right():
    found = account(_1=piece("a"))
    found.indexed["1-0"] = 1
    assert kinds(found) == []


def test_a_submission_in_no_set_is_missing():
    assert kinds(account(_1=piece("a"))) == ["missing"]


def test_an_id_that_was_answered_and_is_not_on_the_stream_is_missing():
    found = account()
    found.answered.add("1-0")
    assert kinds(found) == ["missing"]


def test_twice_indexed_twice_dead_and_both_at_once_are_doubled():
    for ends in ({"indexed": 2}, {"dead": 2}, {"indexed": 1, "dead": 1}):
        found = account(_1=piece("a", bad="garbage" if ends == {"dead": 2} else ""))
        for name, times in ends.items():
            getattr(found, name)["1-0"] = times
        assert "doubled" in kinds(found), ends


def test_indexed_and_told_as_a_duplicate_is_doubled():
    found = account(_1=piece("a"))
    found.indexed["1-0"] = 1
    found.duplicate.add("1-0")
    assert kinds(found) == ["doubled"]


def test_the_same_content_indexed_under_two_submissions_is_doubled():
    found = account(_1=piece("a"), _2=piece("a"))
    found.indexed.update(["1-0", "2-0"])
    assert kinds(found) == ["doubled"]


def test_a_duplicate_and_a_superseded_submission_are_right():
    found = account(_1=piece("a"), _2=piece("a"), _3=piece("a", 1))
    found.superseded.add("1-0")
    found.indexed.update(["2-0", "3-0"])
    assert kinds(found) == []
    found.indexed.clear()
    found.indexed["3-0"] = 1
    found.duplicate.add("2-0")
    assert kinds(found) == []


def test_a_correction_that_no_index_has_is_missing():
    found = account(_1=piece("a"), _2=piece("a", 1))
    found.indexed["1-0"] = 1
    found.superseded.add("2-0")
    assert kinds(found) == ["missing"]


def test_a_good_article_among_the_dead_is_wrongly_dead():
    found = account(_1=piece("a"))
    found.dead["1-0"] = 1
    assert kinds(found) == ["wrongly dead"]


def test_a_bad_article_that_was_indexed_is_told():
    found = account(_1=piece("p", bad="crash in ingest"))
    found.indexed["1-0"] = 1
    assert kinds(found) == ["not dead"]


def test_poison_of_extraction_that_was_sent_again_may_be_a_duplicate_of_itself():
    found = account(_1=piece("p", bad="crash in extraction"), _2=piece("p", bad="crash in extraction"))
    found.dead["1-0"] = 1
    found.duplicate.add("2-0")
    assert kinds(found) == []
    found = account(_1=piece("p", bad="crash in ingest"), _2=piece("p", bad="crash in ingest"))
    found.dead["1-0"] = 1
    found.duplicate.add("2-0")
    assert kinds(found) == ["not dead"]


def test_what_nobody_published_and_altered_bytes_are_told():
    found = account(_1=None, _2=piece("g", bad="garbage"))
    found.dead.update(["1-0", "2-0"])
    found.altered.add("2-0")
    assert kinds(found) == ["stray", "altered"]


def test_the_index_must_hold_each_article_once_in_its_newest_revision():
    found = account(_1=piece("a"), _2=piece("a", 1), _3=piece("b"))
    found.indexed.update(["1-0", "2-0", "3-0"])
    found.article_ids |= {"1-0": "A", "2-0": "A", "3-0": "B"}
    right = [("A", revision_of("2-0")), ("B", revision_of("3-0"))]
    texts = {"A": "CORRECTED text"}

    def told(held, texts=texts):
        return [one.kind for one in judge_index(found, held, texts)]

    assert told(right) == []
    assert told(right[:1]) == ["index"]
    assert told([*right, right[0]]) == ["doubled"]
    assert told([("A", revision_of("1-0")), right[1]]) == ["index"]
    assert told([*right, ("C", 1)]) == ["index"]
    assert told(right, {"A": "text"}) == ["index"]
