"""Names with a nickname in their midst: Beauregard "Bud" Torres is one name, not two."""

from collections.abc import Sequence

from wiredesk_extraction.candidates import Candidate
from wiredesk_extraction.parse import Parse

__all__ = ["with_nicknames"]

_MARKS = frozenset({'"', "“", "”", "'", "‘", "’", "``", "''"})
_MAX_NICKNAME = 2


def with_nicknames(parse: Parse, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates; capitalised words in marks between proper nouns, one of them of a person's name, join the two."""
    at = {token: c for c in candidates for token in range(c.first, c.last + 1)}
    joined: list[Candidate] = []
    for mark in parse.tokens_among(_MARKS):
        close = _close(parse, mark)
        if close is None:
            continue
        left, right = at.get(mark - 1), at.get(close + 1)
        if "Person" in {left.type if left else "", right.type if right else ""}:
            first = left.first if left else mark - 1
            joined.append(Candidate(first, max(close + 1, right.last if right else 0), "Person", "nickname"))
    taken = {token for c in joined for token in range(c.first, c.last + 1)}
    kept = [c for c in candidates if taken.isdisjoint(range(c.first, c.last + 1))]
    return sorted(kept + joined, key=lambda c: c.first)


def _close(parse: Parse, mark: int) -> int | None:
    """The mark that closes a nickname opened at `mark`, with proper nouns on both sides of the pair."""
    for close in range(mark + 2, min(mark + 2 + _MAX_NICKNAME, len(parse.words) - 1)):
        if parse.words[close] in _MARKS:
            inside = all(parse.words[t][:1].isupper() for t in range(mark + 1, close))
            return close if mark and inside and parse.proper[mark - 1] and parse.proper[close + 1] else None
    return None
