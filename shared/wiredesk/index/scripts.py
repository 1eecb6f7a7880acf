"""What every engine takes for a word."""

import re

__all__ = ["IDEOGRAPHS", "LONGEST_PATTERN", "LONGEST_WORD", "has_ideographs"]

IDEOGRAPHS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts written without spaces (Thai, Lao, Burmese, Khmer, Japanese, Chinese); indexed one character a word."""

LONGEST_WORD = 100
"""Bytes or characters; what is longer is no word (base64, a line without spaces) and would swell the dictionary."""
LONGEST_PATTERN = 64
"""Letters of a prefix or a misspelt word: an automaton is built from them."""

_ASCII = bytes(range(128))


def has_ideographs(text: str) -> bool:
    """Whether any of the text is in such a script. Raises UnicodeEncodeError for a lone surrogate.

    What English has beyond ASCII are quotation marks: letting go of the rest first looks at those few alone.
    """
    return not text.isascii() and bool(IDEOGRAPHS.search(text.encode().translate(None, _ASCII).decode()))
