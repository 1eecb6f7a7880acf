"""The gold set of near copies and its scorer; and that the model which is scored does what the script does."""

from collections import Counter
from pathlib import Path

import pytest
import redis
from eval.copies import arrivals, found_clusters
from eval.copy_clusters import clusters
from eval.copy_edits import EDITS
from eval.copy_gold import ORIGINAL, load_copies, read_stories
from eval.errors import EvalError
from eval.scorers.copies import pair_counts, score_pairs
from wiredesk.stage.copies import script_call

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def told():
    return load_copies(HERE / "articles", HERE / "stories")


def test_the_gold_set_has_many_stories_with_copies_of_every_kind(told) -> None:
    copies = Counter(one.story for one in told if one.edit != ORIGINAL)
    assert len(copies) >= 60
    assert set(copies.values()) == {5}
    kinds = Counter(one.edit for one in told if one.edit != ORIGINAL)
    assert set(kinds) == set(EDITS)
    assert min(kinds.values()) >= 20


def test_every_copy_has_words_and_none_is_the_text_of_another_story(told) -> None:
    assert all(any(map(str.isalnum, one.text)) for one in told)
    stories: dict[str, set[str]] = {}
    for one in told:
        stories.setdefault(" ".join(one.text.split()), set()).add(one.story)
    assert [names for names in stories.values() if len(names) > 1] == []


def test_an_edit_changes_the_text_and_always_in_the_same_way(told) -> None:
    text = next(one.text for one in told if one.story == "same-event bridge-agency")
    for kind, edit in EDITS.items():
        assert edit(text) == edit(text) != text, kind
    assert len(EDITS["cut to a half"](text)) < 0.75 * len(text)


def test_the_script_makes_the_clusters_that_are_scored(told, redis_client: "redis.Redis") -> None:
    for order in arrivals(told)[:2]:
        redis_client.flushall()
        signed = [signature for _, signature in order if signature]
        answers: list[bytes] = []
        for at in range(0, len(signed), 64):
            packed = [signature.pack() for signature in signed[at : at + 64]]
            answers += script_call(redis_client, packed, memory_s=1000, max_articles=len(signed))
        assert [answer.decode().partition(" ")[2] for answer in answers] == clusters(signed)
        assert {answer.decode().partition(" ")[0] for answer in answers} <= {"joined", "founded", "known"}


def test_the_order_of_arrival_moves_little(told) -> None:
    runs = [(found_clusters(order), [one.story for one, _ in order]) for order in arrivals(told)]
    precisions = [score_pairs([run])["p"] for run in runs]
    recalls = [score_pairs([run])["r"] for run in runs]
    assert max(precisions) - min(precisions) < 3
    assert max(recalls) - min(recalls) < 5


def test_pairs_are_counted_once_and_by_cluster() -> None:
    assert pair_counts("aabbb", "xxxyy") == (2, 4, 4)
    scored = score_pairs([("aabbb", "xxxyy")])
    assert (scored["p"], scored["r"], scored["pairs"], scored["n"]) == (50, 50, 4, 5)
    everything_in_one = score_pairs([("aaaa", "xxyy")])
    assert everything_in_one["r"] == 100
    assert everything_in_one["p"] == pytest.approx(100 / 3)
    assert score_pairs([("abcd", "xxyy")])["r"] == 0


def test_forms_are_filled_in_and_bad_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "forms.txt"
    path.write_text("# what it is\n== a\nSome words.\n== b\nwho=Ann; n=1\nwho=Bo; n=2\n--\n{who} has {n}.\n")
    assert read_stories(path) == [("a", "Some words."), ("b 1", "Ann has 1."), ("b 2", "Bo has 2.")]
    for bad in ("words without a story", "== a\n", "== b\nwho=Ann\n--\n{who} has {n}."):
        path.write_text(bad)
        with pytest.raises(EvalError, match=r"forms\.txt"):
            read_stories(path)
