"""Results on stdout, talk on stderr, and nothing a terminal would obey."""

import json
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["age", "complain", "console", "emit", "emit_json", "printable", "say", "size", "table"]

_PIPE_WIDTH = 200
"""Columns of a table that no terminal limits: cut off names help nobody who greps."""

# Control characters but line feed, and the marks that reorder text: an article may not write to the user's terminal.
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Text from outside as it may be shown: every control or reordering character replaced by one mark."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def emit(line: str) -> None:
    """One line of result."""
    sys.stdout.write(f"{line}\n")


def emit_json(value: Any, *, pretty: bool | None = None) -> None:
    """One JSON value: on several lines for a terminal, else on one. Pydantic's models are dumped.

    What a terminal would obey is written as an escape, which means the same to whoever reads the JSON.
    """
    indent = 2 if (sys.stdout.isatty() if pretty is None else pretty) else None
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    emit(_UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def say(message: str) -> None:
    """Talk: what was done, what is odd."""
    sys.stderr.write(f"{printable(message)}\n")


def complain(message: str) -> None:
    """An error, on one line."""
    say(f"wiredesk: {' '.join(message.split())}")


def console(*, stderr: bool = False) -> "Console":
    """A rich console (it respects NO_COLOR) that cuts nothing off when its output is piped."""
    from rich.console import Console

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=None if terminal else _PIPE_WIDTH)


def table(title: str, *columns: str, right: tuple[str, ...] = ()) -> "Table":
    """A plain table; the columns named in `right` hold numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for at, column in enumerate(columns):
        number = column in right
        made.add_column(column, justify="right" if number else "left", overflow="fold", no_wrap=number or at == 0)
    return made


def age(seconds: float | None) -> str:
    """A length of time as people say it: `85 ms`, `4.2 s`, `3 min`, `5 h`, `2 d`; empty for None."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for limit, unit, factor in ((120, "s", 1), (7200, "min", 60), (172_800, "h", 3600)):
        if seconds < limit:
            value = seconds / factor
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def size(count: int) -> str:
    """Bytes as people say them: `512 B`, `3.1 MB` (decimal)."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
