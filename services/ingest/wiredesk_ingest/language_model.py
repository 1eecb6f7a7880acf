"""py3langid's model, read at all places of a text at once by numpy: its answers in a third of the time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import LanguageIdentifier

__all__ = ["CONTEXT_BYTES", "LanguageModel"]

CONTEXT_BYTES = 6
"""The longest run of bytes that is a feature: the automaton forgets what came before."""

_NO_FEATURE_BYTE = b"\xff"
"""Stands in no UTF-8 and leaves the automaton where it begins."""


class LanguageModel(LanguageIdentifier):  # type: ignore[misc]  # py3langid has no types
    """Scores as py3langid does (a multinomial naive Bayes of byte sequences), but for the last digits of probabilities:
    features are added up in another order.

    There an automaton takes one byte after another. Its state depends on the last six bytes alone, so it is run here
    over the six that end at each place, for all places together. Weights are held in single precision, 57 MB for 28:
    numpy widens those of the file, of half precision, one by one, which took as long as all the rest.
    """

    __slots__ = ("_after_two", "_outputs", "_rows")

    def __init__(
        self,
        nb_ptc: NDArray[np.float16],
        nb_pc: NDArray[np.float32],
        nb_classes: list[str],
        tk_nextmove: Any,
        tk_output: Sequence[int],
        norm_probs: bool = False,
        *,
        tk_row: Any,
    ) -> None:
        """As py3langid's, which calls it with what is in a file of its; `tk_` are buffers of unsigned integers."""
        super().__init__(
            nb_ptc.astype(np.float32), nb_pc, nb_classes, np.asarray(tk_nextmove), [], norm_probs, tk_row=[]
        )
        self._outputs = np.asarray(tk_output, np.int32)
        self._rows = np.asarray(tk_row).astype(np.uint32) << np.uint32(8)
        after_one = self.tk_nextmove[self._rows[0] + np.arange(256, dtype=np.uint32)]
        self._after_two = self.tk_nextmove[
            self._rows[after_one][:, np.newaxis] + np.arange(256, dtype=np.uint32)
        ].ravel()

    def _raw_score(self, text: bytes) -> NDArray[np.float32]:
        features = np.sort(self._features(text))
        if not len(features):
            return np.zeros(len(self.nb_classes), np.float32)
        starts = np.flatnonzero(features[1:] != features[:-1]) + 1
        starts = np.concatenate(([0], starts, [len(features)]))
        counts = np.diff(starts).astype(np.float32)
        scores: NDArray[np.float32] = np.log1p(counts) @ self.nb_ptc[features[starts[:-1]]] + self.nb_pc
        return scores

    def _features(self, text: bytes) -> NDArray[np.int32]:
        """The feature that ends at each byte, where one does, in the order of the text."""
        octets = np.frombuffer(_NO_FEATURE_BYTE * (CONTEXT_BYTES - 1) + text, np.uint8).astype(np.uint32)
        states = self._after_two.take(octets[:-1] << np.uint32(8) | octets[1:])
        for place in range(2, CONTEXT_BYTES):
            states = self.tk_nextmove.take(self._rows.take(states[:-1]) + octets[place:])
        found: NDArray[np.int32] = self._outputs.take(states)
        return found[found >= 0]
