"""The state of the pipeline as tables for a terminal, from 80 columns on; what matters most comes first."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from wiredesk.pipeline_state import GroupState, PipelineState, ServerState, Sizing, StageState, StreamState

__all__ = ["view"]

_MISSING = "none yet"
_STATE_STYLES = {"consuming": "green", "standby": "green", "paused": "yellow"}
_COMMAND_COLUMNS = 76
_WIDE_COLUMNS = 100
"""From here on every column of the tables fits."""


def view(state: "PipelineState", *, columns: int = _WIDE_COLUMNS) -> "RenderableType":
    """The state as tables for a terminal of so many columns; a narrow one is spared the less important of them."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [_headline(state)]
    if state.advice:
        parts.append(_advice(state))
    if state.sizing:
        parts += [_sizing(state.sizing), _stages(state)]
    wide = columns >= _WIDE_COLUMNS
    parts += [_workers(state, wide=wide), _streams(state, wide=wide)]
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


def _sizing(sizing: "Sizing") -> "RenderableType":
    """What holds the flow up, when it is done, and what to paste to be done in time."""
    from rich.console import Group
    from rich.text import Text

    from wiredesk.cli.output import printable
    from wiredesk.sizing import span

    held = bool(sizing.bottleneck)
    says = printable(sizing.says)
    lines = [Text(says[:1].upper() + says[1:] + ".", style="bold yellow" if held else "bold")]
    if sizing.commands:
        lines.append(Text(f"To be done in {span(sizing.drain_in_s)}, one of:"))
        lines += [Text(f"  {_pasteable(command)}", style="cyan") for command in sizing.commands]
    elif sizing.waiting and sizing.eta_s is not None and sizing.eta_s <= sizing.drain_in_s:
        lines.append(Text(f"The workers there are get it done within {span(sizing.drain_in_s)}.", style="dim"))
    lines += [Text(printable(note), style="dim") for note in sizing.notes]
    return Group(*lines)


def _pasteable(command: str) -> str:
    """A command that is longer than a narrow terminal's line, on several that a shell reads as one."""
    if len(command) <= _COMMAND_COLUMNS:
        return command
    return command.replace(" --scale", " \\\n    --scale")


def _stages(state: "PipelineState") -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    from wiredesk.cli.output import table

    measured = max((stage.measured_s for stage in state.stages if stage.measured_s is not None), default=None)
    over = "" if measured is None else f", measured over the last {max(1, round(measured))} s"
    numbers = ("waiting", "oldest", "in/s", "done/s", "out/s", "one does", "busy", "workers")
    shown = table(f"Stages{over}", "stage", *numbers, right=numbers)
    for stage in state.stages:
        held = state.sizing is not None and stage.name == state.sizing.bottleneck
        shown.add_row(*_stage_cells(stage, held), style="bold yellow" if held else "")
    unmeasured = [Text(f"{stage.name}: {stage.unmeasured}", style="dim") for stage in state.stages if stage.unmeasured]
    return Group(shown, *unmeasured)


def _stage_cells(stage: "StageState", held: bool) -> tuple[str, ...]:
    from wiredesk.sizing import rate

    def per_s(value: float | None, unit: str = "") -> str:
        return "–" if value is None else rate(value).removesuffix("/s") + unit

    workers = str(stage.workers) if stage.workers == stage.working else f"{stage.working} of {stage.workers}"
    return (
        stage.name + (" ◀" if held else ""),
        "unknown" if stage.waiting is None else f"{stage.waiting:,}",
        _oldest(stage.oldest_s),
        per_s(stage.arrivals_per_s),
        per_s(stage.finished_per_s),
        per_s(stage.passed_on_per_s),
        per_s(stage.worker_per_s, "/s"),
        "–" if stage.busy is None else f"{stage.busy:.0%}",
        workers,
    )


def _streams(state: "PipelineState", *, wide: bool) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    from wiredesk.cli.output import table
    from wiredesk.events import GROUPS

    columns = ("stream", "length", "size", "group", "lag", "oldest", "pending", "oldest", "readers")
    shown = table("Streams", *_fitting(columns, wide), right=("length", "size", "lag", "oldest", "pending", "readers"))
    for stream in state.streams:
        own = next((names for name, names in GROUPS.items() if name == stream.name), ())
        present = {group.name for group in stream.groups}
        rows = [_group_cells(group) for group in stream.groups]
        missing = "unknown" if stream.problem else _MISSING
        rows += [(name, "", "", "", "", missing) for name in own if name not in present]
        for at, cells in enumerate(rows or [("", "", "", "", "", "")]):
            shown.add_row(*_fitting((*(_stream_cells(stream) if at == 0 else ("", "", "")), *cells), wide))
    notes = [Text(note, style="dim") for stream in state.streams for note in _notes(stream)]
    return Group(shown, *notes)


def _fitting(cells: tuple[str, ...], wide: bool) -> tuple[str, ...]:
    """A row of the streams' table, for a narrow terminal without the size and the age of the oldest pending entry."""
    return cells if wide else (*cells[:2], *cells[3:7], cells[8])


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


def _workers(state: "PipelineState", *, wide: bool) -> "RenderableType":
    from rich.text import Text

    from wiredesk.cli.output import age, printable, table

    if not state.workers:
        return Text("No worker is running.", style="bold")
    more = ("version", "busy") if wide else ()
    columns = ("stage", "state", "holds", "pid", "host", "up", "address", *more)
    shown = table("Workers", *columns, right=("holds", "pid", "busy"))
    for worker in state.workers:
        busy = "" if worker.busy is None else f"{worker.busy:.0%}"
        shown.add_row(
            printable(worker.stage),
            Text(printable(worker.state), style=_STATE_STYLES.get(worker.state, "red")),
            "" if worker.pending is None else f"{worker.pending:,}",
            str(worker.pid),
            printable(worker.host),
            age(max(0.0, (state.read_at - worker.started_at).total_seconds())),
            printable(worker.address or ""),
            *((printable(worker.version), busy) if wide else ()),
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
