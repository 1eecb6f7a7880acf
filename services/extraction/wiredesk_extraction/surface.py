"""The surface form of a name, and what of it counts when two are compared."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from wiredesk_extraction.names import Name
from wiredesk_extraction.parse import Parse

__all__ = ["Cluster", "bare_text", "normal"]

_RECURRING = 1024
"""Surface forms whose comparison form is kept: an article repeats its own, and articles repeat those in the news."""

_GAPS = re.compile(r"[\s\-‐‑–]+")


@dataclass(slots=True)
class Cluster:
    """One entity of the article while it is being put together; `names` are in text order."""

    type: str
    names: list[Name] = field(default_factory=list)
    key: str = ""


@lru_cache(maxsize=_RECURRING)
def normal(text: str) -> str:
    """A surface form for comparison: case, accents, apostrophes, hyphens and inner white space set aside."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = _GAPS.sub(" ", text.casefold().replace("’", "'")).strip(" .,'\"")
    return plain.removeprefix("the ")


def bare_text(parse: Parse, name: Name) -> str:
    """The name without its honorifics and the letters behind it."""
    return parse.words_between(name.bare, name.stem).rstrip("™®")
