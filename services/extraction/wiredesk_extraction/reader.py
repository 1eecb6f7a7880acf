"""Reads articles into `Parse` with a loaded pipeline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wiredesk_extraction.engine import Analysis
from wiredesk_extraction.parse import Parse, RawName
from wiredesk_extraction.segments import paragraphs, pieces

__all__ = ["Analyser", "Reader"]

Span = tuple[int, int]

_BATCH_CHARS = 6_000
"""Read together, about 1,300 tokens: enough for matrix products at full speed, in 10 MB of memory. Batches are of one
article; what is found in a piece does not depend on those beside it."""

_SAME_LENGTH = str.maketrans("“”„‟«»″‘’‚‛′\u00a0\u2007\u202f\u2009\u200a\u3000\t", '"""""""\'\'\'\'\' ' + " " * 6)
"""The pipelines were trained on straight marks and plain spaces; one character stays one character."""


class Analyser(Protocol):
    """Finds tokens, tags, heads, sentences and names."""

    def read(self, texts: Sequence[str]) -> Analysis:
        """Analyse texts, none of them empty; none influences another."""
        ...


class Reader:
    """Reads text into `Parse` with one loaded pipeline."""

    def __init__(self, meta: Mapping[str, str], analyser: Analyser, limit_chars: int) -> None:
        """`meta`: lang, name and version of the pipeline."""
        self._analyser = analyser
        self.limit_chars = limit_chars
        self.language = meta.get("lang", "")
        self.name = f"{self.language}_{meta.get('name', 'pipeline')}"
        self.version = meta.get("version", "0")

    def read(self, text: str) -> Parse:
        """Parse an article. What goes over `limit_chars` is left out."""
        spans = [span for span in pieces(text) if span[1] <= self.limit_chars]
        lines = [start for start, _ in paragraphs(text)]
        plain = text[: self.limit_chars].translate(_SAME_LENGTH)
        batches = [
            _columns(batch, self._analyser.read([plain[start:end] for start, end in batch]))
            for batch in _batches(spans)
        ]
        return _parse(text, lines, batches)


def _batches(spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    first = chars = 0
    for at, (start, end) in enumerate(spans):
        if at > first and chars + end - start > _BATCH_CHARS:
            yield spans[first:at]
            first, chars = at, 0
        chars += end - start
    if spans:
        yield spans[first:]


@dataclass
class _Columns:
    """The columns of `Parse` for some pieces, white space left out; tokens and sentences are counted from 0."""

    starts: np.ndarray
    ends: np.ndarray
    pieces: np.ndarray
    """Where the piece of each token starts in the text."""
    tags: list[str]
    deps: list[str]
    heads: np.ndarray
    sentence_of: np.ndarray
    names: list[RawName]


def _columns(spans: Sequence[Span], found: Analysis) -> _Columns:
    """White-space tokens go; what they govern passes to their own head."""
    lengths = np.diff(found.offsets)
    pieces = np.repeat([start for start, _ in spans], lengths)
    kept = found.space == 0
    before = np.concatenate([[0], np.cumsum(kept)])  # tokens kept before each
    heads = found.heads + np.repeat(found.offsets[:-1], lengths)
    tokens = np.arange(len(heads))
    heads = np.where(kept[heads], heads, heads[heads])
    heads = np.where(kept[heads], heads, tokens)
    opens = found.sentence_start.astype(bool)
    opens[found.offsets[:-1]] = True
    sentences = np.cumsum(opens)[kept]
    starts = (pieces + found.starts)[kept]
    return _Columns(
        starts=starts,
        ends=starts + found.lengths[kept],
        pieces=pieces[kept],
        tags=[tag for tag, keep in zip(found.tags, kept.tolist(), strict=True) if keep],
        deps=[dep for dep, keep in zip(found.deps, kept.tolist(), strict=True) if keep],
        heads=before[heads[kept]],
        sentence_of=np.unique(sentences, return_inverse=True)[1],
        names=[
            RawName(int(before[first]), int(before[end]) - 1, label)
            for first, end, label in found.names
            if before[end] > before[first]
        ],
    )


def _parse(text: str, lines: Sequence[int], batches: Sequence[_Columns]) -> Parse:
    """Put the columns of the batches one below the other."""
    columns = _joined(batches)
    if columns is None:
        return Parse(text)
    starts, ends = columns.starts.tolist(), columns.ends.tolist()
    last = np.flatnonzero(np.diff(columns.sentence_of, append=-1))
    first = np.concatenate([[0], last[:-1] + 1])
    return Parse(
        text,
        words=tuple([text[start:end] for start, end in zip(starts, ends, strict=True)]),
        starts=tuple(starts),
        ends=tuple(ends),
        tags=tuple(columns.tags),
        deps=tuple(columns.deps),
        heads=tuple(columns.heads.tolist()),
        sentence_of=tuple(columns.sentence_of.tolist()),
        paragraph_of=tuple((np.searchsorted(lines, columns.pieces, side="right") - 1).tolist()),
        sentences=tuple(zip(first.tolist(), last.tolist(), strict=True)),
        names=tuple(columns.names),
    )


def _joined(batches: Sequence[_Columns]) -> _Columns | None:
    batches = [batch for batch in batches if len(batch.starts)]
    if not batches:
        return None
    tokens = np.cumsum([0, *(len(batch.starts) for batch in batches)]).tolist()
    sentences = np.cumsum([0, *(int(batch.sentence_of[-1]) + 1 for batch in batches)]).tolist()
    return _Columns(
        starts=np.concatenate([batch.starts for batch in batches]),
        ends=np.concatenate([batch.ends for batch in batches]),
        pieces=np.concatenate([batch.pieces for batch in batches]),
        tags=[tag for batch in batches for tag in batch.tags],
        deps=[dep for batch in batches for dep in batch.deps],
        heads=np.concatenate([batch.heads + base for batch, base in zip(batches, tokens, strict=False)]),
        sentence_of=np.concatenate([batch.sentence_of + base for batch, base in zip(batches, sentences, strict=False)]),
        names=[
            RawName(name.first + base, name.last + base, name.label)
            for batch, base in zip(batches, tokens, strict=False)
            for name in batch.names
        ],
    )
