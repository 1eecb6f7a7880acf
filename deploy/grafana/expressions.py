"""PromQL that several panels share. What gateways tell of the whole pipeline is taken once, however many run."""

__all__ = ["DONE", "INTERVAL", "each", "or_none", "quantiles", "rate", "share"]

INTERVAL = "$__rate_interval"
DONE = 'outcome=~"published|duplicate|superseded|done|dead_lettered"'
"""Outcomes after which a stage has nothing more to do with an article."""


def rate(counter: str, by: str, matchers: str = "") -> str:
    """A counter's increase a second, summed over replicas."""
    return f"sum by ({by}) (rate({counter}{{{matchers}}}[{INTERVAL}]))"


def share(part: str, whole: str) -> str:
    """The part of the whole, 0 while there is nothing of the whole: not NaN, which would draw nothing."""
    return f"{part} / ({whole} > 0) or {whole} * 0"


def each(gauge: str, by: str, matchers: str = "") -> str:
    """A gauge of the whole pipeline, which every gateway tells alike."""
    return f"max by ({by}) ({gauge}{{{matchers}}})"


def quantiles(histogram: str, matchers: str = "", by: str = "") -> dict[str, str]:
    """The median, the 95th and the 99th percentile of a histogram, by legend; by a label, the first two."""
    labels = f"{by}, le" if by else "le"
    legend = f"{{{{{by}}}}} " if by else ""
    return {
        f"{legend}p{int(q * 100)}": (
            f"histogram_quantile({q}, sum by ({labels}) (rate({histogram}_bucket{{{matchers}}}[{INTERVAL}])))"
        )
        for q in ((0.5, 0.95) if by else (0.5, 0.95, 0.99))
    }


def or_none(expr: str, label: str) -> str:
    """The answer, or a single 0 whose label says `none`: "nothing is wrong" is told apart from "nothing is known"."""
    return f'{expr} or on() label_replace(vector(0), "{label}", "none", "", "")'
