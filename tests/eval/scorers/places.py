"""Toponyms with coordinates: how many of all end within 161 km (100 miles) of where they are."""

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sqrt
from typing import Any

from ..predictions import Mention, Position, Sample
from ..spans import Span, f1, overlap, pair, percent, touches

__all__ = ["distance_km", "score_places"]

_NEAR_KM = 161
_EARTH_DIAMETER_KM = 12_742


def score_places(samples: Sequence[Sample]) -> Mapping[str, float]:
    """`acc161` over all toponyms, those not recognised being wrong (Gritta et al., Pragmatic Guide to Geoparsing)."""
    wanted = recognised = near = same = resolved = paired = found = 0
    for sample in samples:
        gold = sorted(sample.gold["toponyms"], key=lambda row: row["start"])
        spans = [(row["start"], row["end"]) for row in gold]
        places = sorted((one for one in sample.found.names if one.type == "Place"), key=lambda one: one.span)
        pairs = pair(spans, [place.span for place in places], overlap)
        taken = {place for _, place in pairs}
        ignored = [(row["start"], row["end"]) for row in sample.gold.get("ignore", ())]
        wanted += len(gold)
        paired += len(pairs)
        found += sum(at in taken or not touches(place.span, ignored) for at, place in enumerate(places))
        for row, span in zip(gold, spans, strict=True):
            here = [place for place in places if overlap(place.span, span)]
            position = _position(here, span, sample.found.positions)
            recognised += bool(here)
            if position:
                is_same = row.get("geonames_id") is not None and str(row["geonames_id"]) == position.geonames_id
                resolved += 1
                same += is_same
                near += is_same or _km(row, position) <= _NEAR_KM
    return {
        "n": wanted,
        "acc161": percent(near, wanted),
        "acc161_of_found": percent(near, recognised),
        "exact_id": percent(same, wanted),
        "resolved": percent(resolved, wanted),
        "toponym_f1": f1(paired, found, wanted)[2],
    }


def _position(places: Sequence[Mention], span: Span, positions: Mapping[str, Position]) -> Position | None:
    """Of the place that covers most of a toponym, one with a position before one without."""
    placed = [place for place in places if place.entity in positions]
    best = max(placed, key=lambda place: overlap(place.span, span), default=None)
    return positions[best.entity] if best else None


def _km(row: Mapping[str, Any], position: Position) -> float:
    return distance_km((row["lat"], row["lon"]), (position.latitude, position.longitude))


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the surface of a sphere, by the haversine formula; degrees in."""
    (lat, lon), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = 0.5 - cos(lat2 - lat) / 2 + cos(lat) * cos(lat2) * (1 - cos(lon2 - lon)) / 2
    return _EARTH_DIAMETER_KM * asin(sqrt(min(1.0, max(0.0, half))))
