"""`wiredesk status`: streams, groups, lag, workers and dead letters at a glance."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from wiredesk.pipeline import GroupState, PipelineState, ServerState, StreamState

__all__ = ["command"]

_MISSING = "none yet"
_STATE_STYLES = {"consuming": "green", "standby": "green", "paused": "yellow"}


def command(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Keep showing it until Ctrl-C.")] = False,
    interval: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between looks with --watch.")] = 1.0,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Show what is to be done, every stream with its consumer groups, every live worker, and the dead letters.

    [bold]lag[/] is what a group has not been given yet, [bold]pending[/] what it was given and has not finished, each
    followed by the age of its oldest. What Redis does not know is shown as unknown. A group of another application is
    marked foreign. With --json, lengths are counts, times seconds, sizes bytes, and null is unknown.

    Examples:
      wiredesk status --watch
      wiredesk status --json | jq '.workers[] | {stage, pid, state, pending}'
    """
    from wiredesk.cli.output import console, emit_json

    read = _reader(url, redis_url)
    if json:
        emit_json(read())
        while watch:
            time.sleep(interval)
            emit_json(read())
    elif watch:
        _watch(read, interval)
    else:
        console().print(view(read()))


def _reader(url: str | None, redis_url: str | None) -> "Callable[[], PipelineState]":
    """How to look once: through the gateway where one is named, else at Redis, over one connection."""
    from wiredesk.cli.targets import gateway_url, http_api, publishing_limits, redis_address
    from wiredesk.connection import connect
    from wiredesk.pipeline import read

    named = gateway_url(url, redis_url)
    if named:
        api = http_api(named, patience_s=0)
        return lambda: _from_gateway(api.get("/api/v1/pipeline"))
    client = connect(redis_address(redis_url))
    limits = publishing_limits()
    return lambda: read(client, limits=limits)


def _from_gateway(answer: object) -> "PipelineState":
    from pydantic import ValidationError

    from wiredesk.errors import Unavailable
    from wiredesk.pipeline import PipelineState

    try:
        return PipelineState.model_validate(answer)
    except ValidationError as error:
        raise Unavailable("the gateway's answer is no state of a pipeline; is it of another version?") from error


def _watch(read: "Callable[[], PipelineState]", interval: float) -> None:
    """Redraw until interrupted; what cannot be reached now is said and tried again."""
    from rich.live import Live
    from rich.text import Text

    from wiredesk.cli.output import console, printable
    from wiredesk.errors import Unavailable

    with Live(console=console(), auto_refresh=False, screen=False) as live:
        while True:
            try:
                live.update(view(read()), refresh=True)
            except Unavailable as error:
                live.update(Text(printable(str(error)), style="bold red"), refresh=True)
            time.sleep(interval)


def view(state: "PipelineState") -> "RenderableType":
    """The state as tables."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [_headline(state)]
    if state.advice:
        parts.append(_advice(state))
    parts += [_streams(state), _workers(state)]
    if state.dead_letters.total != 0:
        parts.append(_dead_letters(state))
    spaced = [line for part in parts for line in (part, Text(""))]
    return Group(*spaced[:-1])


def _headline(state: "PipelineState") -> "RenderableType":
    from rich.text import Text

    return Text(f"{_server(state.server)} · {state.read_at:%H:%M:%S} UTC", style="dim")


def _server(server: "ServerState | None") -> str:
    from wiredesk.cli.output import age, size

    if server is None:
        return "the server tells this user nothing about itself"
    memory = size(server.used_memory_bytes)
    if server.max_memory_bytes:
        memory += f" of {size(server.max_memory_bytes)}"
    kept = "append-only file on" if server.aof_enabled else "no append-only file"
    if not server.aof_last_write_ok:
        kept = "append-only file FAILING"
    return f"{server.software.capitalize()} {server.version} · up {age(server.uptime_s)} · {memory} · {kept}"


def _advice(state: "PipelineState") -> "RenderableType":
    """What somebody has to do, a line each, hanging under its mark."""
    from rich.table import Table
    from rich.text import Text

    from wiredesk.cli.output import printable

    shown = Table.grid(padding=(0, 1, 0, 0))
    for line in state.advice:
        shown.add_row(Text("!", style="bold red"), Text(printable(line), style="bold"))
    return shown


def _streams(state: "PipelineState") -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    from wiredesk.cli.output import table
    from wiredesk.events import GROUPS

    columns = ("stream", "length", "size", "group", "lag", "oldest", "pending", "oldest", "readers")
    shown = table("Streams", *columns, right=("length", "size", "lag", "oldest", "pending", "readers"))
    for stream in state.streams:
        own = next((names for name, names in GROUPS.items() if name == stream.name), ())
        present = {group.name for group in stream.groups}
        rows = [_group_cells(group) for group in stream.groups]
        missing = "unknown" if stream.problem else _MISSING
        rows += [(name, "", "", "", "", missing) for name in own if name not in present]
        for at, cells in enumerate(rows or [("", "", "", "", "", "")]):
            shown.add_row(*(_stream_cells(stream) if at == 0 else ("", "", "")), *cells)
    notes = [Text(note, style="dim") for stream in state.streams for note in _notes(stream)]
    return Group(shown, *notes)


def _stream_cells(stream: "StreamState") -> tuple[str, str, str]:
    from wiredesk.cli.output import size

    length = "unknown" if stream.length is None else f"{stream.length:,}"
    return stream.name, length, "" if stream.bytes is None else size(stream.bytes)


def _group_cells(group: "GroupState") -> tuple[str, str, str, str, str, str]:
    from wiredesk.cli.output import printable

    name = printable(group.name) + (" (foreign)" if group.foreign else "")
    lag = "unknown" if group.lag is None else f"{group.lag:,}"
    readers = str(group.consumers) + (f", {group.dead_consumers} dead" if group.dead_consumers else "")
    return name, lag, _oldest(group.oldest_waiting_s), f"{group.pending:,}", _oldest(group.oldest_pending_s), readers


def _oldest(seconds: float | None) -> str:
    from wiredesk.cli.output import age

    return "unknown" if seconds is None else age(seconds or None)


def _notes(stream: "StreamState") -> "Iterator[str]":
    """What a number in the table does not tell."""
    from wiredesk.cli.output import age, printable

    for group in stream.groups:
        if group.held_by_dead:
            yield f"{stream.name}: {group.held_by_dead:,} entries are with workers that are gone; others take them over"
        if not group.foreign and (group.most_attempts or 0) > 1:
            tried = f"{group.most_attempts} times, idle up to {age(group.longest_idle_s)}"
            yield f"{stream.name}: {printable(group.name)} was given entries again, up to {tried}"
    if stream.dropped:
        yield f"{stream.name}: {stream.dropped:,} entries were dropped by its limits so far"


def _workers(state: "PipelineState") -> "RenderableType":
    from rich.text import Text

    from wiredesk.cli.output import age, printable, table

    if not state.workers:
        return Text("No worker is running.", style="bold")
    shown = table("Workers", "stage", "state", "holds", "pid", "host", "up", "address", right=("holds", "pid"))
    for worker in state.workers:
        shown.add_row(
            printable(worker.stage),
            Text(printable(worker.state), style=_STATE_STYLES.get(worker.state, "red")),
            "" if worker.pending is None else f"{worker.pending:,}",
            str(worker.pid),
            printable(worker.host),
            age(max(0.0, (state.read_at - worker.started_at).total_seconds())),
            printable(worker.address or ""),
        )
    return shown


def _dead_letters(state: "PipelineState") -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    from wiredesk.cli.output import printable, table

    letters = state.dead_letters
    total = "unknown" if letters.total is None else f"{letters.total:,}"
    of = "" if letters.counted >= (letters.total or 0) else f", the newest {letters.counted:,} by reason"
    title = Text(f"Dead letters: {total}{of}", style="bold")
    title.append("  (wiredesk dead list, show, replay, drop)", style="not bold dim")
    shown = table("", "stage", "reason", "count", right=("count",))
    for count in letters.counts:
        shown.add_row(printable(count.stage), printable(count.reason), f"{count.count:,}")
    return Group(title, shown)
