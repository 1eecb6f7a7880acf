"""An article's facts as lines for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wiredesk.cli.output import printable
from wiredesk.events import ArticleExtracted, Entity, Place

__all__ = ["article_lines", "search_lines"]

_NOBODY = "(nobody named)"
_MARKS = '"“”«»„'


def article_lines(article: ArticleExtracted) -> Iterator[str]:
    """Who said what, people, organisations, places and resolved dates."""
    yield "Who said what"
    yield from (_indented(_quotes(article)))
    for heading, type in (("People", "Person"), ("Organisations", "Organization")):
        yield ""
        yield heading
        yield from _indented(_named(entity) for entity in article.entities if entity.type == type)
    yield ""
    yield "Places"
    located = {place.entity_id: place for place in article.places}
    yield from _indented(
        f"{printable(entity.name)}{_where(located.get(entity.id))}"
        for entity in article.entities
        if entity.type == "Place"
    )
    yield ""
    yield f"Dates, against {article.published_at or 'no known day of publication'}"
    # Said five times, yesterday is still one day; `now` and `decades` are none.
    resolved = [date for date in article.dates if date.value[:1].isdigit()]
    dates = {(date.text.casefold(), date.value): date for date in reversed(resolved)}
    yield from _indented(f"{printable(date.text)} = {date.value}" for date in reversed(dates.values()))


def _quotes(article: ArticleExtracted) -> Iterator[str]:
    for quote in article.quotes:
        speaker = printable(quote.speaker.name) if quote.speaker else _NOBODY
        words = printable(" ".join(quote.text.split()))
        # A mixed quote brings its own marks where it is more than the words within them.
        bare = quote.kind != "indirect" and not any(mark in words for mark in _MARKS)
        yield f"{speaker}: {f'“{words}”' if bare or quote.kind == 'direct' else words}"


def _named(entity: Entity) -> str:
    beside = [*([entity.title] if entity.title else []), *entity.roles]
    times = len(entity.mentions)
    return printable(", ".join([entity.name, *beside]) + (f" ({times} mentions)" if times > 1 else ""))


def _where(place: Place | None) -> str:
    if place is None:
        return ""
    north, east = "N" if place.latitude >= 0 else "S", "E" if place.longitude >= 0 else "W"
    return f", {place.country_code}, {abs(place.latitude):.2f}° {north} {abs(place.longitude):.2f}° {east}"


def search_lines(query: str, page: Mapping[str, Any]) -> Iterator[str]:
    """The hits of a search as the gateway answered it; the words found are set in [brackets]."""
    hits: Sequence[Mapping[str, Any]] = page["hits"]
    yield f"Search for {query!r}: {page['total']} found"
    for hit in hits:
        yield f"  {printable(hit['title'])}, {hit['source'] or 'unknown source'}, {hit['published_at'] or 'undated'}"
        yield f"    {_marked(hit['snippet'], hit['highlights'])}"


def _marked(snippet: str, highlights: Iterable[Sequence[int]]) -> str:
    marked, at = "", 0
    for start, end in highlights:
        marked += f"{snippet[at:start]}[{snippet[start:end]}]"
        at = end
    return printable(" ".join((marked + snippet[at:]).split()))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    empty = True
    for line in lines:
        empty = False
        yield f"  {line}"
    if empty:
        yield "  none found"
