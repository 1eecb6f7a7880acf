"""The web pages: search, article, quotes, entities. They work without JavaScript."""

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from wiredesk.errors import Unavailable, UsageError
from wiredesk.events import ArticleExtracted
from wiredesk.index.protocol import IndexReader, SearchPage, SearchRequest

from wiredesk_gateway.article_view import article_view
from wiredesk_gateway.desk import Desk, DeskHere, Reader
from wiredesk_gateway.links import copies_of, copies_path, entities_path, quote_exports, quotes_path
from wiredesk_gateway.parameters import Cursor, Limit, Search, Words
from wiredesk_gateway.problems import Problem, problem_of
from wiredesk_gateway.search_view import search_view
from wiredesk_gateway.templating import page

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_SIMILAR = 5
_COPIES = 10


@router.get("/")
async def search(request: Search, desk: DeskHere) -> Response:
    """Search box, hits, facets. A query that cannot be read, or no index, is told above an empty page."""
    try:
        question = partial(desk.index.reader().search, request)
        return await desk.queries.answer("page", question, partial(_found, desk, request))
    except (UsageError, Unavailable) as error:
        return _found(desk, request, None, problem_of(error))


def _found(desk: Desk, request: SearchRequest, found: SearchPage | None, problem: Problem | None = None) -> Response:
    return page(
        desk.assets,
        "search.html",
        {
            "request": request,
            "found": found,
            "problem": problem,
            "view": search_view(request, found),
            "documents": desk.index.documents(),
            "blank": _is_blank(request, found),
        },
        status=problem.status.value if problem else HTTPStatus.OK,
    )


def _is_blank(request: SearchRequest, found: SearchPage | None) -> bool:
    """Whether nothing was asked for: the front page, which shows what is new."""
    blank = SearchRequest(sort=request.sort, limit=request.limit, fold=request.fold, interval=request.interval)
    return found is not None and request == blank


@router.get("/articles/{article_id}")
def article(article_id: str, desk: DeskHere, reader: Reader) -> Response:
    """One article with its facts marked in the text."""
    view = article_view(reader.article(article_id))
    return page(
        desk.assets,
        "article.html",
        {
            "view": view,
            "copies": _copies(reader, view.article),
            "copies_path": copies_path(view.article.cluster_id),
            "similar": reader.similar(article_id, limit=_SIMILAR),
        },
    )


def _copies(reader: IndexReader, article: ArticleExtracted) -> SearchPage | None:
    """The other articles of its cluster, oldest first, and how many there are with it."""
    request = copies_of(article.cluster_id)
    if request is None:
        return None
    found = reader.search(replace(request, limit=_COPIES + 1, facets=False))
    others = [hit for hit in found.hits if hit.article_id != article.article_id]
    return replace(found, hits=tuple(others[:_COPIES]))


@router.get("/quotes")
def quotes(
    desk: DeskHere,
    reader: Reader,
    *,
    q: Words = "",
    speaker: Annotated[str, Query(max_length=1000)] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Who said what, over all articles."""
    found = reader.quotes(q=q.strip(), speaker=speaker.strip(), limit=limit, cursor=cursor or None)
    asked = {"q": q.strip(), "speaker": speaker.strip()}
    return page(
        desk.assets,
        "quotes.html",
        {
            **asked,
            "found": found,
            "documents": desk.index.documents(),
            "next_path": quotes_path(**asked, cursor=found.next_cursor) if found.next_cursor else None,
            "first_path": quotes_path(**asked) if cursor else None,
            "exports": quote_exports(**asked),
        },
    )


@router.get("/entities")
def entities(
    desk: DeskHere,
    reader: Reader,
    *,
    q: Words = "",
    type: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Everything named, most mentioned first."""
    found = reader.entities(q=q.strip(), type=type, limit=limit, cursor=cursor or None)
    asked = {"q": q.strip(), "type": type}
    return page(
        desk.assets,
        "entities.html",
        {
            **asked,
            "found": found,
            "documents": desk.index.documents(),
            "next_path": entities_path(**asked, cursor=found.next_cursor) if found.next_cursor else None,
            "first_path": entities_path(**asked) if cursor else None,
        },
    )


@router.get("/static/{name}")
async def static(name: str, request: Request, desk: DeskHere) -> Response:
    """The style sheet, the script, the icon."""
    return desk.assets.respond(request, name)
