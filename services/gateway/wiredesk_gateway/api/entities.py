"""One entity over HTTP, and its corrections: see them, make them, take them back."""

from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from wiredesk import submissions
from wiredesk.index.protocol import EntityHit
from wiredesk.tracing import Trace

from wiredesk_gateway.correcting import CorrectionShown, Proposal, correction_of, corrections_of, proposed, taken_back
from wiredesk_gateway.correction_wish import CorrectionWish
from wiredesk_gateway.desk import Body, Desk, DeskHere, Reader, TraceHere
from wiredesk_gateway.freshness import FRESH
from wiredesk_gateway.intake import UnsupportedBody

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/entities", tags=["facts"])

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

EntityId = Annotated[str, Path(max_length=1000, description="type:slug-of-name")]
DryRun = Annotated[bool, Query(description="only tell what would change")]

_WISH: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": CorrectionWish.model_json_schema(),
                "examples": {
                    "merge": {"value": {"same_as": "person:ada-holm", "reason": "the same person"}},
                    "rename": {"value": {"name": "Ada Holm"}},
                    "split": {"value": {"articles": ["5f1c"], "name": "Ada Holm (rower)"}},
                },
            }
        },
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The entry ids of the changes on `articles.changes` (none for a dry run), and what they do.

    `articles` speak of `entity_id` now and of `leads_to` then, with so many `quotes`.
    """

    change_ids: tuple[str, ...]
    entity_id: str
    leads_to: str
    name: str
    articles: int
    quotes: int


_DONE_OR_TOLD: dict[int | str, dict[str, Any]] = {
    200: {"model": Corrected, "description": "With `dry_run`: nothing was changed"},
    409: {},
}


@router.get("/{entity_id:path}/corrections", dependencies=[FRESH])
def corrections(entity_id: EntityId, reader: Reader) -> list[CorrectionShown]:
    """The corrections in force that concern an entity, latest first. 404 when nothing is known of it."""
    found = corrections_of(reader, entity_id)
    if not found:
        reader.entity(entity_id)
    return found


@router.get("/{entity_id:path}/corrections/{change_id}", dependencies=[FRESH])
def correction(entity_id: EntityId, change_id: str, reader: Reader) -> CorrectionShown:
    """One of them, by its `id`. 404 when it is not in force."""
    return correction_of(reader, entity_id, change_id)


@router.post("/{entity_id:path}/corrections", status_code=202, openapi_extra=_WISH, responses=_DONE_OR_TOLD)
def correct(
    entity_id: EntityId,
    request: Request,
    response: Response,
    desk: DeskHere,
    reader: Reader,
    trace: TraceHere,
    *,
    body: Body,
    dry_run: DryRun = False,
) -> Corrected:
    """Merge an entity into another, rename it, or give it away in some articles; searchable within a second.

    404 when an entity or an article is not known, 409 when it cannot be: types that differ (unless forced), an entity
    that is this one already. It holds for articles that come later, too, and in an index that is built anew.
    """
    # No page of another site can send this type without asking first, whatever its browser tells of where it is from.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedBody("say what is to be corrected as JSON, with the header Content-Type: application/json")
    return _made(desk, proposed(reader, entity_id, CorrectionWish.from_json(body)), trace, response, dry_run)


@router.delete("/{entity_id:path}/corrections/{change_id}", status_code=202, responses=_DONE_OR_TOLD)
def take_back(
    entity_id: EntityId,
    change_id: str,
    response: Response,
    desk: DeskHere,
    reader: Reader,
    trace: TraceHere,
    *,
    dry_run: DryRun = False,
) -> Corrected:
    """Take a correction back, by its `id` in the list. 404 when it is not in force."""
    return _made(desk, taken_back(reader, entity_id, change_id), trace, response, dry_run)


@router.get("/{entity_id:path}", dependencies=[FRESH])
def entity(entity_id: EntityId, reader: Reader) -> EntityHit:
    """The entity that this id stands for, with the ids and names that were made one."""
    return reader.entity(entity_id)


def _made(desk: Desk, proposal: Proposal, trace: Trace | None, response: Response, dry_run: bool) -> Corrected:
    ids: tuple[str, ...] = ()
    if dry_run:
        response.status_code = 200
    else:
        ids = tuple(submissions.correct(desk.redis, proposal.events, trace=trace))
        _log.info("entity.corrected", entity_id=proposal.entity_id, change_ids=ids)
    return Corrected(
        change_ids=ids,
        entity_id=proposal.entity_id,
        leads_to=proposal.leads_to,
        name=proposal.leads_to_name,
        articles=proposal.articles,
        quotes=proposal.quotes,
    )
