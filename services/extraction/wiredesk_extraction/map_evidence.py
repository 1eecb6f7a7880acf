"""Which of its namesakes each place of an article is: their number of people, and how well they lie together.

The usual evidence (Leidner 2007): people, the divisions and countries that the article names, and nearness, weighed
together. Every candidate starts from its prior; then, several times over, it gains from the likely candidates of the
other names that lie in its division, in its country or near it.
"""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wiredesk_extraction.gazetteer import Spot

__all__ = ["Candidates", "Verdict", "weigh"]

_ROUNDS = 4
_NEAR_KM = 100.0
_EARTH_KM = 12_742.0
_DIVISION, _COUNTRY, _NEARNESS = 4.5, 2.7, 3.6
"""In powers of ten of people: the most that other names in its division, in its country or near it can add to one."""
_PEERS = 3.0
"""The same, what other countries add to a country: "Russia and Georgia" are two of a kind, whatever their towns do."""
_HALF = 2.0
"""Names that must share it for half of that: one state beside a capital's name does not make it a village."""
_SHARPNESS = 1.5
"""A candidate's share in its name is e to the power of this many times its points; at this value a share of 0.8 is
right about as often as it says."""
_KIND_POINTS = {"continent": 9.0, "country": 2.2, "state": 2.0, "county": -0.5}
_ALIAS_POINTS = -1.5
_COUNTY_ALIAS_POINTS = -2.5
"""A bare name means the county of that name only where nothing else will do."""
_CAPITAL_POINTS = 1.0
_METROPOLIS = 2_000_000
_OUTSHONE_POINTS = -3.0
_MAX_TOGETHER = 400
"""Candidates compared each with each; the places of a long story have a hundred."""
_MAX_CANDIDATES = 40
_QUALIFIED_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """One name with the places it may be, the most populous first, and whether words beside it left only these."""

    spots: Sequence[Spot]
    qualified: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The place a name is taken for, and the share of the evidence for it in 0..1."""

    spot: Spot
    share: float


@dataclass(frozen=True, slots=True)
class _Field:
    """All candidates of all names, one row each."""

    spots: list[Spot]
    owner: NDArray[np.int64]
    starts: NDArray[np.int64]
    weight: NDArray[np.float64]
    prior: NDArray[np.float64]


def weigh(names: Sequence[Candidates]) -> list[Verdict]:
    """One verdict a name, in order; no name may be without candidates.

    An article with more names than any story has is weighed group by group, in time proportional to their number.
    """
    verdicts: list[Verdict] = []
    first, rows = 0, 0
    for at, name in enumerate(names):
        if rows > _MAX_TOGETHER:
            verdicts += _weigh(names[first:at])
            first, rows = at, 0
        rows += min(len(name.spots), _MAX_CANDIDATES)
    return verdicts + _weigh(names[first:])


def _weigh(names: Sequence[Candidates]) -> list[Verdict]:
    if not names:
        return []
    field = _field(names)
    points, shares = field.prior, _shares(field.prior, field)
    ties, most = _ties(field)
    if len(ties):
        for _ in range(_ROUNDS):
            mass = ties @ (shares * field.weight)
            points = field.prior + most @ (mass / (mass + _HALF))
            shares = _shares(points, field)
    return [_verdict(field, shares, at) for at in range(len(names))]


def _ties(field: _Field) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What ties each candidate to each of other names, kind by kind, and the most that each kind can add; kinds of
    which the article has none are left out.
    """
    other = field.owner[:, None] != field.owner[None, :]
    kinds = [
        (_DIVISION, _same([(s.country_code, s.admin1) if s.admin1 else None for s in field.spots])),
        (_COUNTRY, _same([s.country_code or None for s in field.spots])),
        (_NEARNESS, _closeness(field.spots)),
        (_PEERS, _peers(field)),
    ]
    found = [(most, tie * other) for most, tie in kinds if tie is not None]
    return np.array([tie for _, tie in found]), np.array([most for most, _ in found])


def _verdict(field: _Field, shares: NDArray[np.float64], at: int) -> Verdict:
    start, end = field.starts[at], field.starts[at + 1]
    best = start + int(np.argmax(shares[start:end]))
    return Verdict(field.spots[best], float(shares[best]))


def _field(names: Sequence[Candidates]) -> _Field:
    spots: list[Spot] = []
    owner: list[int] = []
    starts = [0]
    prior: list[float] = []
    for at, name in enumerate(names):
        kept = name.spots[:_MAX_CANDIDATES]
        spots += kept
        prior += _priors(kept, name.spots)
        owner += [at] * len(kept)
        starts.append(len(spots))
    weight = np.array([_QUALIFIED_WEIGHT if names[at].qualified else 1.0 for at in owner])
    return _Field(spots, np.array(owner), np.array(starts), weight, np.array(prior))


def _priors(spots: Sequence[Spot], namesakes: Sequence[Spot]) -> list[float]:
    """The points of each of a name's spots before anything else of the article is looked at."""
    countries = {spot.country_code for spot in namesakes if spot.kind == "country"}
    cities = [spot for spot in namesakes if spot.capital or (spot.kind == "city" and spot.population > _METROPOLIS)]
    return [_prior(spot, countries, cities) for spot in spots]


def _prior(spot: Spot, countries: Set[str], cities: Sequence[Spot]) -> float:
    """`countries`: codes of those that bear the name; `cities`: the capitals and cities of millions that do."""
    points = math.log10(spot.population + 100) + _KIND_POINTS.get(spot.kind, 0.0)
    if spot.alias:
        points += _COUNTY_ALIAS_POINTS if spot.kind == "county" else _ALIAS_POINTS
    if spot.capital:
        points += _CAPITAL_POINTS
    # What lies in the country of its name is meant only where more is said: "Mexico City".
    if spot.kind != "country" and spot.country_code in countries:
        points += _OUTSHONE_POINTS
    if spot.kind in {"state", "county"} and any(_outshines(city, spot) for city in cities):
        points += _OUTSHONE_POINTS
    return points


def _outshines(city: Spot, division: Spot) -> bool:
    """A capital, or a city of millions in it, is meant before the division of its name ("Washington", "New York")."""
    return city.capital or (city.country_code, city.admin1) == (division.country_code, division.admin1)


def _shares(points: NDArray[np.float64], field: _Field) -> NDArray[np.float64]:
    """The points of each name's candidates as shares of one."""
    power = np.exp(_SHARPNESS * points)  # of some forty points at most: far from what a float can hold
    shares: NDArray[np.float64] = power / np.add.reduceat(power, field.starts[:-1])[field.owner]
    return shares


def _closeness(spots: Sequence[Spot]) -> NDArray[np.float64] | None:
    """How near each candidate is to each other one: 1 at the same spot, 0 far away, and for states and countries."""
    local = [at for at, spot in enumerate(spots) if spot.kind in {"city", "county"}]
    if len(local) < 2:
        return None
    latitude, longitude = np.radians([(spots[at].latitude, spots[at].longitude) for at in local]).T
    around = np.cos(latitude)
    unit = np.array([around * np.cos(longitude), around * np.sin(longitude), np.sin(latitude)])
    squared = np.minimum(np.maximum(0.5 - 0.5 * (unit.T @ unit), 0.0), 1.0)
    near = np.zeros((len(spots), len(spots)))
    near[np.ix_(local, local)] = np.exp((-_EARTH_KM / _NEAR_KM) * np.arcsin(np.sqrt(squared)))
    return near


def _peers(field: _Field) -> NDArray[np.float64] | None:
    """1 where a country has another one beside it that is not the country of one of its namesakes.

    "the United States" beside "Georgia" says nothing for the country of that name, since the state lies in it.
    """
    nations = [at for at, spot in enumerate(field.spots) if spot.kind == "country"]
    if len(nations) < 2:
        return None
    codes = [spot.country_code for spot in field.spots]
    peers = np.zeros((len(codes), len(codes)))
    for at in nations:
        own = field.owner[at]
        home = set(codes[field.starts[own] : field.starts[own + 1]])
        peers[at, [other for other in nations if codes[other] not in home]] = 1.0
    return peers


def _same(keys: Sequence[object]) -> NDArray[np.float64] | None:
    """1 where two candidates have the same key, 0 where they differ or have none."""
    numbers: dict[object, int] = {}
    number = np.array([-1 if key is None else numbers.setdefault(key, len(numbers)) for key in keys])
    if len(numbers) == len(keys):
        return None
    same = (number[:, None] == number[None, :]) & (number[:, None] >= 0)
    return np.asarray(same, dtype=np.float64)
