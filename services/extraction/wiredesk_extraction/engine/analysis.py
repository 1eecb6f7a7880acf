"""What any reader of documents answers: the engine, or spaCy itself."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Analysis"]


@dataclass(frozen=True)
class Analysis:
    """What was found in several documents, one after the other; one item a token unless said otherwise.

    `offsets`: (documents + 1) first token of each. `starts`, `lengths`: characters within the document. `space`: 1 for
    a token that is white space. `heads`: counted within the document, a root's is itself.
    `sentence_start`: 1 for the first token of a sentence. `names`: (first, one past the last, label), over all tokens.
    """

    offsets: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    space: np.ndarray
    tags: list[str]
    heads: np.ndarray
    deps: list[str]
    sentence_start: np.ndarray
    names: list[tuple[int, int, str]]
