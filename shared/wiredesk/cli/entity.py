"""`wiredesk entity`: find a person, organisation or place, and correct what extraction took it for."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url
from wiredesk.cli.teaching import help_text

if TYPE_CHECKING:
    from wiredesk.http_api import HttpApi

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=help_text("""Entities: who and what is spoken of, over all articles; and corrections of it.

    One name is one id, `person:ada-holm`, in every article. So two spellings are two entities until somebody says that
    they are one (merge), and two people of one name are one entity until somebody says in which articles it is another
    (split). A correction changes no text; it holds for articles that come later, too, and can be taken back (undo). The
    trace in [bold]TRACEPARENT[/] goes with it.

    Examples:
      wiredesk entity find holm
      wiredesk entity merge person:a-holm person:ada-holm --dry-run
      wiredesk entity corrections person:ada-holm
    """),
)

Id = Annotated[str, typer.Argument(metavar="ID", help="As `entity find` shows it: person:ada-holm.")]
By = Annotated[str, typer.Option("--by", help="Who says so; kept with the correction.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the correction.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell how many articles and quotes would change.")]
Force = Annotated[bool, typer.Option("--force", help="Even if one is a person and the other a place.")]


def find_command(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words of the name.")],
    type: Annotated[str, typer.Option("--type", help="Person, Organization, Place, …")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many to show.")] = 20,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Find entities by words of their names, most mentioned first.

    Examples:
      wiredesk entity find holm
      wiredesk entity find harbour board --type Organization --json | jq -r '.hits[].entity_id'
    """
    from wiredesk.cli.output import console, emit_json, printable, say, table
    from wiredesk.cli.targets import gateway

    answer = gateway(url, redis_url).get("/api/v1/entities", q=" ".join(words), type=type or None, limit=limit)
    if json:
        emit_json(answer)
        return
    shown = table("", "id", "name", "type", "articles", "quotes", right=("articles", "quotes"))
    for hit in answer["hits"]:
        names = " = ".join([hit["name"], *(each["name"] for each in hit["members"] if each["name"] != hit["name"])])
        told = [printable(str(each)) for each in (hit["entity_id"], names, hit["type"])]
        shown.add_row(*told, f"{hit['articles']:,}", f"{hit['quotes']:,}")
    if answer["hits"]:
        console().print(shown)
    say("nothing found" if not answer["total"] else f"{len(answer['hits'])} of {answer['total']} entities")


def merge_command(
    id: Id,
    same_as: Annotated[str, typer.Argument(metavar="SAME_AS", help="The id of the entity that it is.")],
    name: Annotated[str, typer.Option("--name", help="What that one is to be called, too.")] = "",
    force: Force = False,
    by: By = "",
    reason: Reason = "",
    dry_run: DryRun = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Say that ID is the same as SAME_AS: its articles and quotes become those of SAME_AS.

    Examples:
      wiredesk entity merge person:a-holm person:ada-holm --reason "initial only"
      wiredesk entity merge person:holm person:ada-holm --dry-run
    """
    wish = {"same_as": same_as, "name": name, "force": force, "by": by, "reason": reason}
    _correct(url, redis_url, id, wish, dry_run=dry_run, json=json)


def rename_command(
    id: Id,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    by: By = "",
    reason: Reason = "",
    dry_run: DryRun = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Say what ID is called. The old name still finds it.

    Examples:
      wiredesk entity rename person:ada-holm "Dame Ada Holm"
    """
    _correct(url, redis_url, id, {"name": name, "by": by, "reason": reason}, dry_run=dry_run, json=json)


def split_command(
    id: Id,
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE_ID...", help="Where it is somebody else.")],
    name: Annotated[str, typer.Option("--name", help="The other's name, for somebody new.")] = "",
    same_as: Annotated[str, typer.Option("--same-as", metavar="ID", help="The other, where it is known.")] = "",
    force: Force = False,
    by: By = "",
    reason: Reason = "",
    dry_run: DryRun = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Say that in these articles, what was taken for ID is somebody else.

    Examples:
      wiredesk entity split person:ada-holm 5f1c 77ab --name "Ada Holm (rower)"
      wiredesk entity split person:ada-holm 5f1c --same-as person:ada-holm-rower
    """
    wish = {"articles": articles, "name": name, "same_as": same_as, "force": force, "by": by, "reason": reason}
    _correct(url, redis_url, id, wish, dry_run=dry_run, json=json)


def corrections_command(id: Id, url: Url = None, redis_url: RedisUrl = None, json: JsonFlag = False) -> None:
    """List the corrections in force that concern ID, latest first.

    Examples:
      wiredesk entity corrections person:ada-holm
      wiredesk entity corrections person:ada-holm --json > corrections.json
    """
    from wiredesk.cli.output import console, emit_json, printable, say, table
    from wiredesk.cli.targets import gateway
    from wiredesk.http_api import path_of

    found = gateway(url, redis_url).get(path_of("entities", id, "corrections"))
    if json:
        emit_json(found)
        return
    shown = table("", "change", "what", "made", "by", "why")
    for each in found:
        told = (each["id"], _told(each), each["at"][:19].replace("T", " "), each["by"], each["reason"])
        shown.add_row(*(printable(str(part)) for part in told))
    if found:
        console().print(shown)
    say(f"{len(found)} corrections in force" if found else f"nobody corrected {id}")


def undo_command(
    id: Id,
    change: Annotated[str, typer.Argument(metavar="CHANGE", help="As `entity corrections` shows it.")],
    dry_run: DryRun = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Take a correction back.

    Examples:
      wiredesk entity undo person:ada-holm 1700000000000-0
    """
    from wiredesk.cli.targets import gateway
    from wiredesk.http_api import path_of

    path = path_of("entities", id, "corrections", change)
    answer = gateway(url, redis_url).delete(path, dry_run="true" if dry_run else None)
    _tell(answer, json=json)


for _name, _command in (
    ("find", find_command),
    ("merge", merge_command),
    ("rename", rename_command),
    ("split", split_command),
    ("corrections", corrections_command),
    ("undo", undo_command),
):
    app.command(_name, help=help_text(_command.__doc__))(_command)


def _correct(
    url: str | None, redis_url: str | None, id: str, wish: dict[str, Any], *, dry_run: bool, json: bool
) -> None:
    from json import dumps

    from wiredesk.cli.targets import gateway
    from wiredesk.http_api import path_of

    asked: HttpApi = gateway(url, redis_url)
    path = path_of("entities", id, "corrections") + ("?dry_run=true" if dry_run else "")
    body = dumps({name: value for name, value in wish.items() if value}).encode()
    _tell(asked.post(path, body, headers={"Content-Type": "application/json"}), json=json)


def _tell(answer: dict[str, Any], *, json: bool) -> None:
    from wiredesk.cli.output import emit, emit_json, say

    if json:
        emit_json(answer)
        return
    articles, quotes = answer["articles"], answer["quotes"]
    counted = f"{articles:,} article{'' if articles == 1 else 's'}, {quotes:,} quote{'' if quotes == 1 else 's'}"
    to = f"{answer['name']} ({answer['leads_to']})"
    if not answer["change_ids"]:
        say(f"would change {counted}: {answer['entity_id']} → {to}; nothing was done")
        return
    say(f"{counted}: {answer['entity_id']} → {to}, as change:")
    for id in answer["change_ids"]:
        emit(id)


def _told(correction: dict[str, Any]) -> str:
    if not correction["same_as"]:
        return f"{correction['entity_id']} is called {correction['name']}"
    where = f" in {', '.join(correction['articles'])}" if correction["articles"] else ""
    return f"{correction['entity_id']} is {correction['same_as']}{where}"
