"""`wiredesk retract`: take an article out of the index."""

from typing import Annotated

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url

__all__ = ["command"]


def command(
    article_id: Annotated[
        str, typer.Argument(metavar="ARTICLE_ID", help="As `wiredesk search` and `journey` show it.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the retraction.")] = "",
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Take an article, in every revision submitted so far, out of the index.

    The same article may be published again afterwards. The trace in [bold]TRACEPARENT[/] goes with the retraction.

    Examples:
      wiredesk retract a1b2c3 --reason "withdrawn by the publisher"
    """
    from wiredesk.cli.output import emit, emit_json, say
    from wiredesk.cli.targets import environment_trace, gateway_url, http_api, redis_client
    from wiredesk.http_api import path_of
    from wiredesk.submissions import retract

    named = gateway_url(url, redis_url)
    if named:
        answer = http_api(named).delete(path_of("articles", article_id), reason=reason or None)
        change_id = answer.get("change_id") if isinstance(answer, dict) else None
    else:
        with redis_client(redis_url) as client:
            change_id = retract(client, article_id, reason=reason, trace=environment_trace())
    if json:
        emit_json({"article_id": article_id, "change_id": change_id})
        return
    say(f"{article_id} will be taken out of the index as change:")
    emit(str(change_id or ""))
