"""`wiredesk dead`: look at what could not be processed, send it again, or drop it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl
from wiredesk.cli.teaching import help_text

if TYPE_CHECKING:
    from datetime import datetime

    import redis

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
    """),
)

Stage = Annotated[str | None, typer.Option("--stage", help="Only those that failed in this stage.", show_default=False)]
Reason = Annotated[str | None, typer.Option("--reason", help="Only those with this reason.", show_default=False)]
Since = Annotated[
    str | None,
    typer.Option("--since", help="Only those since: 30m, 2h, 7d, or an ISO 8601 time.", show_default=False),
]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As `dead list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="Every letter that passes the filters, instead of ids.")]


def list_command(
    stage: Stage = None,
    reason: Reason = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to show.")] = 100,
    all: Annotated[bool, typer.Option("--all", help="Show all of them.")] = False,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """List dead letters, newest first.

    Examples:
      wiredesk dead list --stage ingest --reason not_json
      wiredesk dead list --all --json | jq -r '.[].id'
    """
    from wiredesk.cli.output import console, emit_json, printable, say, table
    from wiredesk.cli.targets import redis_client
    from wiredesk.dead import list_dead

    with redis_client(redis_url) as client:
        letters = list_dead(client, stage=stage, reason=reason, since=_since(since), limit=None if all else limit)
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
    from wiredesk.cli.targets import redis_client
    from wiredesk.dead import show

    with redis_client(redis_url) as client:
        letter = show(client, id)
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


_SHOWN_BYTES = 4000


def replay_command(
    ids: Ids = None,
    stage: Stage = None,
    reason: Reason = None,
    since: Since = None,
    all: All = False,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Send letters again to the stream where each failed, under their old submission ids.

    A letter leaves the dead letters in the same moment as it goes back: it is never lost and never in both.

    Examples:
      wiredesk dead replay 1700000000000-0 1700000000000-1
      wiredesk dead replay --stage extraction --reason timeout --all
    """
    from wiredesk.cli.output import emit, emit_json, say
    from wiredesk.cli.targets import redis_client
    from wiredesk.dead import replay

    moved = 0
    with redis_client(redis_url) as client:
        chosen = _chosen(client, ids, all=all, stage=stage, reason=reason, since=since)
        for start in range(0, len(chosen), _BATCH):
            for result in replay(client, chosen[start : start + _BATCH]):
                moved += result.outcome == "replayed"
                if json:
                    emit_json(result, pretty=False)
                elif result.outcome == "replayed":
                    emit(f"{result.id} -> {result.stream} {result.entry_id}")
                else:
                    say(f"{result.id} {result.outcome}: {result.message}")
    say(f"{moved} of {len(chosen)} dead letters replayed")
    if moved < len(chosen):
        raise typer.Exit(1)


_BATCH = 100


def drop_command(
    ids: Ids = None,
    stage: Stage = None,
    reason: Reason = None,
    since: Since = None,
    all: All = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Delete letters for good. Their originals are gone then, so it asks first.

    Examples:
      wiredesk dead drop 1700000000000-0
      wiredesk dead drop --reason not_json --all --yes
    """
    from wiredesk.cli.output import emit_json, say
    from wiredesk.cli.targets import redis_client
    from wiredesk.dead import drop
    from wiredesk.errors import UsageError

    with redis_client(redis_url) as client:
        chosen = _chosen(client, ids, all=all, stage=stage, reason=reason, since=since)
        if chosen and not yes:
            if not sys.stdin.isatty():
                raise UsageError("dropping asks first and there is no terminal to answer on; add --yes")
            typer.confirm(f"Drop {len(chosen)} dead letters for good?", abort=True, err=True)
        dropped = drop(client, chosen)
    if json:
        emit_json({"dropped": dropped})
    say(f"{dropped} of {len(chosen)} dead letters dropped")
    if dropped < len(chosen):
        raise typer.Exit(1)


def _chosen(
    client: "redis.Redis",
    ids: list[str] | None,
    *,
    all: bool,
    stage: str | None,
    reason: str | None,
    since: str | None,
) -> list[str]:
    """The ids given, or with --all those that pass the filters, oldest first. Raises UsageError for both or neither."""
    from wiredesk.dead import list_dead
    from wiredesk.errors import UsageError

    if bool(ids) == all:
        raise UsageError("name the letters by their ids, or say --all (with --stage, --reason, --since to narrow it)")
    if ids:
        if stage or reason or since:
            raise UsageError("--stage, --reason and --since go with --all, not with ids")
        return list(dict.fromkeys(ids))
    found = list_dead(client, stage=stage, reason=reason, since=_since(since), limit=None)
    return [letter.id for letter in reversed(found)]


def _since(text: str | None) -> "datetime | None":
    """A time ago (`30m`, `2h`, `7d`) or an ISO 8601 time, which is UTC unless it says otherwise."""
    import re
    from datetime import UTC, datetime, timedelta

    from wiredesk.errors import UsageError

    if text is None:
        return None
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if ago:
        unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[ago[2]]
        return max(datetime.now(UTC) - timedelta(**{unit: int(ago[1])}), datetime.fromtimestamp(0, UTC))
    try:
        when = datetime.fromisoformat(text)
        return max(when if when.tzinfo else when.replace(tzinfo=UTC), datetime.fromtimestamp(0, UTC))
    except (ValueError, OverflowError):
        raise UsageError(f"--since {text!r} is no time; write 30m, 2h, 7d, or 2026-01-31T09:00") from None


for _name, _command in (
    ("list", list_command),
    ("show", show_command),
    ("replay", replay_command),
    ("drop", drop_command),
):
    app.command(_name, help=help_text(_command.__doc__))(_command)
