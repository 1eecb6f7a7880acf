"""`wiredesk dead`: look at what could not be processed, send it again, or drop it."""

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url
from wiredesk.cli.teaching import help_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from wiredesk.dead import ReplayResult, Selection
    from wiredesk.dead.office import Office

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=help_text("""Dead letters: articles that could not be processed, kept whole with the reason.

    Examples:
      wiredesk dead list --since 2h
      wiredesk dead show 1700000000000-0
      wiredesk dead replay --reason timeout --all      # after the cause is mended

    With --url (or WIREDESK_URL) the gateway is asked instead of Redis.
    """),
)

Stage = Annotated[str | None, typer.Option("--stage", help="Only those that failed in this stage.", show_default=False)]
Reason = Annotated[str | None, typer.Option("--reason", help="Only those with this reason.", show_default=False)]
Since = Annotated[
    str | None,
    typer.Option("--since", help="Only those since: 30m, 2h, 7d, or an ISO 8601 time.", show_default=False),
]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As `dead list` shows them.")]
_SHOWN_BYTES = 4000
_PATIENCE_S = 30.0
_PROGRESS_AFTER_S = 1.0

All = Annotated[bool, typer.Option("--all", help="Every letter that passes the filters, instead of ids.")]


def list_command(
    stage: Stage = None,
    reason: Reason = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to show.")] = 100,
    all: Annotated[bool, typer.Option("--all", help="Show all of them.")] = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """List dead letters, newest first.

    Examples:
      wiredesk dead list --stage ingest --reason not_json
      wiredesk dead list --all --json | jq -r '.[].id'
      wiredesk dead list --url http://localhost:8080
    """
    from wiredesk.cli.output import console, emit_json, printable, say, table

    with _office(url, redis_url) as office:
        letters = list(office.listed(_selection(stage, reason, since), None if all else limit))
    if json:
        emit_json([letter.model_dump(mode="json") for letter in letters])
        return
    if letters:
        shown = table("", "id", "stage", "reason", "died", "tries", "bytes", "message", right=("tries", "bytes"))
        for letter in letters:
            shown.add_row(
                letter.id,
                printable(letter.stage),
                printable(letter.reason),
                f"{letter.last_seen:%Y-%m-%d %H:%M:%S}",
                str(letter.attempts),
                f"{letter.size_bytes:,}",
                printable(letter.message),
            )
        console().print(shown)
    more = len(letters) == limit and not all
    say(f"the newest {limit}; there may be more (--all)" if more else f"{len(letters)} dead letters")


def show_command(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `dead list` shows it.")],
    raw: Annotated[bool, typer.Option("--raw", help="Write the original bytes to stdout, and nothing else.")] = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Show one dead letter: why it died, and what it held.

    Examples:
      wiredesk dead show 1700000000000-0
      wiredesk dead show --raw 1700000000000-0 > article.json
    """
    from base64 import b64encode

    from wiredesk.cli.output import emit, emit_json, printable

    with _office(url, redis_url) as office:
        letter = office.show(id)
    if raw:
        sys.stdout.buffer.write(letter.body)
        return
    fields = letter.model_dump(mode="json", exclude={"original"})
    if json:
        emit_json({**fields, "original": b64encode(letter.original).decode()})
        return
    for name, value in fields.items():
        emit(f"{name:<14}{printable(str(value))}")
    emit("")
    text = printable(letter.body[:_SHOWN_BYTES].decode(errors="replace"))
    emit(text)
    if len(letter.body) > _SHOWN_BYTES:
        emit(f"… {len(letter.body) - _SHOWN_BYTES:,} bytes more; --raw writes them all")


def replay_command(
    ids: Ids = None,
    stage: Stage = None,
    reason: Reason = None,
    since: Since = None,
    all: All = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Send letters again to the stream where each failed, under their old submission ids.

    A letter leaves the dead letters in the same moment as it goes back: it is never lost and never in both.

    Examples:
      wiredesk dead replay 1700000000000-0 1700000000000-1
      wiredesk dead replay --stage extraction --reason timeout --all
    """
    from wiredesk.cli.output import say

    selection = _chosen(ids, all=all, stage=stage, reason=reason, since=since)
    moved = tried = 0
    with _office(url, redis_url) as office, contextlib.closing(_Progress("replayed")) as progress:
        for result in office.replay_all(selection) if selection else office.replay(_once(ids)):
            tried += 1
            moved += result.outcome == "replayed"
            _tell(result, json)
            progress.advance(moved)
    say(f"{moved:,} of {tried:,} dead letters replayed")
    if moved < tried:
        raise typer.Exit(1)


def _tell(result: "ReplayResult", json: bool) -> None:
    from wiredesk.cli.output import emit, emit_json, say

    if json:
        emit_json(result, pretty=False)
    elif result.outcome == "replayed":
        emit(f"{result.id} -> {result.stream} {result.entry_id}")
    else:
        say(f"{result.id} {result.outcome}: {result.message}")


def drop_command(
    ids: Ids = None,
    stage: Stage = None,
    reason: Reason = None,
    since: Since = None,
    all: All = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Delete letters for good. Their originals are gone then, so it asks first.

    Examples:
      wiredesk dead drop 1700000000000-0
      wiredesk dead drop --reason not_json --all --yes
    """
    from wiredesk.cli.output import emit_json, say

    selection = _chosen(ids, all=all, stage=stage, reason=reason, since=since)
    dropped = 0
    with _office(url, redis_url) as office, contextlib.closing(_Progress("dropped")) as progress:
        chosen, newest = _counted(office, selection) if selection else (len(_once(ids)), None)
        if chosen and not yes:
            _confirm(chosen)
        for count in _dropping(office, selection, newest, _once(ids)):
            dropped += count
            progress.advance(dropped)
    if json:
        emit_json({"dropped": dropped})
    say(f"{dropped:,} of {chosen:,} dead letters dropped")
    if dropped < chosen:
        raise typer.Exit(1)


def _counted(office: "Office", selection: "Selection") -> tuple[int, str | None]:
    """How many letters a selection has now, and the newest of them."""
    count, newest = 0, None
    for letter in office.listed(selection, None):
        newest = newest or letter.id
        count += 1
    return count, newest


def _confirm(letters: int) -> None:
    from wiredesk.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("dropping asks first and there is no terminal to answer on; add --yes")
    typer.confirm(f"Drop {letters} dead letters for good?", abort=True, err=True)


def _dropping(office: "Office", selection: "Selection | None", newest: str | None, ids: list[str]) -> "Iterator[int]":
    """Drop what was asked about and nothing that died since."""
    if selection is None:
        return office.drop(ids)
    return office.drop_all(selection, newest) if newest else iter(())


@contextlib.contextmanager
def _office(url: str | None, redis_url: str | None) -> "Iterator[Office]":
    """The dead letters through the gateway where one is named, else at Redis."""
    from wiredesk.cli.targets import gateway_url, http_api, redis_client
    from wiredesk.dead.office import HttpOffice, RedisOffice

    named = gateway_url(url, redis_url)
    if named:
        yield HttpOffice(http_api(named, patience_s=_PATIENCE_S))
        return
    with redis_client(redis_url) as client:
        yield RedisOffice(client)


def _chosen(
    ids: list[str] | None, *, all: bool, stage: str | None, reason: str | None, since: str | None
) -> "Selection | None":
    """What --all selects, or None where ids are given. Raises UsageError for both or neither."""
    from wiredesk.errors import UsageError

    if bool(ids) == all:
        raise UsageError("name the letters by their ids, or say --all (with --stage, --reason, --since to narrow it)")
    if ids and (stage or reason or since):
        raise UsageError("--stage, --reason and --since go with --all, not with ids")
    return None if ids else _selection(stage, reason, since)


def _selection(stage: str | None, reason: str | None, since: str | None) -> "Selection":
    from datetime import UTC, datetime

    from wiredesk.dead import Selection, moment

    return Selection(stage=stage, reason=reason, since=moment(since, now=datetime.now(UTC)) if since else None)


def _once(ids: list[str] | None) -> list[str]:
    return list(dict.fromkeys(ids or ()))


class _Progress:
    """A count on stderr for what takes longer than a moment; nothing where stderr is no terminal."""

    def __init__(self, done: str) -> None:
        self._done = done
        self._started = time.monotonic()
        self._bar: Progress | None = None

    def advance(self, letters: int) -> None:
        """Say how many are done so far."""
        took_s = time.monotonic() - self._started
        if self._bar is None and sys.stderr.isatty() and took_s > _PROGRESS_AFTER_S:
            self._bar = self._start()
        if self._bar is not None:
            told = f"{letters:,} dead letters {self._done}, {letters / took_s:,.0f}/s"
            self._bar.update(self._bar.task_ids[0], description=told)

    def _start(self) -> "Progress":
        from rich.progress import Progress, SpinnerColumn, TextColumn

        from wiredesk.cli.output import console

        columns = (SpinnerColumn(), TextColumn("{task.description}"))
        bar = Progress(*columns, console=console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty())
        bar.add_task("", total=None)
        bar.start()
        return bar

    def close(self) -> None:
        """Take it away."""
        if self._bar is not None:
            self._bar.stop()


for _name, _command in (
    ("list", list_command),
    ("show", show_command),
    ("replay", replay_command),
    ("drop", drop_command),
):
    app.command(_name, help=help_text(_command.__doc__))(_command)
