"""The places of the gazetteer in flat columns that a file holds as they are, so that processes share it in memory.

Made of records in some seconds, read from a compiled file in none. As Python objects 290,000 places would take 500 MB.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from wiredesk_extraction.columns_file import read_columns, write_columns
from wiredesk_extraction.gazetteer_data import Record

__all__ = ["PlaceTable", "key_hash"]

_KINDS = ("city", "capital", "county", "state", "country", "continent")
_COLUMNS = {
    "ids": "i",
    "kinds": "b",
    "populations": "q",
    "latitudes": "f",
    "longitudes": "f",
    "divisions": "i",
    "division_ends": "i",
    "division_text": "B",
    "hashes": "q",
    "rows": "i",
}
"""Name and type code of `array` of each column, in the order of the file."""


def key_hash(key: str) -> int:
    """64 bits of a name's key, the same in every process."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little", signed=True)


@dataclass(frozen=True)
class PlaceTable:
    """Columns of places and of their names.

    One item a place in `ids`, `kinds`, `populations`, `latitudes`, `longitudes` (degrees) and `divisions`. One item a
    name in `hashes`, which ascend, and in `rows`: twice the row of the place, and one more for an alias.
    """

    ids: Sequence[int]
    kinds: Sequence[int]
    populations: Sequence[int]
    latitudes: Sequence[float]
    longitudes: Sequence[float]
    divisions: Sequence[int]
    division_ends: Sequence[int]
    division_text: memoryview
    hashes: Sequence[int]
    rows: Sequence[int]

    def kind(self, row: int) -> str:
        """What kind of place a row is, as its record said."""
        return _KINDS[self.kinds[row]]

    def codes(self, row: int) -> tuple[str, str, str]:
        """Country and GeoNames codes of the first- and second-order divisions of a row."""
        at = self.divisions[row]
        start = self.division_ends[at - 1] if at else 0
        country, admin1, admin2 = bytes(self.division_text[start : self.division_ends[at]]).decode().split("\t")
        return country, admin1, admin2

    @classmethod
    def of(cls, named: Iterable[tuple[Record, dict[str, bool]]]) -> "PlaceTable":
        """Of records and their keys, each with whether it is an alias; taken one by one, to spare memory."""
        columns: dict[str, array[Any]] = {name: array(code) for name, code in _COLUMNS.items()}
        divisions: dict[tuple[str, str, str], int] = {}
        hashes, rows = array("q"), array("i")
        for row, (record, keys) in enumerate(named):
            columns["ids"].append(record.geonames_id)
            columns["kinds"].append(_KINDS.index(record.kind))
            columns["populations"].append(record.population)
            columns["latitudes"].append(record.latitude)
            columns["longitudes"].append(record.longitude)
            division = (record.country_code, record.admin1, record.admin2)
            columns["divisions"].append(divisions.setdefault(division, len(divisions)))
            for key, alias in keys.items():
                hashes.append(key_hash(key))
                rows.append(row * 2 + alias)
        for division in divisions:
            columns["division_text"].extend("\t".join(division).encode())
            columns["division_ends"].append(len(columns["division_text"]))
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        columns["hashes"] = array("q", [hashes[at] for at in order])
        columns["rows"] = array("i", [rows[at] for at in order])
        return cls(**{name: memoryview(column) for name, column in columns.items()})

    def write(self, path: Path, source: str) -> None:
        """Keep the table in a file; `source` says what it was made of."""
        write_columns(path, source, {name: memoryview(getattr(self, name)) for name in _COLUMNS})

    @classmethod
    def read(cls, path: Path, source: str) -> "PlaceTable | None":
        """The table of a file; None when it is not there, not whole, or was not made of `source`."""
        columns = read_columns(path, source)
        return cls(**columns) if columns else None
