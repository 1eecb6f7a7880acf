"""Which articles tell nearly the same text: a MinHash signature of a body, by which copies of wire stories are found.

Pure; the same text always gives the same bytes. `wiredesk.stage.likeness` says how they are laid out and compared.
"""

import re
import unicodedata
from functools import cache, reduce
from hashlib import shake_256
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from wiredesk.stage.likeness import BAND_BYTES, BANDS, VALUES, Likeness

from wiredesk_ingest.characters import with_signs_as

__all__ = ["MIN_SHINGLES", "likeness", "shingles"]

MIN_SHINGLES = 24
"""Different shingles a text needs: below, about 27 words, one changed figure is a fifth of it."""

_WORDS, _CHARACTERS = 4, 8
"""Words in a shingle; characters where a script puts no blanks between words (four or five words of Chinese)."""

_CHUNK = 2048
"""Shingles that are hashed at once: 1 MB, whatever the text's length."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, kana, Han."""

_ASCII_SEPARATORS = bytes(code if chr(code).isalnum() or code > 127 else 32 for code in range(256))

# The same in every process and with every version of numpy, because signatures of all workers are compared.
_RANDOM = shake_256(b"wiredesk.likeness").digest(8 * _CHARACTERS + 4 * VALUES)
_FACTORS = np.frombuffer(_RANDOM[: 8 * _CHARACTERS], "<u8").astype(np.uint64)
"""One for each place in a shingle (multilinear hashing, Lemire and Kaser 2014)."""
_PERMUTATIONS = np.frombuffer(_RANDOM[8 * _CHARACTERS :], "<u4").astype(np.uint32)[:, np.newaxis] | np.uint32(1)
"""One for each value: multiplying by an odd number modulo 2**32 permutes the shingles' hashes."""
_PLACES = np.arange(VALUES, dtype=np.uint64) << np.uint64(32)


@cache
def _separators() -> re.Pattern[str]:
    """What is neither letter, digit nor mark, beyond ASCII: combining vowels belong to their words."""
    marks = [chr(code) for code in range(0x80, 0x10000) if unicodedata.category(chr(code))[0] == "M"]
    return re.compile(rf"[^\x00-\x7f\w{''.join(marks)}]+")


def likeness(cluster_id: str, text: str) -> Likeness | None:
    """The signature of a text, under the id that its exact copies share; None where it is too short to have one."""
    found = shingles(text)
    if len(found) < MIN_SHINGLES:
        return None
    chunks = (found[start : start + _CHUNK] for start in range(0, len(found), _CHUNK))
    least = reduce(np.minimum, ((chunk * _PERMUTATIONS).min(axis=1) for chunk in chunks))
    # Which value it is takes part, so that a shingle is under another band wherever it is the least.
    octets = _mixed(least + _PLACES).astype("<u8").view(np.uint8).reshape(VALUES, 8)
    return Likeness(cluster_id, len(found), values=octets[:, -1].tobytes(), bands=octets[:BANDS, :BAND_BYTES].tobytes())


def shingles(text: str) -> NDArray[np.uint32]:
    """Sorted hashes of a text's different runs of four words (or eight characters), without case and punctuation."""
    units, width = _units(text)
    if len(units) < width:
        return np.empty(0, np.uint32)
    hashed = units[: len(units) - width + 1] * _FACTORS[0]
    for place in range(1, width):
        hashed += units[place : place + len(hashed)] * _FACTORS[place]
    ordered = np.sort((hashed >> np.uint64(32)).astype(np.uint32))
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]  # a quarter of the time of np.unique


def _units(text: str) -> tuple[NDArray[np.uint64], int]:
    """A number for each word, or each character where most are of unspaced scripts; and the width of a shingle."""
    spaced = text if text.isascii() else with_signs_as(" ", text)
    folded = (spaced if spaced.isascii() else text).casefold()
    if not folded.isascii():
        folded = _separators().sub(" ", folded)
        if 2 * len(_UNSPACED.findall(folded)) > len(folded):
            return np.frombuffer("".join(folded.split()).encode("utf-32-le"), "<u4").astype(np.uint64), _CHARACTERS
    words = folded.encode().translate(_ASCII_SEPARATORS).split()
    return np.fromiter(map(crc32, words), np.uint64, len(words)), _WORDS


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the result depends on every bit of a value (the finalizer of MurmurHash3, Appleby 2011)."""
    mixed = values ^ values >> np.uint64(33)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed
