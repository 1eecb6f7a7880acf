"""Pages from templates: everything is escaped and made printable, whatever a template forgets."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse
from wiredesk import sizing

from wiredesk_gateway import links
from wiredesk_gateway.assets import Assets
from wiredesk_gateway.printable import language_tag, printable, web_address
from wiredesk_gateway.problems import Problem
from wiredesk_gateway.quote_view import around
from wiredesk_gateway.rendering import highlighted

__all__ = ["error_page", "page", "part"]


def page(assets: Assets, template: str, context: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
    """Render a page of this package."""
    html = _environment().get_template(template).render(context, assets=assets)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-cache"})


def part(template: str, context: Mapping[str, Any]) -> str:
    """Render a part of a page, to take the place of the one that is shown."""
    return _environment().get_template(template).render(context)


def error_page(assets: Assets, problem: Problem) -> HTMLResponse:
    """A page that says what is wrong and where to go on."""
    response = page(assets, "error.html", {"problem": problem}, status=problem.status.value)
    response.headers.update(problem.headers)
    return response


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("wiredesk_gateway"),
        autoescape=True,
        undefined=StrictUndefined,
        # Markup was made printable piece by piece when it was made, by a macro or in rendering.py.
        finalize=lambda value: printable(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "around": around,
        "article_path": links.article_path,
        "clock": _clock,
        "copies_path": links.copies_path,
        "day": _day,
        "dead_letter_path": links.dead_letter_path,
        "duration": _duration,
        "dead_letters_path": lambda count: links.dead_letters_path(stage=count.stage, reason=count.reason),
        "entity_path": links.entity_path,
        "highlighted": highlighted,
        "language_tag": language_tag,
        "journey_page_path": links.journey_page_path,
        "milliseconds": _milliseconds,
        "per_s": lambda rate: "–" if rate is None else sizing.rate(rate),
        "percent": lambda share: "–" if share is None else f"{share:.0%}",
        "moment": _moment,
        "quote_path": links.quote_path,
        "thousands": lambda number: "unknown" if number is None else f"{number:,}",
        "web_address": web_address,
    }
    return environment


def _day(value: str | date | None) -> str:
    """`23 November 2001` from a calendar day or a time in ISO 8601; what cannot be read stays as it is."""
    if not value:
        return ""
    try:
        read = datetime.fromisoformat(value).date() if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return f"{read.day} {read:%B} {read.year}"


def _moment(value: str) -> str:
    """As much as is known: `23 November 2001`, or `23 November 2001, 09:30 +01:00` in the publisher's own time."""
    day = _day(value)
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return day
    if read.tzinfo is None:
        return day
    return f"{day}, {read:%H:%M} {'UTC' if not read.utcoffset() else value[-len('+01:00') :]}"


def _clock(moment: datetime) -> str:
    """`2001-11-23 09:30:00.125`, to the millisecond."""
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"


def _milliseconds(number: int) -> str:
    """Milliseconds as people say them: `85 ms`, `4.2 s`, then in larger units."""
    if number < 1000:
        return f"{number} ms"
    return f"{number / 1000:.1f} s" if number < 60_000 else _duration(number / 1000)


def _duration(seconds: float | None) -> str:
    """A length of time in its two largest units; a dash when it is not known."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
