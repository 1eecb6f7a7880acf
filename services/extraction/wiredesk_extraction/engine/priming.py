"""Makes a primer: has the parts of an engine read some chunks, and keeps what they remember."""

from collections.abc import Iterable

import numpy as np

from wiredesk_extraction.engine.embeddings import TypeTable, Vectors
from wiredesk_extraction.engine.primer import Primer
from wiredesk_extraction.engine.tokeniser import Tokeniser
from wiredesk_extraction.engine.weights import Weights

__all__ = ["primer_of"]


def primer_of(weights: Weights, vectors: Vectors | None, chunks: Iterable[str]) -> Primer:
    """What an engine of these weights knows when it has read these chunks, none of them empty or with white space."""
    tokeniser = Tokeniser(weights.rules)
    read = tokeniser.cut([" ".join(chunks) + " "])
    embeddings = [encoder.embedding for encoder in (weights.shared, weights.own)]
    table = TypeTable(weights.lexicon, embeddings, vectors, len(tokeniser.types))
    table.learn(tokeniser.types)
    keys = np.unique(2 * read.types + read.spaced)
    rows = table.embeddings(table.look_up(keys >> 1, keys & 1))
    cuts = list(tokeniser.chunks.values())
    return Primer(
        words=_spelt(word for word, _ in tokeniser.types),
        norms=np.array([norm for _, norm in tokeniser.types], dtype=np.uint64),
        features=table.features(np.arange(len(tokeniser.types))),
        chunks=_spelt(tokeniser.chunks),
        cut=np.array([number for cut in cuts for number in cut], dtype=np.int32),
        ends=np.cumsum([len(cut) for cut in cuts], dtype=np.int32),
        keys=keys,
        rows=tuple(rows),
    )


def _spelt(words: Iterable[str]) -> np.ndarray:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)
