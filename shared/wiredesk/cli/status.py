"""`wiredesk status`: stages with their rates, what holds them up, streams, workers and dead letters at a glance."""

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url

if TYPE_CHECKING:
    from collections.abc import Callable

    from wiredesk.pipeline import PipelineState

    Look = Callable[[], PipelineState]

__all__ = ["command"]


def command(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Keep showing it until Ctrl-C.")] = False,
    interval: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between looks with --watch.")] = 1.0,
    drain_in: Annotated[
        str, typer.Option("--drain-in", metavar="TIME", help="In which what waits is to be done: 90s, 10m, 2h.")
    ] = "10m",
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Show which stage holds up the others, when what waits is done, and how many workers it takes to be done in time.

    Then every stage with its rates, every live worker, every stream with its consumer groups, and the dead letters.
    Rates are what the workers measured over the last minute; [bold]one does[/] is what one worker does a second while
    it works. [bold]lag[/] is what a group has not been given yet, [bold]pending[/] what it was given and has not
    finished, each followed by the age of its oldest. What is not known is shown as unknown. A group of another
    application is marked foreign. With --json, lengths are counts, times seconds, sizes bytes, and null is unknown;
    with --watch it is a line each time.

    Examples:
      wiredesk status --drain-in 5m
      wiredesk status --watch
      wiredesk status --json | jq '.sizing.commands[]'
      wiredesk status --json | jq '.workers[] | {stage, pid, state, pending}'
    """
    from wiredesk.cli.output import console, emit_json
    from wiredesk.cli.status_view import view
    from wiredesk.sizing import seconds

    look = _looking(url, redis_url, seconds(drain_in))
    if json and watch:
        _print_lines(look, interval)
    elif json:
        emit_json(look())
    elif watch:
        _watch(look, interval)
    else:
        terminal = console()
        terminal.print(view(look(), columns=terminal.width))


def _looking(url: str | None, redis_url: str | None, drain_in_s: float) -> "Look":
    """How to look once: through the gateway where one is named, else at Redis, over one connection."""
    from wiredesk.cli.targets import gateway_url, http_api, publishing_limits, redis_address
    from wiredesk.connection import connect
    from wiredesk.pipeline import read

    named = gateway_url(url, redis_url)
    if named:
        api = http_api(named, patience_s=0)
        return lambda: _from_gateway(api.get("/api/v1/pipeline", drain_in_s=f"{drain_in_s:g}"))
    client = connect(redis_address(redis_url))
    limits = publishing_limits()
    return lambda: read(client, limits=limits, drain_in_s=drain_in_s)


def _from_gateway(answer: object) -> "PipelineState":
    from pydantic import ValidationError

    from wiredesk.errors import Unavailable
    from wiredesk.pipeline import PipelineState

    try:
        return PipelineState.model_validate(answer)
    except ValidationError as error:
        raise Unavailable("the gateway's answer is no state of a pipeline; is it of another version?") from error


def _print_lines(look: "Look", interval: float) -> None:
    """A line of JSON each time, at once also into a pipe; what cannot be reached now is told beside and tried again."""
    from wiredesk.cli.output import complain, emit_json
    from wiredesk.errors import Unavailable

    told: str | None = None
    while True:
        try:
            emit_json(look(), pretty=False)
            sys.stdout.flush()
            told = None
        except Unavailable as error:
            if str(error) != told:
                told = str(error)
                complain(told)
        time.sleep(interval)


def _watch(look: "Look", interval: float) -> None:
    """Redraw until interrupted; what cannot be reached now is said and tried again."""
    from rich.live import Live
    from rich.text import Text

    from wiredesk.cli.output import console, printable
    from wiredesk.cli.status_view import view
    from wiredesk.errors import Unavailable

    terminal = console()
    with Live(console=terminal, auto_refresh=False, screen=False) as live:
        while True:
            try:
                live.update(view(look(), columns=terminal.width), refresh=True)
            except Unavailable as error:
                live.update(Text(printable(str(error)), style="bold red"), refresh=True)
            time.sleep(interval)
