"""Marks over a text: facts become spans with a kind, and overlapping spans become well-formed nesting. Pure."""

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from wiredesk.events import ArticleExtracted, Entity, Quote

__all__ = [
    "MAX_DEPTH",
    "Close",
    "Kind",
    "Mark",
    "Open",
    "Paragraph",
    "Text",
    "Token",
    "marks_of",
    "paragraphs",
    "quote_anchor",
]

Kind = Literal["quote", "speaker", "cue", "date", "person", "organization", "place", "other"]

MAX_DEPTH = 12
"""Marks nested deeper are left out: it bounds the work and the page for hostile facts (browsers stop at 512)."""

_LAYERS: dict[Kind, int] = {"quote": 0, "speaker": 1, "cue": 1, "date": 2}
_INNERMOST = 3  # entities: of equal spans, the wider notion goes outside
_ENTITY_KINDS: dict[str, Kind] = {"Person": "person", "Organization": "organization", "Place": "place"}
_BLANK_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A half-open code-point range to mark. `title` explains it, `value` is a date's TIMEX3 value.

    `anchor` is an id that other parts of the page link to, `entity_id` names the entity whose page it leads to.
    """

    start: int
    end: int
    kind: Kind
    title: str
    entity_id: str | None = None
    anchor: str | None = None
    value: str | None = None
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """A mark begins, or goes on after an interruption (`first` is false)."""

    mark: Mark
    first: bool


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """The innermost open mark ends, or is interrupted."""

    mark: Mark


Token = Open | Text | Close


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: its range, its tokens (every Open has its Close within), and the blank lines after it."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    gap: str


def marks_of(article: ArticleExtracted) -> list[Mark]:
    """A mark for each quote, speaker, cue, date and entity mention of an article."""
    marks = [mark for quote in article.quotes for mark in _quote_marks(quote)]
    marks += [
        Mark(start=d.start, end=d.end, kind="date", title=f"{d.type.capitalize()}: {d.value}", value=d.value)
        for d in article.dates
    ]
    marks += [mark for entity in article.entities for mark in _entity_marks(entity)]
    return marks


def quote_anchor(start: int) -> str:
    """The id on the article's page of the quote that starts there: what links to it from other pages."""
    return f"quote-{start}"


def _quote_marks(quote: Quote) -> Iterator[Mark]:
    said_by = "Speaker not found"
    if quote.speaker:
        said_by = f"{'Probably said' if quote.speaker.unsure else 'Said'} by {quote.speaker.name}"
    title = f"{said_by} ({quote.kind} quote)"
    yield Mark(start=quote.start, end=quote.end, kind="quote", title=title, anchor=quote_anchor(quote.start))
    if quote.speaker:
        speaker = quote.speaker
        yield Mark(start=speaker.start, end=speaker.end, kind="speaker", title=f"Speaker: {speaker.name}")
    if quote.cue:
        yield Mark(start=quote.cue.start, end=quote.cue.end, kind="cue", title="Reporting words")


def _entity_marks(entity: Entity) -> Iterator[Mark]:
    kind = _ENTITY_KINDS.get(entity.type, "other")
    title = f"{entity.type}: {entity.name}"
    for mention in entity.mentions:
        yield Mark(
            start=mention.start,
            end=mention.end,
            kind=kind,
            title=title,
            entity_id=entity.id,
            faint=mention.kind != "name",
        )


def paragraphs(text: str, marks: Iterable[Mark]) -> Iterator[Paragraph]:
    """Cut the text at blank lines and lay the marks over it.

    A mark that crosses another's end, or a paragraph's, is split there and goes on after it. Empty marks and marks
    out of range are left out. The texts of all tokens and gaps, joined, are the text. Takes O(n log n) in the marks.
    """
    pending = [
        _Pending(mark.start, -mark.end, _LAYERS.get(mark.kind, _INNERMOST), number, mark)
        for number, mark in enumerate(marks)
        if 0 <= mark.start < mark.end <= len(text)
    ]
    heapq.heapify(pending)
    start = 0
    while start < len(text):
        blank = _BLANK_LINES.search(text, start)
        end, following = blank.span() if blank else (len(text), len(text))
        tokens = tuple(_Nesting(text, start, end, pending).tokens())
        yield Paragraph(start, end, tokens, text[end:following])
        start = following


class _Pending(NamedTuple):
    """A mark still to open, in the order of opening: by start, the longer first, the wider notion first."""

    start: int
    minus_end: int
    layer: int
    number: int
    mark: Mark

    def since(self, start: int) -> "_Pending":
        return self._replace(start=start)


class _Nesting:
    """Walks one paragraph; takes what opens in it off the heap and puts back what goes on after it."""

    def __init__(self, text: str, start: int, end: int, pending: list[_Pending]) -> None:
        self._text, self._at, self._start, self._end = text, start, start, end
        self._pending = pending
        self._open: list[tuple[int, Mark]] = []

    def tokens(self) -> Iterator[Token]:
        while self._pending and self._pending[0].start < self._end:
            opening = heapq.heappop(self._pending)
            start, end = max(opening.start, self._start), -opening.minus_end
            if end <= start:
                continue
            yield from self._close_until(start)
            yield from self._text_until(start)
            if len(self._open) < MAX_DEPTH:
                limit = self._open[-1][0] if self._open else self._end
                if end > limit:
                    heapq.heappush(self._pending, opening.since(limit))
                self._open.append((min(end, limit), opening.mark))
                yield Open(opening.mark, opening.start == opening.mark.start)
        yield from self._close_until(self._end)
        yield from self._text_until(self._end)

    def _close_until(self, position: int) -> Iterator[Token]:
        while self._open and self._open[-1][0] <= position:
            end, mark = self._open.pop()
            yield from self._text_until(end)
            yield Close(mark)

    def _text_until(self, position: int) -> Iterator[Token]:
        if self._at < position:
            yield Text(self._text[self._at : position])
            self._at = position
