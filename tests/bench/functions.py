"""The pure functions, whole and in parts: articles and words a second and core, by processor time, without runtime."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple

from .apart import Apart
from .context import WARM_UP, Bench, prepare
from .corpus import KINDS, Kind
from .figures import Figure
from .processes import environment

__all__ = ["Parts", "Taken", "figures_of", "functions"]

_LONG_ARTICLE = 750
"""Words of the article that speeds are often told for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Processor seconds of each part over `submitted` articles, of which ingest let `ingested` through.

    Those have `words` in all; `parsed_words` of the words that were read have a place in a syntactic parse.
    """

    submitted: int
    ingested: int
    words: int
    read_words: int
    parsed_words: int
    seconds: Mapping[str, float]


class Parts(Apart):
    """Runs the parts in a process of its own."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str], log: Path) -> None:
        super().__init__("bench.parts", str(folder), environment=environment, log=log)

    def run(self, items: Path, number: int) -> Taken:
        """All parts over a file of submissions; `number` tells which goes first of a part and its yardstick."""
        return Taken(**self.ask({"items": str(items), "number": number}))


class _Row(NamedTuple):
    """A part of a stage; it is told beside a yardstick, or as a share of `whole`."""

    part: str
    name: str
    of: Literal["submitted", "ingested"] = "ingested"
    yardstick: str | None = None
    whole: str | None = None


_TRAFILATURA, _SPACY, _TANTIVY = "bare trafilatura", "stock spaCy", "bare tantivy"
_ROWS = (
    _Row("ingest", "ingest, whole function", "submitted", _TRAFILATURA),
    _Row("body", "body text", "submitted", _TRAFILATURA, "ingest"),
    _Row("language", "language", whole="ingest"),
    _Row("signature", "near-copy signature"),
    _Row("extraction", "extraction, whole function", yardstick=_SPACY),
    _Row("reading", "reading: names, tags, sentences, parse", yardstick=_SPACY, whole="extraction"),
    _Row("tokeniser", "tokeniser of the pipeline alone", whole="extraction"),
    _Row("rules", "all facts of a parse", whole="extraction"),
    _Row("entities", "entities: names, people, pronouns", whole="extraction"),
    _Row("quotes", "quotes and speakers", whole="extraction"),
    _Row("dates", "dates", whole="extraction"),
    _Row("places", "places", whole="extraction"),
    _Row("JSON", "event to JSON and back", yardstick="json module"),
    _Row("indexing", "index, durable batches", yardstick=_TANTIVY),
)


def functions(bench: Bench) -> Iterator[Figure]:
    """Every part of every round over the same articles as its yardstick, in turn with it."""
    folder = bench.folder / "parts"
    folder.mkdir()
    with Parts(folder, environment=environment({}), log=bench.folder / "parts.log") as parts:
        for kind, called in KINDS.items():
            rounds = []
            for number, tag in enumerate(bench.tags):
                items = prepare(bench, f"functions-{tag}", count=bench.size(tag, kind), kind=kind)
                taken = parts.run(items, number)
                if tag != WARM_UP:
                    rounds.append(taken)
                    bench.say(f"functions, {called}, {tag}: {_told(taken)}")
            yield from figures_of(rounds, kind)


def _told(taken: Taken) -> str:
    mine, stock = (taken.ingested / taken.seconds[part] for part in ("extraction", _SPACY))
    return f"all facts of {mine:.1f} articles/s a core, {_SPACY} {stock:.1f}"


def figures_of(rounds: Sequence[Taken], kind: Kind) -> Iterator[Figure]:
    """A figure for each part that was measured. Pure."""
    words = median(taken.words / taken.ingested for taken in rounds)
    for row in _ROWS:
        beside = row.yardstick if row.yardstick in rounds[0].seconds else None
        yield Figure(
            section="functions",
            name=f"{KINDS[kind]}: {row.name}",
            unit="articles/s",
            values=_rates(rounds, row.part, row.of),
            yardstick=beside,
            yardstick_values=_rates(rounds, beside, row.of) if beside else (),
            words=words,
            note=_note(rounds, row, words),
        )
    yield Figure(
        section="functions",
        name=f"{KINDS[kind]}: words that are parsed",
        unit="%",
        values=tuple(100 * taken.parsed_words / taken.read_words for taken in rounds),
    )


def _rates(rounds: Sequence[Taken], part: str, of: str) -> tuple[float, ...]:
    """Articles a second; a part that took no time that the clock can tell took its smallest step."""
    return tuple(getattr(taken, of) / max(taken.seconds[part], 1e-9) for taken in rounds)


def _note(rounds: Sequence[Taken], row: _Row, words: float) -> str:
    if row.whole:
        share = median(taken.seconds[row.part] / taken.seconds[row.whole] for taken in rounds)
        return f"{100 * share:.0f} % of {row.whole}"
    if row.part == "extraction":
        long = median(_rates(rounds, row.part, row.of)) * words / _LONG_ARTICLE
        return f"{long:.1f}/s of articles of {_LONG_ARTICLE} words"
    return ""
