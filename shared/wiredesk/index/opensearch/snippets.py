"""The stretch of a hit's text that shows why it was found.

The cluster sends the text back with tags around what matched. Tags hold random letters, so that no text can have them.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wiredesk.index.excerpt import LENGTH, LONGEST_TEXT, Snippet, beginning, framed
from wiredesk.index.opensearch.translation import Query

__all__ = ["Tags", "snippet_of", "tagged"]

_SLACK = 30
"""Characters that a stretch may lose to begin and end between words."""


def _tag() -> str:
    return f"\ue000{secrets.token_hex(8)}"  # a private-use character, so that it is no part of a word


@dataclass(frozen=True, slots=True)
class Tags:
    """What one answer's marks stand between."""

    opening: str = field(default_factory=_tag)
    closing: str = field(default_factory=_tag)


def tagged(query: Query, tags: Tags) -> dict[str, Any]:
    """The request for texts with tags, as far as texts are looked through."""
    return {
        "type": "unified",
        "number_of_fragments": 0,
        "max_analyzer_offset": LONGEST_TEXT,
        "pre_tags": [tags.opening],
        "post_tags": [tags.closing],
        "fields": {"text": {"highlight_query": query}},
    }


def snippet_of(hit: Mapping[str, Any], tags: Tags) -> Snippet:
    """Around the marked words of a hit that has them, else the beginning of its text."""
    marked = hit.get("highlight", {}).get("text")
    if not marked:
        return beginning(hit["_source"]["opening"])
    text, ranges = _read(marked[0], tags)
    if not ranges:
        return beginning(text)
    start, end = _stretch(text, ranges)
    return framed(text, start, end, [(a - start, b - start) for a, b in ranges if start <= a and b <= end])


def _read(marked: str, tags: Tags) -> Snippet:
    """The plain text and what was marked in it; marks that touch are one."""
    plain, *pieces = marked.split(tags.opening)
    parts, at = [plain], len(plain)
    ranges: list[tuple[int, int]] = []
    for piece in pieces:
        inside, _, after = piece.partition(tags.closing)
        end = at + len(inside)
        if ranges and ranges[-1][1] == at:
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((at, end))
        parts += [inside, after]
        at = end + len(after)
    return "".join(parts), tuple(ranges)


def _stretch(text: str, ranges: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first of the stretches with most marks, with as much before them as after, cut between words."""
    if len(text) <= LENGTH:
        return 0, len(text)
    first, last, most, begin = 0, 0, 0, 0
    for at, (_, end) in enumerate(ranges):
        while end - ranges[begin][0] > LENGTH and begin < at:
            begin += 1
        if at - begin + 1 > most:
            first, last, most = begin, at, at - begin + 1
    low, high = ranges[first][0], max(ranges[last][1], min(ranges[last][1], ranges[first][0] + LENGTH))
    start = max(0, min(low - (LENGTH - (high - low)) // 2, len(text) - LENGTH))
    end = max(start + LENGTH, high)
    if start and (space := _blank(text, start, min(start + _SLACK, low))) >= 0:
        start = space + 1
    if end < len(text) and (space := _blank(text, max(end - _SLACK, high), end, last=True)) >= 0:
        end = space
    return start, min(end, len(text))


def _blank(text: str, start: int, end: int, *, last: bool = False) -> int:
    """The first or last white space in a range, -1 for none."""
    places = range(end - 1, start - 1, -1) if last else range(start, end)
    return next((at for at in places if text[at].isspace()), -1)
