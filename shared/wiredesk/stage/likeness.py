"""How like two texts are: MinHash signatures, their bytes, and the rule by which one text is a copy of the other.

A signature is made in the child of the stage that names clusters, travels beside its result, and is compared in
`copies.lua`, which reads the same bytes and keeps the same rule.
"""

import struct
from typing import NamedTuple

__all__ = ["BANDS", "BAND_BYTES", "CONTAINMENT", "ID_CHARS", "RESEMBLANCE", "VALUES", "Likeness", "is_copy", "nearness"]

ID_CHARS = 24
VALUES = 128
"""Least hashes of a text's shingles, of which a byte each is kept (b-bit minwise hashing, Li and König 2010): the
standard error of a resemblance of a half is 0.045."""
BANDS = 16
BAND_BYTES = 6
"""Under each band a text can be found by another that shares it: the chance is the resemblance, for every band."""

CONTAINMENT = 0.6
"""Share of the shorter text's shingles that the longer one has to have. Outlets cut wire copy, so the share of both
(the resemblance) would take a halved copy for another story."""
RESEMBLANCE = 0.25
"""Share of both texts' shingles that is common, at least: a round-up of the day holds short items whole, and is none of
them."""

_SIZE = struct.Struct(">I")
_BYTES = ID_CHARS + _SIZE.size + VALUES + BANDS * BAND_BYTES
_CHANCE = 1 / 256
"""How often two bytes are the same for no reason."""


class Likeness(NamedTuple):
    """A text's signature. `cluster_id` is what its exact copies share, `shingles` how many different ones it has."""

    cluster_id: str
    shingles: int
    values: bytes
    bands: bytes

    def pack(self) -> bytes:
        """Id, number of shingles (32 bits, big-endian), values, bands. Raises ValueError for parts of other lengths."""
        packed = self.cluster_id.encode() + _SIZE.pack(self.shingles) + self.values + self.bands
        if len(packed) != _BYTES or len(self.cluster_id) != ID_CHARS or len(self.values) != VALUES:
            raise ValueError(f"a signature of {len(packed)} bytes; it has {_BYTES}")
        return packed


def nearness(one: Likeness, other: Likeness) -> tuple[float, float]:
    """Estimates of resemblance (shingles in both of those in either) and containment (of those in the shorter)."""
    same = sum(map(int.__eq__, one.values, other.values))
    resemblance = (same / VALUES - _CHANCE) / (1 - _CHANCE)
    shared = resemblance / (1 + resemblance) * (one.shingles + other.shingles)
    return resemblance, shared / min(one.shingles, other.shingles)


def is_copy(one: Likeness, other: Likeness) -> bool:
    """Whether the two are copies of one text, whole or cut."""
    resemblance, containment = nearness(one, other)
    return resemblance >= RESEMBLANCE and containment >= CONTAINMENT
