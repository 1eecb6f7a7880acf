"""Whether everything came to the end it must come to: pure rules over an account, and what the index holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wiredesk.errors import NotFound
from wiredesk.events import revision_of
from wiredesk.index.protocol import IndexReader, SearchRequest

from .account import Account, order
from .news import CORRECTED, Piece

__all__ = ["KINDS", "Wrong", "found_in", "judge", "judge_index"]

KINDS = ("missing", "doubled", "wrongly dead", "not dead", "altered", "stray", "index", "worker")
"""missing: a submission in no set, or one that was answered and is not on the stream. doubled: indexed or dead-lettered
twice, in two sets at once, or twice in the index. wrongly dead: a good article among the dead letters. not dead: a bad
one that is not. altered: a dead letter without the bytes that were published. stray: on the stream, sent by nobody.
index: an article that is not found in its newest state. worker: one that does not consume, or an entry or a consumer
that is left.
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong, with the submission it is about, if it is about one."""

    kind: str
    words: str
    submission_id: str | None = None


def judge(account: Account) -> Iterator[Wrong]:
    """Everything wrong with an account, submission by submission, then article by article."""
    for submission_id in sorted(account.answered - account.pieces.keys(), key=order):
        yield Wrong("missing", "its id was answered and is not on the stream", submission_id)
    for submission_id in sorted(account.missing, key=order):
        yield Wrong("missing", f"{_name(account.pieces[submission_id])} came to no end", submission_id)
    for submission_id, piece in account.pieces.items():
        if piece is None:
            yield Wrong("stray", "nobody published this", submission_id)
        ends = _ends(account, submission_id)
        if sum(ends.values()) > 1:
            told = ", ".join(f"{times} x {end}" for end, times in ends.items() if times)
            yield Wrong("doubled", f"{_name(piece)} ended {told}", submission_id)
    for submission_id in sorted(account.altered, key=order):
        yield Wrong("altered", "the dead letter's original is not what was published", submission_id)
    for submission_ids in account.by_article().values():
        yield from _judge_article(account, submission_ids)


def judge_index(account: Account, held: Sequence[tuple[str, int]], texts: Mapping[str, str]) -> Iterator[Wrong]:
    """What is wrong with the index, which holds these ids and revisions; `texts` of those that were corrected."""
    revisions = dict(held)
    if len(revisions) < len(held):
        yield Wrong("doubled", f"the index holds {len(held) - len(revisions)} articles twice")
    expected = set()
    for article, submission_ids in account.by_article().items():
        indexed = [one for one in submission_ids if account.indexed[one]]
        if not indexed:
            continue  # told by `judge`, unless it is right
        newest = indexed[-1]
        article_id = account.article_ids[newest]
        expected.add(article_id)
        if revisions.get(article_id) != revision_of(newest):
            words = f"{article} is there as revision {revisions.get(article_id)}, not as {revision_of(newest)}"
            yield Wrong("index", words, newest)
        last = account.pieces[submission_ids[-1]]
        if article_id in texts and last and texts[article_id].startswith(CORRECTED) != bool(last.state):
            yield Wrong("index", f"{article} has an older text", submission_ids[-1])
    for article_id in revisions.keys() - expected:
        yield Wrong("index", f"{article_id} is there and was never reported as indexed")


def found_in(reader: IndexReader, corrected: Iterable[str]) -> tuple[list[tuple[str, int]], dict[str, str]]:
    """Article id and revision of everything in the index, and the texts of the `corrected` articles."""
    reader.reload()
    held: list[tuple[str, int]] = []
    cursor: str | None = None
    while True:
        page = reader.search(SearchRequest(sort="oldest", limit=100, cursor=cursor, facets=False, fold=False))
        held += [(hit.article_id, hit.revision) for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    texts = {}
    for article_id in corrected:
        try:
            texts[article_id] = reader.article(article_id).text
        except NotFound:
            continue
    return held, texts


def _judge_article(account: Account, submission_ids: Sequence[str]) -> Iterator[Wrong]:
    pieces = [piece for one in submission_ids if (piece := account.pieces[one])]
    bad = pieces[-1].bad
    dead = [one for one in submission_ids if account.dead[one]]
    if not bad:
        for submission_id in dead:
            yield Wrong("wrongly dead", f"{_name(pieces[-1])} is good", submission_id)
        yield from _judge_states(account, submission_ids, pieces[-1].state)
        return
    for submission_id in submission_ids:
        # What ruins extraction alone has passed ingest, where the same again is told as a duplicate.
        passed = submission_id in account.duplicate and bool(dead) and "extraction" in bad
        if submission_id not in dead and submission_id not in account.missing and not passed:
            yield Wrong("not dead", f"{_name(pieces[-1])} must be a dead letter", submission_id)


def _judge_states(account: Account, submission_ids: Sequence[str], newest: int) -> Iterator[Wrong]:
    """Each content of an article is indexed once at most, the newest exactly once: all others are duplicates of it."""
    for state in range(newest + 1):
        same = [one for one in submission_ids if (piece := account.pieces[one]) and piece.state == state]
        indexed = [one for one in same if account.indexed[one]]
        if len(indexed) > 1:
            yield Wrong("doubled", f"the same content was also indexed as {', '.join(indexed[:-1])}", indexed[-1])
        if state == newest and not indexed and not any(one in account.missing or account.dead[one] for one in same):
            yield Wrong("missing", f"{_name(account.pieces[same[-1]])} is in no index in its newest state", same[-1])


def _ends(account: Account, submission_id: str) -> dict[str, int]:
    return {
        "indexed": account.indexed[submission_id],
        "dead-lettered": account.dead[submission_id],
        "duplicate": int(submission_id in account.duplicate),
        "superseded": int(submission_id in account.superseded),
    }


def _name(piece: Piece | None) -> str:
    return "something nobody published" if piece is None else f"article {piece.article}"
