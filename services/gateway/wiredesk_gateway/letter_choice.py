"""Which dead letters a request means: its ids, or a selection of which a part may be done already. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError
from wiredesk.dead import Selection, Span, checked, moment
from wiredesk.errors import UsageError
from wiredesk.events import SUBMISSION_ID
from wiredesk.index import cursor as cursors
from wiredesk.index.cursor import Place

__all__ = ["IDS_AT_ONCE", "LetterChoice", "cursor_after", "place_of", "selection_of"]

IDS_AT_ONCE = 1000
"""More ids are refused: a selection names more letters in fewer bytes."""

_Slug = Annotated[StrictStr, Field(max_length=100)]
_CURSOR_CHARACTERS = 4096


def selection_of(stage: str | None, reason: str | None, since: str | None, *, now: datetime) -> Selection:
    """The selection meant; empty fields, as forms send them, do not narrow it. Raises UsageError."""
    when = moment(since, now=now) if since and since.strip() else None
    return Selection(stage=stage or None, reason=reason or None, since=when)


def cursor_after(id: str, seen: int, *question: str | None) -> str:
    """The token for the page of the list after the letter `id`; `question` is what was filtered by."""
    return cursors.encode(Place(_parts(id), seen), cursors.fingerprint("letters", *_blank(question)))


def place_of(cursor: str, *question: str | None) -> tuple[str, int]:
    """The id a page of the list begins after, and how many letters were seen by then. Raises UsageError."""
    place = cursors.decode(cursor, cursors.fingerprint("letters", *_blank(question)), keys=(int, int))
    return _id(*place.keys), place.seen


class LetterChoice(BaseModel):
    """What a request to replay or drop names: `ids`, or a filter (`stage`, `reason`, `since`), or `all` of them.

    `until` is the newest letter meant, by its id: what dies later is left alone. `cursor` is the `next_cursor` of the
    answer before, with the filter unchanged. Unknown members are refused: a misspelt filter would choose everything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: tuple[StrictStr, ...] | None = Field(default=None, max_length=IDS_AT_ONCE)
    stage: _Slug | None = None
    reason: _Slug | None = None
    since: _Slug | None = Field(default=None, description="30m, 2h, 7d, or an ISO 8601 time")
    all: StrictBool = False
    until: _Slug | None = None
    cursor: Annotated[StrictStr, Field(max_length=_CURSOR_CHARACTERS)] | None = None

    @classmethod
    def from_json(cls, body: bytes) -> "LetterChoice":
        """Raises UsageError for what is no such object, or chooses nothing."""
        try:
            return cls.model_validate_json(body or b"{}")._complete()
        except ValidationError as error:
            faults = [
                f"{'.'.join(map(str, fault['loc'])) or 'the body'}: {fault['msg']}"
                for fault in error.errors(include_url=False, include_input=False)
            ]
            raise UsageError("; ".join(faults[:5])) from None

    @classmethod
    def exact_schema(cls) -> dict[str, Any]:
        """What `from_json` takes, in JSON Schema: of the members by themselves, and together."""
        schema = cls.model_json_schema()
        schema["properties"]["ids"]["anyOf"][0]["items"] = {"type": "string", "pattern": SUBMISSION_ID}
        for name, form in (("since", "since"), ("cursor", "cursor"), ("until", "letter-id")):
            schema["properties"][name]["anyOf"][0]["format"] = form
        nothing = {"enum": [None, ""]}
        rest = dict.fromkeys(("stage", "reason", "since", "until", "cursor"), nothing)
        some = {"type": "string", "minLength": 1}
        by_ids = {
            "required": ["ids"],
            "properties": {"ids": {"type": "array", "minItems": 1}, "all": {"const": False}, **rest},
        }
        others = [{"required": [name], "properties": {name: some}} for name in ("stage", "reason", "since")]
        every = {"required": ["all"], "properties": {"all": {"const": True}}}
        by_filter = {"properties": {"ids": {"type": "null"}}, "anyOf": [*others, every]}
        return {**schema, "anyOf": [by_ids, by_filter]}

    @classmethod
    def from_form(cls, fields: Mapping[str, Sequence[str]]) -> "LetterChoice":
        """The same from a page's form, where `id` may be repeated. Raises UsageError."""
        given = {name: fields[name][-1] for name in ("stage", "reason", "since", "until", "cursor") if name in fields}
        every = fields.get("all", ("",))[-1] == "yes"
        try:
            if every:
                return cls(all=True, **{name: value for name, value in given.items() if value})._complete()
            return cls(ids=tuple(dict.fromkeys(fields.get("id", ()))))._complete()
        except ValidationError as error:
            raise UsageError(f"this form cannot be read: {error.errors()[0]['msg']}") from None

    def _complete(self) -> "LetterChoice":
        filtered = self.stage or self.reason or (self.since or "").strip()
        if self.ids is not None and (filtered or self.all or self.until or self.cursor):
            raise UsageError("choose letters by ids, or by a filter or all, not by both")
        if not self.ids and not filtered and not self.all:
            raise UsageError("nothing is chosen: give ids, or a filter (stage, reason, since), or all")
        checked(*(self.ids or ()), *filter(None, (self.until,)))
        return self

    def selection(self, *, now: datetime) -> Selection:
        """What the filter selects. Raises UsageError."""
        return selection_of(self.stage, self.reason, self.since, now=now)

    def span(self) -> tuple[Span, int] | None:
        """What the cursor says is still ahead, and how many letters are done; None at the start. Raises UsageError."""
        if not self.cursor:
            return None
        place = cursors.decode(self.cursor, self._question(), keys=(int, int, int, int))
        after_ms, after_seq, until_ms, until_seq = place.keys
        return Span(after=_id(after_ms, after_seq), until=_id(until_ms, until_seq)), place.seen

    def cursor_for(self, ahead: Span | None, done: int) -> str | None:
        """The token to go on with; None when nothing is ahead."""
        if ahead is None:
            return None
        return cursors.encode(Place((*_parts(ahead.after), *_parts(ahead.until)), done), self._question())

    def _question(self) -> str:
        return cursors.fingerprint("choice", *_blank((self.stage, self.reason, self.since)))


def _blank(question: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(word or "" for word in question)


def _parts(id: str) -> tuple[int, int]:
    milliseconds, _, sequence = id.partition("-")
    return int(milliseconds), int(sequence)


def _id(milliseconds: float, sequence: float) -> str:
    return f"{milliseconds}-{sequence}"
