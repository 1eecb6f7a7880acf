"""Articles and what they lack, counted by source, with a bounded number of sources at any time.

Publishers choose the names of sources, so no name may cost memory for ever: 200 are counted by name, the rest together
as `other`. A source that sent nothing for an hour gives its place to the next new one.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from prometheus_client import CollectorRegistry, Counter

from wiredesk.stage.measures import Measures

__all__ = ["FIELDS", "SourceMetrics"]

FIELDS = ("text", "title", "byline", "published_at")
"""What an article may lack that a reader of its page would see: each is a series of every source."""

_OTHER = "other"
_NAMED = 200
_QUIET_S = 3600.0


class SourceMetrics:
    """The counters of one worker. `now` gives seconds of a clock that never goes back."""

    def __init__(
        self, registry: CollectorRegistry, *, named: int = _NAMED, now: Callable[[], float] = monotonic
    ) -> None:
        self._articles = Counter(
            "wiredesk_source_articles", "Articles a source sent, usable or not.", ["source"], registry=registry
        )
        self._missing = Counter(
            "wiredesk_source_missing",
            "Articles of a source in which a field could not be found.",
            ["source", "field"],
            registry=registry,
        )
        self._named, self._now = named, now
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._counters: dict[str, tuple[Counter, dict[str, Counter]]] = {}
        self._begin(_OTHER)

    def count(self, measures: Measures) -> None:
        """Count one article whose source is told."""
        if not measures.source:
            return
        articles, missing = self._counters[self._place(measures.source)]
        articles.inc()
        for field in measures.missing:
            if field in missing:
                missing[field].inc()

    def _place(self, source: str) -> str:
        now = self._now()
        if source not in self._seen and source != _OTHER:
            if len(self._seen) >= self._named and not self._freed(now):
                return _OTHER
            self._begin(source)
        if source != _OTHER:
            self._seen[source] = now
            self._seen.move_to_end(source)
        return source

    def _begin(self, source: str) -> None:
        """From zero: a field that is never missing is told to be so, and the first that is counts as an increase."""
        fields = {field: self._missing.labels(source, field) for field in FIELDS}
        self._counters[source] = (self._articles.labels(source), fields)

    def _freed(self, now: float) -> bool:
        """Whether the source that was silent for longest has given up its place."""
        longest, seen = next(iter(self._seen.items()))
        if now - seen < _QUIET_S:
            return False
        del self._seen[longest], self._counters[longest]
        self._articles.remove(longest)
        for field in FIELDS:
            self._missing.remove(longest, field)
        return True
