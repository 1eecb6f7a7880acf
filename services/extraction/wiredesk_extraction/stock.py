"""spaCy itself, for pipelines that the engine does not know: the same answers, several times slower."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wiredesk_extraction.engine import Analysis

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["Stock"]

_BATCH_DOCS = 16


class Stock:
    """Reads documents with the pipeline's own components."""

    def __init__(self, nlp: "Language") -> None:
        self._nlp = nlp

    def read(self, texts: Sequence[str]) -> Analysis:
        """Analyse texts, none of them empty; memory taken for their words is given back."""
        with self._nlp.memory_zone():
            return self._read([self._nlp.make_doc(text) for text in texts])

    def _read(self, made: Sequence["Doc"]) -> Analysis:
        docs = list(self._nlp.pipe(made, batch_size=_BATCH_DOCS))
        offsets = np.cumsum([0, *map(len, docs)]).astype(np.int32)
        columns = np.concatenate([doc.to_array(["IDX", "LENGTH", "IS_SPACE"]) for doc in docs]).astype(np.int64)
        return Analysis(
            offsets,
            columns[:, 0],
            columns[:, 1],
            columns[:, 2].astype(np.uint8),
            [token.tag_ for doc in docs for token in doc],
            np.array([token.head.i for doc in docs for token in doc], dtype=np.int32),
            [token.dep_ for doc in docs for token in doc],
            np.concatenate([doc.to_array("SENT_START") == 1 for doc in docs]).astype(np.uint8),
            [
                (first + ent.start, first + ent.end, ent.label_)
                for doc, first in zip(docs, offsets.tolist(), strict=False)
                for ent in doc.ents
            ],
        )
