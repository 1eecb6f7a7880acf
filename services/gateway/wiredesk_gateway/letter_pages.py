"""The pages of the dead letters and of journeys: filter, look, replay, drop. They work without JavaScript.

A form changes something and sends the browser on to a page that tells what became of it, so that reloading repeats
nothing. The exception is a page that tells of letters that could not be moved: sending that form again does no harm.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

import redis
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response
from wiredesk import dead, journey
from wiredesk.dead import DeadLetterSummary
from wiredesk.errors import NotFound, UsageError
from wiredesk.journey import Journey

from wiredesk_gateway import forms
from wiredesk_gateway.desk import Body, DeskHere
from wiredesk_gateway.intake import UnsupportedBody
from wiredesk_gateway.journey_view import died_at, journey_view
from wiredesk_gateway.letter_choice import LetterChoice
from wiredesk_gateway.letter_list import letter_page
from wiredesk_gateway.letter_work import drop_chosen, replay_chosen, selected
from wiredesk_gateway.links import dead_letters_path, journey_page_path
from wiredesk_gateway.parameters import Cursor, Since, Slug
from wiredesk_gateway.printable import printable
from wiredesk_gateway.problems import problem_of
from wiredesk_gateway.templating import page

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LETTERS_A_PAGE = 50
_SHOWN_BYTES = 20_000

_Count = Annotated[int | None, Query(ge=0, le=10_000_000)]


async def _form(request: Request, body: Body) -> LetterChoice:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != forms.FORM:
        raise UnsupportedBody("this address is for the forms of the pages; programs use /api/v1/dead-letters")
    request.state.fields = forms.fields(body)
    return LetterChoice.from_form(request.state.fields)


_Choice = Annotated[LetterChoice, Depends(_form)]


async def _notice(
    replayed: _Count = None,
    dropped: _Count = None,
    gone: _Count = None,
    left: _Count = None,
    go_on: Cursor = None,
) -> dict[str, int | str | None]:
    return {"replayed": replayed, "dropped": dropped, "gone": gone, "left": left, "go_on": go_on}


@router.get("/dead-letters")
def dead_letters(
    desk: DeskHere,
    notice: Annotated[dict[str, int | str | None], Depends(_notice)],
    *,
    stage: Slug = None,
    reason: Slug = None,
    since: Since = None,
    cursor: Cursor = None,
) -> Response:
    """The dead letters that pass a filter, newest first; and what became of those that were just moved."""
    asked = {"stage": stage or "", "reason": reason or "", "since": (since or "").strip()}
    problem, found = None, None
    try:
        found = letter_page(desk.redis, **asked, limit=_LETTERS_A_PAGE, cursor=cursor or None)
    except UsageError as error:
        problem = problem_of(error)
    next_cursor = found.next_cursor if found else None
    return page(
        desk.assets,
        "dead_letters.html",
        {
            "asked": asked,
            "found": found,
            "problem": problem,
            "notice": notice,
            "until": found.hits[0].id if found and found.hits and not cursor else None,
            "next_path": _list_path(asked, cursor=next_cursor) if next_cursor else None,
            "first_path": _list_path(asked) if cursor else None,
        },
        status=problem.status.value if problem else HTTPStatus.OK,
    )


@router.post("/dead-letters/replay")
def replay(desk: DeskHere, choice: _Choice) -> Response:
    """Send those chosen again; letters that could not be moved are told at once."""
    done = replay_chosen(desk.redis, choice)
    if done.failed:
        stuck = [result for result in done.results if result.outcome in ("failed", "unknown")]
        shown = {"done": done, "stuck": stuck, "back": _back(choice)}
        return page(desk.assets, "stuck_letters.html", shown, status=HTTPStatus.CONFLICT)
    return _told(choice, replayed=done.replayed, gone=done.gone, left=done.left, go_on=done.next_cursor)


@router.post("/dead-letters/drop")
def drop(request: Request, desk: DeskHere, choice: _Choice) -> Response:
    """Drop those chosen, after a page that asks."""
    if request.state.fields.get("confirmed", [""])[-1] != "yes":
        letters, exact = selected(desk.redis, choice)
        shown = {"choice": choice, "count": letters, "exact": exact, "back": _back(choice)}
        return page(desk.assets, "confirm_drop.html", shown)
    done = drop_chosen(desk.redis, choice)
    return _told(choice, dropped=done.dropped, gone=done.gone, left=done.left, go_on=done.next_cursor)


def _told(choice: LetterChoice, **notice: int | str | None) -> Response:
    """On to the list, which says what was done."""
    return RedirectResponse(_back(choice, notice), status_code=HTTPStatus.SEE_OTHER)


def _back(choice: LetterChoice, notice: Mapping[str, int | str | None] | None = None) -> str:
    asked = {"stage": choice.stage or "", "reason": choice.reason or "", "since": choice.since or ""}
    return _list_path(asked, notice=notice)


def _list_path(
    asked: Mapping[str, str], *, cursor: str = "", notice: Mapping[str, int | str | None] | None = None
) -> str:
    stage, reason, since = asked["stage"], asked["reason"], asked["since"]
    return dead_letters_path(stage=stage, reason=reason, since=since, cursor=cursor, notice=notice)


@router.get("/dead-letters/{id}")
def dead_letter(id: str, desk: DeskHere) -> Response:
    """Everything about one letter: why it died, how it came there, what it held."""
    letter = dead.show(desk.redis, id)
    way = _journey(desk.redis, letter.submission_id)
    return page(
        desk.assets,
        "dead_letter.html",
        {
            "letter": letter,
            "body": printable(letter.body[:_SHOWN_BYTES].decode(errors="replace")),
            "body_bytes": len(letter.body),
            "shown_bytes": _SHOWN_BYTES,
            "view": journey_view(way) if way else None,
        },
    )


def _journey(client: redis.Redis, submission_id: str) -> Journey | None:
    try:
        return journey.journey(client, submission_id) if submission_id else None
    except NotFound:
        return None


@router.get("/journeys")
def find_journey(id: Annotated[str, Query(max_length=1024)] = "") -> Response:
    """From the box for an id to its page."""
    to = journey_page_path(id.strip()) if id.strip() else "/pipeline"
    return RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)


@router.get("/journeys/{id}")
def journey_page(id: str, desk: DeskHere) -> Response:
    """What each stage did with a submission, by its id or the id of its article."""
    way = journey.journey(desk.redis, id)
    letter: DeadLetterSummary | None = None
    died = died_at(way)
    if died is not None:
        letter = dead.of_submission(desk.redis, way.submission_id, died_at=died)
    shown = {"view": journey_view(way), "letter": letter, "died": died is not None}
    return page(desk.assets, "journey.html", shown)
