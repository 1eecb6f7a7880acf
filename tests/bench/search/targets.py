"""What search has to reach on a machine of two cores, beside what it was measured to reach. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..figures import Figure

__all__ = ["TARGETS", "Target", "Verdict", "verdicts"]

_MANY = 500_000
"""From so many articles on twice the time, or half the rate, is enough."""
_LENIENCY = 2


@dataclass(frozen=True, slots=True)
class Target:
    """A figure by name that has to be at least, or at most, so much; `grows`: allowed to be twice as bad with many."""

    name: str
    limit: float
    at_least: bool = False
    grows: bool = True

    def of(self, articles: int) -> float:
        """The limit for so many articles."""
        if not self.grows or articles < _MANY:
            return self.limit
        return self.limit / _LENIENCY if self.at_least else self.limit * _LENIENCY


TARGETS = (
    Target("durable upserts, batch 100", 1000, at_least=True),
    Target("durable upserts, batch 500", 2000, at_least=True),
    Target("JSON page at 10 requests/s, p99", 50),
    Target("HTML page at 10 requests/s, p99", 50),
    Target("JSON pages at saturation", 100, at_least=True),
    Target("HTML pages at saturation", 100, at_least=True),
    Target("start page, loaded, median", 150),
    Target("page of results, loaded, median", 150),
    Target("growth of the gateway's memory", 10, grows=False),
    Target("acknowledged articles missing", 0, grows=False),
    Target("articles there twice", 0, grows=False),
    Target("quotes missing or there twice", 0, grows=False),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target, and whether the figure met it."""

    figure: Figure
    limit: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether the middle of the rounds is within the limit."""
        return self.figure.median >= self.limit if self.at_least else self.figure.median <= self.limit


def verdicts(figures: Iterable[Figure], articles: int) -> Iterator[Verdict]:
    """For the figures that have a target, in the targets' order; what was not measured has no verdict."""
    by_name = {figure.name: figure for figure in figures}
    for target in TARGETS:
        if target.name in by_name:
            yield Verdict(by_name[target.name], target.of(articles), target.at_least)
