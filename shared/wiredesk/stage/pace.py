"""How fast a worker is, measured by itself over a sliding window: what sizing is reckoned from."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from wiredesk.events import Stream
from wiredesk.workers import Pace

__all__ = ["WINDOW_S", "PaceMeter", "added"]

WINDOW_S = 60
"""Long enough for a batch of slow articles, short enough to follow a change within a minute."""

_LEFT = frozenset({"retried", "failed", "fenced"})
"""Outcomes after which an entry is still to be done, or was not this worker's any more."""

_LEAST_SPAN_S = 1.5
"""Two looks that are closer together say little about arrivals."""


@dataclass(slots=True)
class _Second:
    number: int
    busy_s: float = 0.0
    finished: int = 0
    passed_on: int = 0


class PaceMeter:
    """Sums by the second, so memory does not grow with the number of batches. Times are of one monotonic clock."""

    def __init__(self, *, window_s: int = WINDOW_S) -> None:
        self._window_s = window_s
        self._began_s: float | None = None
        self._seconds: deque[_Second] = deque()
        self._added: dict[str, deque[tuple[float, int]]] = {}

    def begin(self, *, now_s: float) -> None:
        """From here on the worker could have worked."""
        self._began_s = now_s

    def worked(self, busy_s: float, *, now_s: float) -> None:
        """A batch has ended that took so long."""
        self._second(now_s).busy_s += max(0.0, busy_s)

    def finished(self, outcomes: Sequence[str], *, now_s: float) -> None:
        """Entries were put down, or not, with these outcomes of the finish script."""
        second = self._second(now_s)
        second.finished += sum(outcome not in _LEFT for outcome in outcomes)
        second.passed_on += sum(outcome == "published" for outcome in outcomes)

    def seen(self, added: Mapping[str, int], *, now_s: float) -> None:
        """So many entries were ever added to each stream. A stream that is missing is unknown, and begins anew."""
        for stream in self._added.keys() - added.keys():
            del self._added[stream]
        for stream, total in added.items():
            looks = self._added.setdefault(stream, deque())
            if looks and total < looks[-1][1]:  # the stream was deleted and made again
                looks.clear()
            looks.append((now_s, total))
            while looks[0][0] < now_s - self._window_s:
                looks.popleft()

    def tell(self, *, now_s: float) -> Pace | None:
        """The sums of the window; None before the worker could have worked."""
        if self._began_s is None:
            return None
        first = self._forget(now_s)
        window_s = max(0.0, now_s - max(self._began_s, float(first)))
        return Pace(
            window_s=round(window_s, 3),
            # A batch counts where it ends, and may have begun before the window.
            busy_s=round(min(window_s, sum(second.busy_s for second in self._seconds)), 3),
            finished=sum(second.finished for second in self._seconds),
            passed_on=sum(second.passed_on for second in self._seconds),
            arrivals_per_s={
                stream: round(rate, 3) for stream, looks in self._added.items() if (rate := _rate(looks)) is not None
            },
        )

    def _second(self, now_s: float) -> _Second:
        self._forget(now_s)
        if not self._seconds or self._seconds[-1].number != int(now_s):
            self._seconds.append(_Second(int(now_s)))
        return self._seconds[-1]

    def _forget(self, now_s: float) -> int:
        """Drop what is older than the window; the first second of those kept."""
        first = int(now_s) - self._window_s + 1
        while self._seconds and self._seconds[0].number < first:
            self._seconds.popleft()
        return first


def _rate(looks: Sequence[tuple[float, int]]) -> float | None:
    (first_s, first), (last_s, last) = looks[0], looks[-1]
    return (last - first) / (last_s - first_s) if last_s - first_s >= _LEAST_SPAN_S else None


async def added(redis: "Redis", streams: Sequence[Stream], group: str) -> dict[str, int]:
    """How many entries were ever added to each stream; missing where Redis does not know, or refuses to tell.

    Raises redis.RedisError when it does not answer.
    """
    async with redis.pipeline(transaction=False) as commands:
        for stream in streams:
            commands.xinfo_groups(stream)
        answers = await commands.execute(raise_on_error=False)
    totals = {}
    for stream, groups in zip(streams, answers, strict=True):
        own = [each for each in groups if each["name"] == group.encode()] if isinstance(groups, list) else []
        for each in own:
            if each.get("entries-read") is not None and each.get("lag") is not None:
                totals[str(stream)] = int(each["entries-read"]) + int(each["lag"])
    return totals
