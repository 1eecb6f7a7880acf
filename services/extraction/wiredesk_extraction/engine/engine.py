"""The engine: texts go in, columns of tokens, tags, heads, sentences and names come out."""

from collections.abc import Sequence

import numpy as np

from wiredesk_extraction.engine.analysis import Analysis
from wiredesk_extraction.engine.embeddings import TypeTable, Vectors
from wiredesk_extraction.engine.encoder import encode, padded_places
from wiredesk_extraction.engine.native import kernels
from wiredesk_extraction.engine.panels import multiply
from wiredesk_extraction.engine.projectivity import DELIMITER, reattach
from wiredesk_extraction.engine.tokeniser import Tokeniser
from wiredesk_extraction.engine.transitions import find_heads, find_names, find_sentences
from wiredesk_extraction.engine.weights import UnknownArchitecture, Weights

__all__ = ["Engine"]

_ROOT = "ROOT"

_CHUNKS = 2
"""Remembered for each type that is: a word stands with and without the marks around it."""


class Engine:
    """Tokens, tags, heads, sentences and names by the weights of one pipeline."""

    def __init__(self, weights: Weights, vectors: Vectors | None, remembered: int = 20_000) -> None:
        """`vectors`: the pipeline's static ones. `remembered`: token types that are kept from text to text,
        beside those of the weights' primer.

        Raises UnknownArchitecture without vectors where the weights ask for them, OSError without the kernels.
        """
        kernels()
        self._weights = weights
        self._dep_names = (*weights.dependencies.labels, _ROOT)  # the last is that of label -1
        self._crossing = np.array([DELIMITER in label for label in self._dep_names])
        self._encoders = (weights.shared, weights.own)
        embeddings = [encoder.embedding for encoder in self._encoders]
        if vectors is None and any(embedding.static is not None for embedding in embeddings):
            raise UnknownArchitecture("the pipeline has no static vectors by spelling")
        self.tokeniser = Tokeniser(weights.rules, weights.primer)
        self.types = TypeTable(weights.lexicon, embeddings, vectors, remembered, weights.primer)
        self._most_types = len(self.tokeniser.types) + remembered
        self._most_chunks = len(self.tokeniser.chunks) + _CHUNKS * remembered

    def read(self, texts: Sequence[str]) -> Analysis:
        """Analyse texts, none of them empty; none influences another."""
        if len(self.tokeniser.types) > self._most_types or len(self.tokeniser.chunks) > self._most_chunks:
            self.tokeniser.forget()
            self.types.forget()
        tokens = self.tokeniser.cut(texts)
        self.types.learn(self.tokeniser.types)
        embedded = self.types.embeddings(self.types.look_up(tokens.types, tokens.spaced))
        space = self.types.are_space(tokens.types)
        offsets = tokens.offsets
        lengths = np.diff(offsets)
        shared, own = (
            encode(encoder, vectors, *padded_places(lengths, len(encoder.layers)))
            for encoder, vectors in zip(self._encoders, embedded, strict=True)
        )
        tagger, dependencies, named = self._weights.tagger, self._weights.dependencies, self._weights.names
        tags = multiply(shared, tagger.panels, tagger.bias).argmax(axis=1)
        heads, labels = find_heads(dependencies, shared, offsets)
        left, right, starts = find_sentences(offsets, heads)
        deps = [self._dep_names[label] for label in labels.tolist()]
        crossing = np.searchsorted(offsets, np.flatnonzero(self._crossing[labels]), side="right") - 1
        for document in np.unique(crossing).tolist():
            span = slice(offsets[document], offsets[document + 1])
            moved, renamed = heads[span].tolist(), deps[span]
            reattach(moved, renamed, (left[span].tolist(), right[span].tolist()), space[span].tolist())
            heads[span], deps[span] = moved, renamed
        if len(crossing):
            starts = find_sentences(offsets, heads)[2]
        names = find_names(named, own, offsets, space, starts)
        return Analysis(
            offsets,
            tokens.starts,
            tokens.lengths,
            space,
            [tagger.tags[tag] for tag in tags.tolist()],
            heads,
            deps,
            starts,
            [(first, end, named.labels[label]) for first, end, label in names.tolist()],
        )
