"""Articles over HTTP: submit them, read one whole, follow it, retract it."""

from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from wiredesk import journey as journeys
from wiredesk import submissions
from wiredesk.events import ArticleExtracted, ArticleSubmitted
from wiredesk.index.protocol import ArticleHit
from wiredesk.news_article import MEDIA_TYPE as JSON_LD
from wiredesk.news_article import news_article

from wiredesk_gateway.bodies import JSON_LINES, documents
from wiredesk_gateway.desk import Body, DeskHere, Reader, TraceHere
from wiredesk_gateway.freshness import FRESH
from wiredesk_gateway.intake import UnsupportedBody
from wiredesk_gateway.links import journey_path
from wiredesk_gateway.negotiation import prefers
from wiredesk_gateway.parameters import Limit

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/articles", tags=["articles"])

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

_ARTICLE = ArticleSubmitted.model_json_schema() | {
    "anyOf": [
        {"required": [name], "properties": {name: {"type": "string", "minLength": 1}}} for name in ("text", "html")
    ],
    "examples": [{"title": "Ferry to return", "text": "The ferry returns on Monday.", "published_at": "2024-03-01"}],
}
_NEWS_ARTICLE = {
    "type": "object",
    "description": "An article of schema.org, with any other properties; also within a `@graph`",
    "required": ["@type", "articleBody"],
    "properties": {
        "@type": {"enum": ["NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting"]},
        "headline": {"type": "string"},
        "articleBody": {"type": "string", "pattern": r"\w"},
        "datePublished": {"type": "string"},
    },
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One article as a JSON object, or several as JSON lines, one object a line. An object may be an "
        "article of schema.org in JSON-LD in place of these fields.",
        "content": {
            "application/json": {"schema": _ARTICLE},
            JSON_LD: {"schema": _NEWS_ARTICLE},
            "application/x-ndjson": {"schema": {"type": "string", "description": "one such object a line"}},
        },
    }
}


_BY_ACCEPT = {"Vary": "Accept"}

_TAKEN: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "All are on the stream",
        "headers": {"Location": {"description": "the journey of a single article", "schema": {"type": "string"}}},
    },
    409: {},
}


class Submitted(BaseModel):
    """The one article's submission id: `GET /api/v1/articles/{submission_id}/journey` tells how it fares."""

    submission_id: str


class SubmittedLines(BaseModel):
    """The submission ids of the lines, in order."""

    submission_ids: list[str]


class Retracted(BaseModel):
    """The entry id of the retraction on `articles.changes`."""

    change_id: str
    article_id: str


@router.post("", status_code=202, openapi_extra=_BODY, responses=_TAKEN)
def submit(
    request: Request,
    response: Response,
    desk: DeskHere,
    body: Body,
    trace: TraceHere,
    idempotency_key: Annotated[str | None, Header(max_length=255, pattern=r"\S")] = None,
) -> Submitted | SubmittedLines:
    """Put articles on the stream: all of them or none. With an Idempotency-Key, repeating is safe for a day.

    While the pipeline has no room, 429 (a stage is behind) or 503 (Redis is nearly full), with Retry-After.
    """
    found, as_lines = documents(
        body,
        lines=_media_type(request) in JSON_LINES,
        max_article_bytes=desk.settings.max_article_bytes,
        max_articles=desk.settings.max_articles,
    )
    refused = desk.admission.refusal(idempotency_key)
    if refused:
        raise refused
    ids = submissions.submit(desk.redis, found, idempotency_key=idempotency_key, trace=trace)
    if trace and trace.sampled:
        for submission_id in ids:
            _log.info("article.submitted", submission_id=submission_id)
    if as_lines:
        return SubmittedLines(submission_ids=ids)
    response.headers["Location"] = journey_path(ids[0])
    return Submitted(submission_id=ids[0])


@router.get(
    "/{article_id}",
    response_model=ArticleExtracted,
    dependencies=[FRESH],
    responses={200: {"content": {JSON_LD: {"schema": {"type": "object", "description": "a NewsArticle"}}}}},
)
def article(
    article_id: str,
    reader: Reader,
    response: Response,
    *,
    form: Annotated[Literal["json", "jsonld"] | None, Query(alias="format", description="wins over Accept")] = None,
    accept: Annotated[str, Header(max_length=1000)] = "",
) -> ArticleExtracted | Response:
    """The current revision, whole, with all its facts.

    As a NewsArticle of schema.org in JSON-LD for `Accept: application/ld+json`, or with `format=jsonld`.
    """
    found = reader.article(article_id)
    if form == "jsonld" or (form is None and prefers(accept, JSON_LD, "application/json")):
        return JSONResponse(news_article(found), media_type=JSON_LD, headers=_BY_ACCEPT)
    response.headers.update(_BY_ACCEPT)
    return found


@router.delete("/{article_id}", status_code=202)
def retract(
    article_id: str, desk: DeskHere, trace: TraceHere, reason: Annotated[str, Query(max_length=500)] = ""
) -> Retracted:
    """Take an article, in every revision submitted up to now, out of the index. Known or not: it is kept out."""
    change_id = submissions.retract(desk.redis, article_id, reason=reason, trace=trace)
    _log.info("article.retracted", article_id=article_id, change_id=change_id)
    return Retracted(change_id=change_id, article_id=article_id)


@router.get("/{article_id}/similar", dependencies=[FRESH])
def similar(article_id: str, reader: Reader, limit: Limit = 10) -> list[ArticleHit]:
    """The articles most like this one: its own copies left out, those of another story folded into one."""
    return list(reader.similar(article_id, limit=limit))


@router.get("/{article_id}/journey")
def journey(article_id: str, desk: DeskHere) -> journeys.Journey:
    """The way through the stages of a submission id, or of an article id's current submission."""
    return journeys.journey(desk.redis, article_id)


def _media_type(request: Request) -> str:
    """The body's media type; forms are refused, but the type `curl -d` names by default is let pass."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.startswith("multipart/"):
        raise UnsupportedBody("send the article as the body itself: application/json, or application/x-ndjson")
    return media_type
