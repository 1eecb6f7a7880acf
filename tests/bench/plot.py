"""A long run as a picture: what processes hold, and what is meant to be remembered, over the articles indexed."""

from collections.abc import Sequence
from pathlib import Path

import leather

from .figures import Curve

__all__ = ["draw"]

_COLOURS = ("#1b6ca8", "#e07a1f", "#2e8b57", "#b03a2e", "#7d5ba6", "#555555", "#c2a000", "#008b8b")
"""One a line, told apart on the light ground that is drawn with them; leather's own are too few."""

_REMEMBERED = ("Redis", "index")
_WIDTH, _HEIGHT = 1200, 480


def draw(curve: Curve, file: Path) -> None:
    """Write `curve`, of which the first column is articles, as two charts in one SVG. Raises OSError."""
    first_process = curve.headings.index(_REMEMBERED[-1]) + 1
    grid = leather.Grid()
    grid.add_one(_chart("Resident memory of each process, MB", curve, curve.headings[first_process:]))
    grid.add_one(_chart("What is kept: Redis's data, the index's files, MB", curve, _REMEMBERED))
    file.write_text(grid.to_svg(width=_WIDTH, height=_HEIGHT))


def _chart(title: str, curve: Curve, names: Sequence[str]) -> leather.Chart:
    chart = leather.Chart(title)
    columns = dict(zip(curve.headings, zip(*curve.fine, strict=True), strict=True))
    articles = columns[curve.headings[0]]
    for name, colour in zip(names, _COLOURS, strict=False):
        chart.add_line(list(zip(articles, columns[name], strict=True)), name=name, stroke_color=colour, width=1.5)
    last = articles[-1]
    chart.add_x_scale(0, last)
    chart.add_x_axis(
        ticks=[0, last / 4, last / 2, 3 * last / 4, last], tick_formatter=_thousands, name="articles indexed"
    )
    chart.add_y_scale(0, 1.1 * max(max(columns[name]) for name in names))
    return chart


def _thousands(value: float, *_: object) -> str:
    return f"{value / 1000:,g}k" if value >= 1000 else f"{value:,.0f}"
