"""`wiredesk backup` and `wiredesk restore`: Redis and index together."""

from pathlib import Path
from typing import Annotated

import typer

from wiredesk.cli.targets import IndexUrl, JsonFlag, RedisUrl

__all__ = ["backup_command", "restore_command"]


def backup_command(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A folder that is not there yet.")],
    redis_url: RedisUrl = None,
    index_url: IndexUrl = None,
    json: JsonFlag = False,
) -> None:
    """Copy Redis and then the index into one folder, while everything runs.

    What a publisher was told is published when this began is in the backup: on its stream, in the index, or both, and
    what is in both is indexed once. The folder appears when it is whole; a manifest holds a checksum of each file.

    Redis gives its state as to a replica: its user needs +sync and +replconf. An index on OpenSearch is not in the
    backup; take the cluster's snapshot afterwards.

    Examples:
      wiredesk backup /backups/monday
    """
    from wiredesk.backup import backed_up
    from wiredesk.cli.index import progress
    from wiredesk.cli.output import emit, emit_json, say, size
    from wiredesk.cli.targets import index_address, redis_address

    with progress() as told:
        done = backed_up(redis_address(redis_url), index_address(index_url), target.absolute(), told=told)
    if json:
        emit_json(done)
        return
    articles = "without the index, which is on a server" if done.articles is None else f"{done.articles:,} articles"
    say(f"{articles}, {size(done.size_bytes)}, Redis as of {done.redis_as_of:%Y-%m-%d %H:%M:%S} UTC:")
    emit(str(target.absolute()))


def restore_command(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="A folder that `wiredesk backup` made.")],
    redis_data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where Redis keeps its data; it must hold none.")
    ] = None,
    redis_owner: Annotated[
        str | None, typer.Option(metavar="UID:GID", help="Whom that folder belongs to then, as root has to say.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="redis|index", help="One part; both otherwise.")] = None,
    redis_url: RedisUrl = None,
    index_url: IndexUrl = None,
    json: JsonFlag = False,
) -> None:
    """Put a backup in place, where Redis and the indexing workers are stopped.

    Everything is verified first. Redis then starts with `appendonly yes` from what is laid into its folder, and workers
    go on with what was under way. Have publishers send again what they sent since the backup.

    Examples:
      wiredesk restore /backups/monday --redis-data /srv/news/valkey --index tantivy:///srv/news/index
    """
    from wiredesk.backup import restored
    from wiredesk.cli.index import progress
    from wiredesk.cli.output import emit_json, say
    from wiredesk.cli.targets import index_address, redis_address
    from wiredesk.ownership import owner

    if only not in (None, "redis", "index"):
        raise typer.BadParameter("redis or index", param_hint="--only")
    with progress() as told:
        done = restored(
            source.absolute(),
            redis_url=redis_address(redis_url),
            redis_data=redis_data,
            index_url=index_address(index_url),
            parts=frozenset({"redis", "index"} if only is None else {only}),  # type: ignore[arg-type]  # as checked above
            told=told,
            redis_owner=owner(redis_owner) if redis_owner else None,
        )
    if json:
        emit_json(done)
        return
    say(f"restored as of {done.redis_as_of:%Y-%m-%d %H:%M:%S} UTC; start Redis, then the rest")
