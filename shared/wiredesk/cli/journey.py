"""`wiredesk journey`: what happened to one submission."""

from typing import TYPE_CHECKING, Annotated

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url

if TYPE_CHECKING:
    from wiredesk.journey import Journey

__all__ = ["command"]


def command(
    id: Annotated[str, typer.Argument(metavar="ID", help="A submission id (1700000000000-0) or an article id.")],
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Show what each stage did with a submission: when, how long, by which worker, with what outcome.

    Examples:
      wiredesk journey 1700000000000-0
      wiredesk publish article.txt | xargs -n1 wiredesk journey
    """
    from wiredesk.cli.output import emit_json
    from wiredesk.cli.targets import gateway_url, http_api, redis_client
    from wiredesk.http_api import path_of
    from wiredesk.journey import journey

    named = gateway_url(url, redis_url)
    if named:
        found = _from_gateway(http_api(named).get(path_of("articles", id, "journey")))
    else:
        with redis_client(redis_url) as client:
            found = journey(client, id)
    if json:
        emit_json(found)
    else:
        _show(found)


def _from_gateway(answer: object) -> "Journey":
    from pydantic import ValidationError

    from wiredesk.errors import Unavailable
    from wiredesk.journey import Journey

    try:
        return Journey.model_validate(answer)
    except ValidationError as error:
        raise Unavailable("the gateway's answer is no journey; is it of another version?") from error


def _show(found: "Journey") -> None:
    from wiredesk.cli.output import age, console, emit, printable, table

    emit(f"submission  {found.submission_id}")
    emit(f"article     {printable(found.article_id or 'not known yet')}")
    if found.trace_id:
        emit(f"trace       {found.trace_id}")
    emit(f"submitted   {found.submitted_at.isoformat(timespec='milliseconds')}")
    took = f" after {age(found.total_ms / 1000)}" if found.total_ms is not None else ""
    emit(f"state       {found.state}{took}")
    if not found.steps:
        return
    steps = table("", "stage", "arrived", "started", "ended", "tries", "outcome", "worker", right=("tries",))
    for step in found.steps:
        arrived_ms = int(step.arrived_at.timestamp() * 1000)
        steps.add_row(
            printable(step.stage),
            _time(arrived_ms),
            f"+{age(step.waited_ms / 1000)}",
            f"+{age((step.finished_ms - arrived_ms) / 1000)}",
            str(step.attempts),
            f"{step.outcome}: {printable(step.reason)}" if step.reason else step.outcome,
            printable(f"{step.worker} {step.version}".strip()),
        )
    console().print(steps)


def _time(milliseconds: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%H:%M:%S.%f}"[:-3]
