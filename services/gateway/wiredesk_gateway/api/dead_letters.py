"""The dead letters over HTTP: list, read, replay, drop; one, or as many as are chosen."""

import base64
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response
from wiredesk import dead
from wiredesk.dead import DeadLetterEntry, DeadLetterSummary, ReplayResult
from wiredesk.errors import NotFound

from wiredesk_gateway.desk import Body, DeskHere
from wiredesk_gateway.intake import UnsupportedBody
from wiredesk_gateway.letter_choice import LetterChoice
from wiredesk_gateway.letter_list import LetterPage, letter_page
from wiredesk_gateway.letter_work import Dropped, Replayed, drop_chosen, replay_chosen
from wiredesk_gateway.parameters import Cursor, LetterId, Limit, Since, Slug
from wiredesk_gateway.printable import printable
from wiredesk_gateway.problems import Problem

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/dead-letters", tags=["dead letters"])

_SHOWN_BYTES = 100_000
_CHOICE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": LetterChoice.exact_schema(),
                "examples": {
                    "ids": {"value": {"ids": ["1700000000000-0"]}},
                    "filter": {"value": {"stage": "extraction", "reason": "timeout", "since": "2h"}},
                    "all": {"value": {"all": True}},
                },
            }
        },
    }
}


_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes, as a file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"Content-Disposition": {"required": True, "schema": {"type": "string"}}},
    }
}


class DeadLetterShown(DeadLetterSummary):
    """A dead letter with the beginning of its body as text, for people. `original` is all its bytes in base64."""

    body: str
    truncated: bool
    original: str | None = None


@router.get("")
def dead_letters(
    desk: DeskHere,
    *,
    stage: Slug = None,
    reason: Slug = None,
    since: Since = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> LetterPage:
    """What could not be processed, newest first, without the originals.

    A filter that few letters pass may give a page of fewer than `limit`, even of none, with a `next_cursor`.
    """
    return letter_page(desk.redis, stage=stage, reason=reason, since=since, limit=limit, cursor=cursor)


@router.post("/replay", openapi_extra=_CHOICE)
def replay_many(request: Request, desk: DeskHere, body: Body) -> Replayed:
    """Send letters again to where each failed, oldest first, for some seconds; go on with `next_cursor`."""
    return replay_chosen(desk.redis, _choice(request, body))


@router.post("/drop", openapi_extra=_CHOICE)
def drop_many(request: Request, desk: DeskHere, body: Body) -> Dropped:
    """Delete letters for good, a thousand at a time; go on with `next_cursor`."""
    return drop_chosen(desk.redis, _choice(request, body))


@router.api_route("/replay", methods=["GET", "DELETE"], include_in_schema=False)
@router.api_route("/drop", methods=["GET", "DELETE"], include_in_schema=False)
def only_posted() -> None:
    """These are no ids of letters."""
    raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})


@router.get("/{id}")
def dead_letter(id: LetterId, desk: DeskHere, original: bool = False) -> DeadLetterShown:
    """One of them, with the beginning of what it held, or with `original` all of it."""
    letter = dead.show(desk.redis, id)
    return DeadLetterShown(
        **letter.model_dump(exclude={"original"}),
        body=beginning(letter, _SHOWN_BYTES),
        truncated=len(letter.body) > _SHOWN_BYTES,
        original=base64.b64encode(letter.original).decode() if original else None,
    )


@router.get("/{id}/original", response_class=Response, responses=_BYTES)
def original(id: LetterId, desk: DeskHere) -> Response:
    """The bytes of the stream's field as they came, to keep or to look into."""
    letter = dead.show(desk.redis, id)
    headers = {"Content-Disposition": f'attachment; filename="dead-letter-{letter.id}.bin"'}
    return Response(letter.original, headers=headers, media_type="application/octet-stream")


@router.post("/{id}/replay", responses={409: {}})
def replay_one(id: LetterId, desk: DeskHere) -> ReplayResult:
    """Send one again. 404 when it is not there any more, 409 when it cannot go back."""
    (result,) = dead.replay(desk.redis, [id])
    if result.outcome == "gone":
        raise NotFound(f"there is no dead letter {id}: {result.message}")
    if result.outcome != "replayed":
        raise Problem(HTTPStatus.CONFLICT, f"dead letter {id} stays where it is: {result.message}")
    return result


@router.delete("/{id}", status_code=204)
def drop_one(id: LetterId, desk: DeskHere) -> Response:
    """Delete one for good."""
    if not dead.drop(desk.redis, [id]):
        raise NotFound(f"there is no dead letter {id}")
    return Response(status_code=204)


def beginning(letter: DeadLetterEntry, bytes_: int) -> str:
    """The first bytes of a letter's body as text that may be shown."""
    return printable(letter.body[:bytes_].decode(errors="replace"))


def _choice(request: Request, body: bytes) -> LetterChoice:
    # No page of another site can send this type without asking first, whatever its browser tells of where it is from.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedBody("say which letters as JSON, with the header Content-Type: application/json")
    return LetterChoice.from_json(body)
