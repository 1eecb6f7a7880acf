"""Searching over HTTP: articles, quotes, entities, and suggestions while typing."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from starlette.responses import Response
from wiredesk.index.protocol import EntityHit, Page, QuoteHit, SearchPage

from wiredesk_gateway.desk import DeskHere, Reader
from wiredesk_gateway.freshness import FRESH
from wiredesk_gateway.parameters import ArticleId, AskedQuotes, Cursor, Limit, Search, Speaker, Words

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["facts"], dependencies=[FRESH])

_WRITTEN = TypeAdapter(SearchPage)


@router.get("/search", response_model=SearchPage)
async def search(request: Search, desk: DeskHere, facets: bool = True) -> Response:
    """Articles for a query, with counts by person, organisation, place, source and language, and by date.

    Articles of one cluster are copies of a story: a hit stands for all that match, the one that ranks first, and says
    how many more there are (`copies`); `fold=false` gives each. `total`, `facets` and `histogram` count articles, every
    copy. Where nothing but copies follows for long, a page has fewer hits than `limit`, even none, and a `next_cursor`.
    The histogram has days, ISO weeks, months or years in UTC, without those that have no articles; 400 for more than
    10,000 of them.
    """
    question = partial(desk.index.reader().search, replace(request, facets=facets))
    return await desk.queries.answer("search", question, _as_json)


@router.get("/quotes")
def quotes(
    reader: Reader,
    *,
    q: AskedQuotes = "",
    speaker: Speaker = "",
    article_id: ArticleId = "",
    limit: Limit = 10,
    cursor: Cursor = None,
) -> Page[QuoteHit]:
    """Who said what: quotes by their words and speaker, newest article first."""
    return reader.quotes(q=q.strip(), speaker=speaker.strip(), article_id=article_id, limit=limit, cursor=cursor)


@router.get("/entities")
def entities(
    reader: Reader,
    *,
    q: Words = "",
    type: Annotated[str, Query(max_length=100, examples=["Person", "Organization", "Place"])] = "",
    limit: Limit = 10,
    cursor: Cursor = None,
) -> Page[EntityHit]:
    """People, organisations, places and other named things over all articles, most mentioned first."""
    return reader.entities(q=q.strip(), type=type, limit=limit, cursor=cursor)


@router.get("/suggest")
def suggest(reader: Reader, q: Words = "", limit: Limit = 10) -> list[EntityHit]:
    """Entities whose name has a word that begins so."""
    return list(reader.suggest(q.strip(), limit=limit)) if q.strip() else []


def _as_json(found: SearchPage) -> Response:
    """Written as it is: what the index gives needs no validation, which would take longer than the writing."""
    return Response(_WRITTEN.dump_json(found), media_type="application/json")
