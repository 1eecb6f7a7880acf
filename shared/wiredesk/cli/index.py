"""`wiredesk index`: look after the index."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wiredesk.cli.targets import IndexUrl, JsonFlag
from wiredesk.cli.teaching import help_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wiredesk.index.administration import Remade, Told

__all__ = ["app", "progress"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=help_text("""Look after the index: whether it is whole, how large it is, smaller, anew, copied, brought back.

    [bold]check[/], [bold]stats[/] and [bold]backup[/] work beside a running indexing worker. [bold]compact[/],
    [bold]rebuild[/] and [bold]restore[/] of an embedded index need its one lease: stop the indexing workers meanwhile;
    searches go on, and what is published waits on the stream.

    Examples:
      wiredesk index check
      wiredesk index stats --index tantivy:///var/lib/wiredesk/index
      wiredesk index backup /backups/monday
    """),
)

KeepOld = Annotated[bool, typer.Option("--keep-old", help="Keep the old index beside the new one.")]


def check_command(index_url: IndexUrl = None, json: JsonFlag = False) -> None:
    """Read everything and say whether the index is whole; exit status 1 when it is not.

    Files are compared with their checksums; every article has to be readable and there once, its quotes and the counts
    of its entities have to agree with it, and what was retracted has to be gone. It reads one committed state, beside a
    running worker. Of an index on a server: health, schema and numbers.

    Examples:
      wiredesk index check && wiredesk index backup /backups/monday
      wiredesk index check --json | jq -r '.problems[].cure'
    """
    from wiredesk.cli.output import age, emit, emit_json, say
    from wiredesk.index import administration

    with progress() as told:
        found = administration.check(_url(index_url), told=told)
    if json:
        emit_json(_plain(found))
    else:
        emit(_counts(found.documents))
        for problem in found.problems:
            emit(f"! {problem.what}\n  {problem.cure}")
        waiting = "; corrections are still being applied" if found.corrections_waiting else ""
        verdict = f"{len(found.problems)} problems" if found.problems else "the index is whole"
        say(f"{verdict} (schema {found.version}, {age(found.seconds)}){waiting}")
    if found.problems:
        raise typer.Exit(1)


def stats_command(index_url: IndexUrl = None, json: JsonFlag = False) -> None:
    """Show what the index holds, how large it is and by what, and who writes it.

    [bold]deleted[/] is the share of documents that were replaced or removed and still take room: `compact` gives it
    back. With --json sizes are bytes, deleted is a share of 1, and null is unknown.

    Examples:
      wiredesk index stats
      wiredesk index stats --json | jq '{articles: .documents.article, size_bytes, deleted}'
    """
    from wiredesk.cli.output import console, emit_json, printable, size, table
    from wiredesk.index import administration

    found = administration.stats(_url(index_url))
    if json:
        emit_json(_plain(found))
        return
    an_article = "" if found.bytes_an_article is None else f", {size(round(found.bytes_an_article))} an article"
    shown = table("", "what", "")
    for what, value in (
        ("engine", f"{found.engine}, schema {found.version}"),
        ("documents", _counts(found.documents)),
        ("published", f"{found.oldest or 'unknown'} to {found.newest or 'unknown'}"),
        ("languages", _counts(found.languages)),
        ("sources", _counts(found.sources)),
        ("segments", f"{found.segments}, {found.deleted:.1%} of the documents deleted"),
        ("size", f"{size(found.size_bytes)}{an_article}"),
        *((f"  {part}", size(count)) for part, count in found.parts.items()),
        ("last commit", found.committed_at or "unknown"),
        ("written by", found.written_by or "nobody"),
    ):
        shown.add_row(what, printable(value))
    console().print(shown)


def compact_command(index_url: IndexUrl = None, json: JsonFlag = False) -> None:
    """Give back the room of articles that were replaced or removed.

    An embedded index is copied without them and swapped in; it takes as much room again meanwhile. Segments are merged
    by themselves all the time, so this is worth it when `stats` shows a large share of deleted documents.

    Examples:
      wiredesk index compact
    """
    from wiredesk.index import administration

    with progress() as told:
        done = administration.compact(_url(index_url), told=told)
    _show(done, json, "compacted")


def rebuild_command(
    index_url: IndexUrl = None,
    keep_old: KeepOld = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="On a server: delete what a rebuild left that was killed.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Make the index anew from the articles it stores: for a new version of Wiredesk, or when its parts disagree.

    Retractions and corrections are kept. Searches go on with the old index until the new one takes its place, at once;
    killed at any moment it leaves one or the other, whole, and can be run again. An embedded index takes as much room
    again meanwhile.

    Examples:
      wiredesk index rebuild --keep-old
      wiredesk index rebuild --index 'opensearch://host:9200/wiredesk?shards=3'
    """
    from wiredesk.index import administration

    with progress() as told:
        done = administration.rebuild(_url(index_url), keep_old=keep_old, discard=discard, told=told)
    _show(done, json, "made anew")


def backup_command(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A folder that is not there yet.")],
    index_url: IndexUrl = None,
    json: JsonFlag = False,
) -> None:
    """Copy one committed state of the index, beside a running worker, and verify the copy.

    TARGET appears when it is whole, and not before. It is an index by itself: `check --index tantivy:///TARGET`
    reads it, `restore` brings it back. An index on a server is copied by the server's own snapshots.

    Examples:
      wiredesk index backup /backups/$(date +%F)
    """
    from wiredesk.cli.output import age, emit, emit_json, say, size
    from wiredesk.index import administration

    with progress() as told:
        done = administration.backup(_url(index_url), target.absolute(), told=told)
    if json:
        emit_json(_plain(done))
        return
    say(f"{done.articles:,} articles, {size(done.size_bytes)} in {done.files} files, {age(done.seconds)}:")
    emit(done.path)


def restore_command(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="A folder that `backup` made.")],
    index_url: IndexUrl = None,
    keep_old: KeepOld = False,
    json: JsonFlag = False,
) -> None:
    """Put a backup in the place of the index, or where there is none.

    The backup is verified first, and stays. Indexing workers, once started again, repeat the retractions and
    corrections that still stand on the stream; articles indexed since the backup have to be submitted again with
    --force.

    Examples:
      wiredesk index restore /backups/monday
    """
    from wiredesk.index import administration

    with progress() as told:
        done = administration.restore(_url(index_url), backup.absolute(), keep_old=keep_old, told=told)
    _show(done, json, "restored")


for _name, _command in (
    ("check", check_command),
    ("stats", stats_command),
    ("compact", compact_command),
    ("rebuild", rebuild_command),
    ("backup", backup_command),
    ("restore", restore_command),
):
    app.command(_name, help=help_text(_command.__doc__))(_command)


def _url(index_url: str | None) -> str:
    from wiredesk.cli.targets import index_address

    return index_address(index_url)


def _show(done: "Remade", json: bool, what: str) -> None:
    from wiredesk.cli.output import age, emit_json, say, size

    if json:
        emit_json(_plain(done))
        return
    say(
        f"{done.articles:,} articles {what} in {age(done.seconds)}: "
        f"{size(done.bytes_before)} before, {size(done.bytes_after)} now"
    )
    if done.kept:
        say(f"the old index is kept at {done.kept}")


def _counts(counts: "Mapping[str, int]") -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items()) or "none"


def _plain(value: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(value)  # type: ignore[call-overload, no-any-return]  # always a dataclass of administration


@contextlib.contextmanager
def progress() -> "Iterator[Told]":
    """A bar on stderr for each thing done, where somebody looks."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    from wiredesk.cli.output import console

    out = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, disable=not out.is_terminal, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def told(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bars.add_task(doing)
            bars.update(tasks[doing], completed=done, total=total)

        yield told
