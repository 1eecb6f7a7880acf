"""What a stage tells of an article for the metrics, beside its result: how long it is, whose, and what it lacks."""

import re
from typing import NamedTuple

__all__ = ["NOTHING_MEASURED", "Measures"]

_SOURCE_CHARS = 60
_UNFIT = re.compile(r"[^\w.:-]+")


class Measures(NamedTuple):
    """`words` of its text; `source` is the site or outlet it came from (empty: not told); `missing` names fields."""

    words: int = 0
    source: str = ""
    missing: tuple[str, ...] = ()

    def pack(self) -> bytes:
        """As it crosses the pipe from the child."""
        return f"{self.words} {','.join(self.missing)} {self.source}".encode()

    @classmethod
    def unpack(cls, packed: bytes) -> "Measures":
        """The reverse of `pack`; of nothing, nothing is known."""
        if not packed:
            return NOTHING_MEASURED
        words, missing, source = packed.decode().split(" ", 2)
        return cls(int(words), source, tuple(filter(None, missing.split(","))))

    @staticmethod
    def label(name: str) -> str:
        """A source's name as a label's value: lower case, at most 60 characters, letters, digits and `.:_-`."""
        return _UNFIT.sub("-", name.lower())[:_SOURCE_CHARS].strip("-")


NOTHING_MEASURED = Measures()
