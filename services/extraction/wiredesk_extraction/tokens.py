"""The tokeniser, with memory for what recurs and none for what does not."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from spacy.attrs import IDS

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["Tokeniser"]

_RECURS = 3
"""Articles that a word must be in to be remembered."""

_LONGEST = 40
"""Characters; what is longer is seldom a word, and may take a tokeniser long."""

_COUNTED = 200_000
"""Words counted at a time, some 20 MB; then the count begins anew."""

_REMEMBERED = 40_000
"""Words remembered, some 20 MB, for good: the first to recur are the most frequent."""


class Tokeniser:
    """Cuts texts into tokens.

    spaCy's vocabulary grows with each new word, unless it works in a memory zone, where it forgets all it learnt there:
    a word's features, which take ten times as long to find as to look up, and how it is cut. So words are counted by
    article, and those that recur are learnt outside of the zone. What is found in a text does not depend on it.
    """

    def __init__(self, nlp: "Language", remembered: int = _REMEMBERED) -> None:
        self._nlp = nlp
        self._remembered = remembered
        self._counts: dict[str, int] = {}
        self._known: set[str] = set()
        if hasattr(nlp.tokenizer, "max_cache_size"):
            nlp.tokenizer.max_cache_size = remembered

    def keep_only(self, attributes: Collection[str]) -> None:
        """Find no other features of new words than these, by spaCy's names of them."""
        vocab: Any = self._nlp.vocab
        getters = vocab.lex_attr_getters
        kept = {IDS[name] for name in attributes}
        vocab.lex_attr_getters = {key: getter for key, getter in getters.items() if key in kept}

    @contextmanager
    def article(self, text: str) -> Iterator[None]:
        """While this lasts, parts of `text` may be cut; then their memory is given back, and they are not valid."""
        self._learn(text)
        with self._nlp.memory_zone():
            yield

    def cut(self, parts: Sequence[str]) -> list["Doc"]:
        """One document a part."""
        return [self._nlp.make_doc(part) for part in parts]

    def _learn(self, text: str) -> None:
        if len(self._known) >= self._remembered:
            return
        counts, new = self._counts, []
        for word in set(text.split()) - self._known:
            if len(word) > _LONGEST:
                continue
            counts[word] = count = counts.get(word, 0) + 1
            if count >= _RECURS:
                new.append(word)
        del new[self._remembered - len(self._known) :]
        if new:
            self._nlp.tokenizer(" ".join(new))
            self._known.update(new)
            for word in new:
                del counts[word]
        if len(counts) > _COUNTED:
            counts.clear()
