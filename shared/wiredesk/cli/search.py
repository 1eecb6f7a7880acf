"""`wiredesk search`: ask the index through a gateway."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["command"]


def command(
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words, or a query in Lucene's style.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many hits to show.")] = 10,
    every_copy: Annotated[
        bool, typer.Option("--every-copy", help="Show each copy of a story, in place of one with how many more.")
    ] = False,
    export: Annotated[
        str | None,
        typer.Option(
            "--export",
            metavar="FILE|-",
            help="Write all hits to a file: CSV where its name ends so, else JSON lines.",
            show_default=False,
        ),
    ] = None,
    fields: Annotated[
        str | None,
        typer.Option("--fields", metavar="NAMES", help="With --export: these, parted by commas.", show_default=False),
    ] = None,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Search the indexed articles; the gateway is found by --url, WIREDESK_URL, or in Redis.

    Examples:
      wiredesk search harbour barrier
      wiredesk search '"engine fire" AND ferry' --limit 3
      wiredesk search --json barrier | jq -r '.hits[].article_id'
      wiredesk search barrier --export barrier.csv --fields title,published_at,url
      wiredesk search 'source:"The Post"' --export - | jq -r .title
    """
    from wiredesk.cli.exporting import save
    from wiredesk.cli.output import emit_json, say
    from wiredesk.cli.targets import gateway
    from wiredesk.errors import Unavailable

    if export is not None:
        save(gateway(url, redis_url), "/api/v1/search/export", export, q=" ".join(query), fields=fields)
        return
    answer = gateway(url, redis_url).get(
        "/api/v1/search", q=" ".join(query), limit=limit, fold="false" if every_copy else None
    )
    if json:
        emit_json(answer)
        return
    if not isinstance(answer, dict) or not isinstance(answer.get("hits"), list):
        raise Unavailable("the gateway's answer holds no hits; is it of another version?")
    for hit in answer["hits"]:
        _show(hit)
    hits = answer["hits"]
    shown = sum(1 + int(hit.get("copies") or 0) for hit in hits)
    total = answer.get("total", shown)
    stories = f" in {len(hits)} stor{'y' if len(hits) == 1 else 'ies'}" if shown > len(hits) else ""
    say("nothing found" if not total else f"{shown} of {total} articles{stories}")


def _show(hit: dict[str, Any]) -> None:
    from rich.text import Text

    from wiredesk.cli.output import console, printable

    out = console()
    out.print(Text(printable(str(hit.get("title") or "(no title)")), style="bold"))
    snippet = _highlighted(str(hit.get("snippet") or ""), hit.get("highlights") or ())
    if snippet.plain.strip():
        out.print(snippet)
    copies = int(hit.get("copies") or 0)
    facts = [hit.get(name) for name in ("source", "published_at", "language", "url", "article_id")]
    facts.append(f"{copies} more cop{'y' if copies == 1 else 'ies'}" if copies else None)
    out.print(Text(printable(" · ".join(str(fact) for fact in facts if fact)), style="dim"))
    out.print()


def _highlighted(snippet: str, ranges: Iterable[Any]) -> "Text":
    """The snippet with its highlights; `printable` keeps every character's place, so the ranges stay right."""
    from rich.text import Text

    from wiredesk.cli.output import printable

    text = Text(printable(snippet))
    for start, end in ranges:
        text.stylize("bold yellow", start, end)
    return text
