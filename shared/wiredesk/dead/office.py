"""The dead letters as a tool works with them: the same through Redis itself or through a gateway."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import redis
from pydantic import BaseModel, ConfigDict, ValidationError

from wiredesk.dead.letters import DeadLetterEntry, DeadLetterSummary, Selection, checked, look, show
from wiredesk.dead.moving import ReplayResult, Span, drop, drop_some, replay, replay_some, whole
from wiredesk.errors import Unavailable
from wiredesk.http_api import HttpApi, path_of

__all__ = ["HttpOffice", "Office", "RedisOffice"]

M = TypeVar("M", bound=BaseModel)

_Letters = tuple[tuple[DeadLetterSummary, ...], str | None]
"""Some letters, and the place to go on from."""

_IDS_A_CALL = 100
_LETTERS_A_CALL = 100
_STRANGE = "the gateway's answer tells of no dead letters; is it of another version?"
_PATH = path_of("dead-letters")


class Office(Protocol):
    """Many letters are moved in portions, so that what is done can be told on the way.

    Every method raises Unavailable, and UsageError for ids that are none.
    """

    def listed(self, selection: Selection, limit: int | None) -> Iterator[DeadLetterSummary]:
        """Letters of a selection, newest first, read as they are asked for; all of them without a limit."""
        ...

    def show(self, id: str) -> DeadLetterEntry:
        """One letter, whole. Raises NotFound."""
        ...

    def replay(self, ids: Sequence[str]) -> Iterator[ReplayResult]:
        """Send these again, in the order given."""
        ...

    def replay_all(self, selection: Selection) -> Iterator[ReplayResult]:
        """Send those of a selection again, oldest first, up to the newest that is there now."""
        ...

    def drop(self, ids: Sequence[str]) -> Iterator[int]:
        """Drop these for good; how many of each portion were there."""
        ...

    def drop_all(self, selection: Selection, until: str) -> Iterator[int]:
        """Drop those of a selection, up to the letter `until`; how many, a portion at a time."""
        ...


class RedisOffice:
    """The office at a Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def listed(self, selection: Selection, limit: int | None) -> Iterator[DeadLetterSummary]:
        """As in Office."""
        return _paged(limit, lambda wanted, after: self._look(selection, wanted, after))

    def _look(self, selection: Selection, limit: int, after: str | None) -> _Letters:
        seen = look(self._client, selection, limit=limit, after=after)
        return seen.letters, seen.reached

    def show(self, id: str) -> DeadLetterEntry:
        """As in Office."""
        return show(self._client, id)

    def replay(self, ids: Sequence[str]) -> Iterator[ReplayResult]:
        """As in Office."""
        checked(*ids)
        for start in range(0, len(ids), _IDS_A_CALL):
            yield from replay(self._client, ids[start : start + _IDS_A_CALL])

    def replay_all(self, selection: Selection) -> Iterator[ReplayResult]:
        """As in Office."""
        span = whole(self._client, selection)
        while span is not None:
            portion = replay_some(self._client, selection, span, limit=_IDS_A_CALL)
            yield from portion.results
            span = portion.ahead

    def drop(self, ids: Sequence[str]) -> Iterator[int]:
        """As in Office."""
        yield drop(self._client, ids)

    def drop_all(self, selection: Selection, until: str) -> Iterator[int]:
        """As in Office."""
        span: Span | None = whole(self._client, selection, until=until)
        while span is not None:
            dropped, span = drop_some(self._client, selection, span)
            yield dropped


class _Page(BaseModel):
    model_config = ConfigDict(extra="ignore")

    hits: tuple[DeadLetterSummary, ...]
    next_cursor: str | None


class _Whole(DeadLetterSummary):
    original: str


class _Moved(BaseModel):
    model_config = ConfigDict(extra="ignore")

    results: tuple[ReplayResult, ...] = ()
    dropped: int = 0
    next_cursor: str | None = None


class HttpOffice:
    """The office behind a gateway. What it is asked to do again after a lost answer it says to be gone."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def listed(self, selection: Selection, limit: int | None) -> Iterator[DeadLetterSummary]:
        """As in Office."""
        return _paged(limit, lambda wanted, cursor: self._page(selection, wanted, cursor))

    def _page(self, selection: Selection, limit: int, cursor: str | None) -> _Letters:
        page = _read(_Page, self._api.get(_PATH, **_filters(selection), limit=limit, cursor=cursor))
        return page.hits, page.next_cursor

    def show(self, id: str) -> DeadLetterEntry:
        """As in Office."""
        told = _read(_Whole, self._api.get(path_of("dead-letters", id), original="true"))
        try:
            original = base64.b64decode(told.original, validate=True)
        except binascii.Error as error:
            raise Unavailable(_STRANGE) from error
        return DeadLetterEntry(**told.model_dump(exclude={"original"}), original=original)

    def replay(self, ids: Sequence[str]) -> Iterator[ReplayResult]:
        """As in Office."""
        checked(*ids)
        left = list(ids)
        while left:
            answer = self._post("replay", {"ids": left[:_IDS_A_CALL]})
            if not answer.results:
                raise Unavailable("the gateway replays nothing and does not say why; is it of another version?")
            yield from answer.results
            left = left[len(answer.results) :]

    def replay_all(self, selection: Selection) -> Iterator[ReplayResult]:
        """As in Office."""
        for answer in self._portions("replay", {"all": True, **_filters(selection)}):
            yield from answer.results

    def drop(self, ids: Sequence[str]) -> Iterator[int]:
        """As in Office."""
        checked(*ids)
        for start in range(0, len(ids), _IDS_A_CALL):
            yield self._post("drop", {"ids": list(ids[start : start + _IDS_A_CALL])}).dropped

    def drop_all(self, selection: Selection, until: str) -> Iterator[int]:
        """As in Office."""
        for answer in self._portions("drop", {"all": True, "until": until, **_filters(selection)}):
            yield answer.dropped

    def _portions(self, verb: str, body: dict[str, Any]) -> Iterator[_Moved]:
        cursor: str | None = None
        while True:
            answer = self._post(verb, {**body, "cursor": cursor} if cursor else body)
            yield answer
            cursor = answer.next_cursor
            if cursor is None:
                return

    def _post(self, verb: str, body: dict[str, Any]) -> _Moved:
        headers = {"Content-Type": "application/json"}
        return _read(_Moved, self._api.post(f"{_PATH}/{verb}", json.dumps(body).encode(), headers=headers))


def _paged(limit: int | None, read: Callable[[int, str | None], _Letters]) -> Iterator[DeadLetterSummary]:
    """Page after page, from `read(how many, place)`, until `limit` letters were read or no place is left."""
    place, left = None, limit
    while left is None or left > 0:
        letters, place = read(_LETTERS_A_CALL if left is None else min(_LETTERS_A_CALL, left), place)
        yield from letters
        left = None if left is None else left - len(letters)
        if place is None:
            return


def _filters(selection: Selection) -> dict[str, str]:
    """The filters given, as the gateway takes them."""
    since = selection.since.isoformat() if selection.since else None
    given = {"stage": selection.stage, "reason": selection.reason, "since": since}
    return {name: value for name, value in given.items() if value is not None}


def _read(model: type[M], answer: object) -> M:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise Unavailable(_STRANGE) from error
