"""One line of `wiredesk extract --jsonl`, with every offset mapped back to the text the gold annotation speaks of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .alignment import Alignment
from .spans import Span

__all__ = ["Date", "Mention", "Position", "Prediction", "Quote", "Sample", "read_prediction"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of the entity `entity`, which is of `type`."""

    span: Span
    type: str
    kind: str
    entity: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Something said. `speaker`: where the speaker is named; empty for none. `entity` and `name` are the speaker's."""

    span: Span
    kind: str
    speaker: tuple[Span, ...] = ()
    entity: str | None = None
    name: str | None = None

    @property
    def in_marks(self) -> bool:
        """Whether it is direct, at least in part."""
        return self.kind in ("direct", "mixed")


@dataclass(frozen=True, slots=True)
class Date:
    """A time expression."""

    span: Span
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where an entity is on the map."""

    latitude: float
    longitude: float
    geonames_id: str | None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was found in one article. `body` is the cleaned text, empty where the article was refused.

    `unmapped` counts spans without a counterpart in the reference, `wrong` those whose text is not what stands there.
    """

    body: str = ""
    published_at: str = ""
    authors: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[Date, ...] = ()
    positions: Mapping[str, Position] = field(default_factory=dict)
    unmapped: int = 0
    wrong: int = 0
    refused: str | None = None

    @property
    def names(self) -> list[Mention]:
        """Mentions by name."""
        return [mention for mention in self.mentions if mention.kind == "name"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One article: its gold annotation, the text that annotation's offsets index, and what was found."""

    gold: Mapping[str, Any]
    text: str
    found: Prediction


def read_prediction(row: Mapping[str, Any] | None, reference: str | None) -> Prediction:
    """`row` None: nothing was found. `reference` None: only body and publication date are wanted, no spans."""
    if row is None or "error" in row:
        return Prediction(refused=row["error"]["reason"] if row else "no result")
    body, published_at = row.get("text") or "", row.get("published_at") or ""
    authors = tuple(row.get("authors") or ())
    if reference is None:
        return Prediction(body=body, published_at=published_at, authors=authors)
    mapped = _Mapper(body, reference)
    mentions = tuple(_mentions(row.get("entities") or (), mapped))
    quotes = sorted(_quotes(row.get("quotes") or (), mapped), key=lambda quote: quote.span)
    dates = tuple(
        sorted(
            (
                Date(span, one["type"], one["value"])
                for one in row.get("dates") or ()
                if (span := mapped(one)) is not None
            ),
            key=lambda date: date.span,
        )
    )
    return Prediction(
        body=body,
        published_at=published_at,
        authors=authors,
        mentions=mentions,
        quotes=tuple(quotes),
        dates=dates,
        positions=_positions(row.get("places") or ()),
        unmapped=mapped.unmapped,
        wrong=mapped.wrong,
    )


class _Mapper:
    """From a span of the event to the reference text; None where it has no counterpart."""

    def __init__(self, body: str, reference: str) -> None:
        self._body, self._alignment = body, Alignment(body, reference)
        self.unmapped = self.wrong = 0

    def __call__(self, span: Mapping[str, Any]) -> Span | None:
        start, end = span["start"], span["end"]
        if self._body[start:end] != span["text"]:
            self.wrong += 1
        found = self._alignment.span(start, end)
        if found is None:
            self.unmapped += 1
        return found


def _mentions(entities: Sequence[Mapping[str, Any]], mapped: _Mapper) -> Sequence[Mention]:
    return [
        Mention(span, entity["type"], mention["kind"], entity["id"])
        for entity in entities
        for mention in entity["mentions"]
        if (span := mapped(mention)) is not None
    ]


def _quotes(rows: Sequence[Mapping[str, Any]], mapped: _Mapper) -> Sequence[Quote]:
    quotes = []
    for row in rows:
        span, speaker = mapped(row), row.get("speaker")
        if span is None:
            continue
        if not speaker:
            quotes.append(Quote(span, row["kind"]))
            continue
        named = mapped(speaker)
        entity = speaker.get("entity_id")
        where = (named,) if named else ()
        quotes.append(Quote(span, row["kind"], where, entity, speaker.get("name")))
    return quotes


def _positions(rows: Sequence[Mapping[str, Any]]) -> dict[str, Position]:
    positions: dict[str, Position] = {}
    for row in rows:
        place = Position(float(row["latitude"]), float(row["longitude"]), str(row["geonames_id"]))
        positions.setdefault(row["entity_id"], place)
    return positions
