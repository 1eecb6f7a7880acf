"""An entity's page and its forms: what is wrong is corrected where it is seen. They work without JavaScript.

A form first shows what will change. Once that is confirmed, the browser is sent on to the entity's page, when the index
has it, so that reloading repeats nothing.
"""

import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response
from wiredesk import submissions
from wiredesk.errors import NotFound, WiredeskError
from wiredesk.events import SUBMISSION_ID, revision_of
from wiredesk.index.protocol import EntityHit, IndexReader
from wiredesk.tracing import Trace

from wiredesk_gateway import forms
from wiredesk_gateway.correcting import Proposal, TypesDiffer, proposed, taken_back
from wiredesk_gateway.correction_wish import CorrectionWish
from wiredesk_gateway.desk import Body, Desk, DeskHere, Reader, TraceHere
from wiredesk_gateway.entity_view import entity_view
from wiredesk_gateway.intake import UnsupportedBody
from wiredesk_gateway.links import entity_path
from wiredesk_gateway.templating import page

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

_APPLIED_WITHIN_S = 2.0
_LOOK_S = 0.05
_CHOICES = 8

Fields = Mapping[str, Sequence[str]]


async def _form(request: Request, body: Body) -> Fields:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != forms.FORM:
        raise UnsupportedBody("this address is for the forms of the pages; programs use /api/v1/entities")
    return forms.fields(body)


Form = Annotated[Fields, Depends(_form)]


@router.get("/entities/{entity_id:path}")
def entity(
    entity_id: str,
    desk: DeskHere,
    reader: Reader,
    change: Annotated[str | None, Query(pattern=SUBMISSION_ID, max_length=40)] = None,
) -> Response:
    """One person, organisation, place or other thing; an id that is another's now leads to that one."""
    view = entity_view(reader, entity_id)
    if view.entity.entity_id != entity_id:
        return RedirectResponse(_path(view.entity.entity_id, change), status_code=HTTPStatus.FOUND)
    waiting = change is not None and not _applied(reader, change)
    return page(desk.assets, "entity.html", {"view": view, "change": change, "waiting": waiting})


@router.post("/entities/correct")
def correct(form: Form, desk: DeskHere, reader: Reader, trace: TraceHere) -> Response:
    """Merge, rename or split, after a page that shows what will change."""
    entity_id = _last(form, "entity_id")
    wish = CorrectionWish.from_form(form)
    if wish.same_as and ":" not in wish.same_as:
        choices = _called(reader, wish.same_as, but=entity_id)
        if len(choices) != 1:
            return _choose(desk, reader.entity(entity_id), wish, choices)
        wish = wish.model_copy(update={"same_as": choices[0].entity_id})
    doubt = None
    try:
        proposal = proposed(reader, entity_id, wish)
    except TypesDiffer as error:
        doubt, wish = error.difference, wish.model_copy(update={"force": True})
        proposal = proposed(reader, entity_id, wish)
    if doubt or _last(form, "confirmed") != "yes":
        return _asked(desk, proposal, wish=wish, doubt=doubt)
    return _send(desk, proposal, trace)


@router.post("/entities/undo")
def undo(form: Form, desk: DeskHere, reader: Reader, trace: TraceHere) -> Response:
    """Take a correction back, after a page that shows what will change."""
    change_id = _last(form, "change_id")
    proposal = taken_back(reader, _last(form, "entity_id"), change_id)
    if _last(form, "confirmed") != "yes":
        return _asked(desk, proposal, undo=change_id)
    return _send(desk, proposal, trace)


def _asked(
    desk: Desk,
    proposal: Proposal,
    *,
    wish: CorrectionWish | None = None,
    doubt: str | None = None,
    undo: str | None = None,
) -> Response:
    back = entity_path(proposal.entity_id)
    shown = {"proposal": proposal, "wish": wish, "doubt": doubt, "undo": undo, "back": back}
    return page(desk.assets, "confirm_correction.html", shown)


def _choose(desk: Desk, entity: EntityHit, wish: CorrectionWish, choices: list[EntityHit]) -> Response:
    shown = {"entity": entity, "wish": wish, "choices": choices, "back": entity_path(entity.entity_id)}
    status = HTTPStatus.OK if choices else HTTPStatus.NOT_FOUND
    return page(desk.assets, "choose_entity.html", shown, status=status)


def _called(reader: IndexReader, name: str, *, but: str) -> list[EntityHit]:
    """The entities meant by a name: the one that has exactly this, else all that have its words."""
    found = [hit for hit in reader.entities(q=name, limit=_CHOICES).hits if hit.entity_id != but]
    exact = [hit for hit in found if hit.name.casefold() == name.casefold()]
    return exact if len(exact) == 1 else found


def _send(desk: Desk, proposal: Proposal, trace: Trace | None) -> Response:
    change_ids = submissions.correct(desk.redis, proposal.events, trace=trace)
    _log.info("entity.corrected", entity_id=proposal.entity_id, change_ids=change_ids)
    change_id = change_ids[-1]
    deadline = time.monotonic() + _APPLIED_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if _applied(desk.index.reader(), change_id):
                break
        except WiredeskError:  # the index is away for a moment: the page tells that it waits
            break
        time.sleep(_LOOK_S)
    return RedirectResponse(_path(_shown_next(desk, proposal), change_id), status_code=HTTPStatus.SEE_OTHER)


def _shown_next(desk: Desk, proposal: Proposal) -> str:
    """Where the entity leads to; before the index has that, the page that is there."""
    for id in (proposal.leads_to, proposal.entity_id):
        try:
            return desk.index.reader().entity(id).entity_id
        except NotFound:
            continue
    return proposal.entity_id


def _applied(reader: IndexReader, change_id: str) -> bool:
    return reader.corrected_up_to() >= revision_of(change_id)


def _path(entity_id: str, change: str | None) -> str:
    return entity_path(entity_id) + (f"?change={change}" if change else "")


def _last(form: Fields, name: str) -> str:
    return form.get(name, [""])[-1].strip()
