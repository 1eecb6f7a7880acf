"""Words that English texts use most, from the list of spellings and counts that symspellpy carries."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from wiredesk.errors import UsageError

__all__ = ["frequent_chunks"]

_PACKAGE = "symspellpy"
_LIST = "frequency_dictionary_en_82_765.txt"
_WORDS = 10_000
_PUNCTUATED = 3_000
"""So many are met often enough with a comma or a full stop behind them."""


def frequent_chunks() -> Iterator[str]:
    """What stands between the spaces of a text most often: words, with a capital too, with punctuation behind.

    Raises UsageError when the package is not installed.
    """
    for rank, word in enumerate(_words()):
        yield word
        yield word.capitalize()
        if rank < _PUNCTUATED:
            yield f"{word},"
            yield f"{word}."


def _words() -> list[str]:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise UsageError(f"{_PACKAGE} is not installed: it lists frequent words; see services/extraction/model.lock")
    counts = []
    for line in Path(spec.origin).with_name(_LIST).read_text(encoding="utf-8-sig").splitlines():
        word, _, count = line.partition(" ")
        counts.append((-int(count), word))
    return [word for _, word in sorted(counts)[:_WORDS]]
