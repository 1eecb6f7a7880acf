"""How many requests one caller may send: a bucket of tokens for each, in this process's memory. Pure: time is given.

Several gateways count each for itself, and a restart forgets: these limits keep one caller from starving the others,
they are no quota.
"""

from collections import OrderedDict

__all__ = ["Buckets"]

_BURST_S = 2.0
"""So many seconds' worth may come at once."""
_MOST = 10_000
"""Callers remembered; the one heard of longest ago is forgotten first, and begins again with a full bucket."""


class Buckets:
    """`rate` requests a second for each name; 0: as many as they like. Not for several threads."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._full = max(rate * _BURST_S, 1.0)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str, *, now_s: float) -> float:
        """Take one token: 0.0, or how many seconds from `now_s` there is one again."""
        if not self._rate:
            return 0.0
        tokens, then_s = self._buckets.pop(name, (self._full, now_s))
        tokens = min(tokens + (now_s - then_s) * self._rate, self._full)
        passes = tokens >= 1
        self._buckets[name] = (tokens - 1 if passes else tokens, now_s)
        if len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return 0.0 if passes else (1 - tokens) / self._rate
