"""Whole result sets over HTTP, as lines of JSON or as CSV."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response
from wiredesk.index.cursor import MAX_LIMIT

from wiredesk_gateway.desk import DeskHere
from wiredesk_gateway.export_rows import ARTICLE_FIELDS, QUOTE_FIELDS, USUAL_ARTICLE_FIELDS, Format
from wiredesk_gateway.exporting import MEDIA_TYPES, article_rows, quote_rows
from wiredesk_gateway.freshness import FRESH
from wiredesk_gateway.parameters import ArticleId, AskedQuotes, Exported, Speaker

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["facts"], dependencies=[FRESH])

_LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A line for each; in CSV after one with the names of the columns, in UTF-8 with a mark.",
        "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()},
        "headers": {
            "Content-Disposition": {"description": "the file's name", "required": True, "schema": {"type": "string"}}
        },
    }
}
_Format = Annotated[Format, Query(alias="format")]


def _pattern(fields: tuple[str, ...]) -> str:
    one = f"({'|'.join(fields)})"
    return f"^{one}(,{one})*$"


def _fields(known: tuple[str, ...]) -> Any:
    return Query(
        max_length=1000,
        pattern=_pattern(known),
        description=f"parted by commas, in the order wanted: {', '.join(known)}",
    )


@router.get("/search/export", responses=_LINES, response_class=Response)
def export_articles(
    request: Request,
    desk: DeskHere,
    asked: Exported,
    *,
    fields: Annotated[str, _fields(ARTICLE_FIELDS)] = ",".join(USUAL_ARTICLE_FIELDS),
    form: _Format = "jsonl",
) -> Response:
    """Every article for a query, as a file: by date of publication, newest first unless asked otherwise."""
    chosen = tuple(dict.fromkeys(fields.split(",")))
    rows = article_rows(desk.reader(kind="export"), asked, chosen)
    return desk.exports.answer(rows, chosen, form=form, name="wiredesk-articles", head=_is_head(request))


@router.get("/quotes/export", responses=_LINES, response_class=Response)
def export_quotes(
    request: Request,
    desk: DeskHere,
    *,
    q: AskedQuotes = "",
    speaker: Speaker = "",
    article_id: ArticleId = "",
    fields: Annotated[str, _fields(QUOTE_FIELDS)] = ",".join(QUOTE_FIELDS),
    form: _Format = "jsonl",
) -> Response:
    """Every quote by its words and speaker, as a file, newest article first."""
    chosen = tuple(dict.fromkeys(fields.split(",")))
    reader = desk.reader(kind="export")
    asked = {"q": q.strip(), "speaker": speaker.strip(), "article_id": article_id}
    rows = quote_rows(lambda cursor: reader.quotes(**asked, limit=MAX_LIMIT, cursor=cursor), chosen)
    return desk.exports.answer(rows, chosen, form=form, name="wiredesk-quotes", head=_is_head(request))


def _is_head(request: Request) -> bool:
    return getattr(request.state, "head", False)
