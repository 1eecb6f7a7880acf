"""`wiredesk quotes`: ask a gateway who said what."""

from typing import Annotated, Any

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url

__all__ = ["command"]


def command(
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUERY]", help="Words of the quote, or of the sentence it stands in.", show_default=False
        ),
    ] = None,
    speaker: Annotated[
        str, typer.Option("--speaker", "-s", metavar="NAME|ID", help="A name, title, role or id.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many quotes to show.")] = 10,
    export: Annotated[
        str | None,
        typer.Option(
            "--export",
            metavar="FILE|-",
            help="Write all quotes to a file: CSV where its name ends so, else JSON lines.",
            show_default=False,
        ),
    ] = None,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Find who said what, newest first; the gateway is found by --url, WIREDESK_URL, or in Redis.

    `text:word` looks in the words said alone.

    Examples:
      wiredesk quotes --speaker 'Lord Robertson' new council
      wiredesk quotes 'text:"historic opportunity"'
      wiredesk quotes --speaker Robertson --export robertson.csv
    """
    from wiredesk.cli.exporting import save
    from wiredesk.cli.output import emit_json, say
    from wiredesk.cli.targets import gateway
    from wiredesk.errors import Unavailable

    words = " ".join(query or ())
    if export is not None:
        save(gateway(url, redis_url), "/api/v1/quotes/export", export, q=words, speaker=speaker)
        return
    answer = gateway(url, redis_url).get("/api/v1/quotes", q=words, speaker=speaker, limit=limit)
    if json:
        emit_json(answer)
        return
    if not isinstance(answer, dict) or not isinstance(answer.get("hits"), list):
        raise Unavailable("the gateway's answer holds no hits; is it of another version?")
    for hit in answer["hits"]:
        _show(hit)
    total = answer.get("total", len(answer["hits"]))
    say("nothing found" if not total else f"{len(answer['hits'])} of {total} quotes")


def _show(hit: dict[str, Any]) -> None:
    from rich.text import Text

    from wiredesk.cli.output import console, printable

    out = console()
    who = str(hit.get("speaker_name") or "speaker not found")
    out.print(Text(printable(f"probably {who}" if hit.get("unsure") else who), style="bold"))
    sentence = Text(printable(str(hit.get("context") or hit.get("text") or "")))
    start = int(hit.get("start") or 0) - int(hit.get("context_start") or 0)
    sentence.stylize("bold yellow", start, start + len(str(hit.get("text") or "")))
    out.print(sentence)
    facts = [hit.get(name) for name in ("article_title", "source", "published_at", "article_id")]
    out.print(Text(printable(" · ".join(str(fact) for fact in facts if fact)), style="dim"))
    out.print()
