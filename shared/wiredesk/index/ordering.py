"""The order of hits in every engine: seconds of publication, and bits that tell apart what is equal."""

import hashlib
from datetime import UTC, date, datetime
from functools import lru_cache

__all__ = ["LAST_SECOND", "day_seconds", "moment_of", "number_of", "second_of", "tie_of"]

LAST_SECOND = (1 << 39) - 1
"""Seconds since year 1 fit 39 bits until far beyond year 9999."""
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_DAY_S = 24 * 60 * 60


def tie_of(id: str) -> int:
    """64 bits that tell documents apart where sort keys are equal; the same for an id in every index."""
    return int.from_bytes(hashlib.blake2b(id.encode(), digest_size=8).digest())


@lru_cache(maxsize=1 << 14)
def number_of(entity_id: str) -> int:
    """The same, remembered: the same entities come in every batch, in each of their articles."""
    return tie_of(entity_id)


def moment_of(published_at: str | None) -> datetime | None:
    """When an article was published, in UTC; a day counts as its midnight. What no calendar has is none."""
    try:
        published = datetime.fromisoformat(published_at or "")
        return published.replace(tzinfo=UTC) if published.tzinfo is None else published.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def second_of(moment: datetime | None) -> int:
    """Seconds since year 1, counted from 1; 0 for none."""
    return int((moment - _EPOCH).total_seconds()) + 1 if moment else 0


def day_seconds(first: date | None, last: date | None) -> tuple[int, int]:
    """The seconds of these days in UTC, both days included, the end of the range excluded; None leaves an end open."""
    return (_midnight(first) if first else 1), (_midnight(last) + _DAY_S if last else LAST_SECOND)


def _midnight(day: date) -> int:
    return (day.toordinal() - 1) * _DAY_S + 1
