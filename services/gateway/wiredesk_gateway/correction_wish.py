"""What a request to correct an entity asks for, from JSON or from a page's form. Pure."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictStr, StringConstraints, ValidationError
from wiredesk.errors import UsageError

__all__ = ["ARTICLES_AT_ONCE", "CorrectionWish"]

ARTICLES_AT_ONCE = 200
"""Articles that one split may name; each is looked at before."""

_SAID: Mapping[str, JsonValue] = {"minLength": 1, "default": None}
"""What is left out is not said; what is said is not empty."""
_Id = Annotated[StrictStr, Field(max_length=1000, json_schema_extra={**_SAID, "format": "entity-id"})]
_Name = Annotated[
    StrictStr,
    StringConstraints(strip_whitespace=True, max_length=500),
    Field(json_schema_extra={**_SAID, "format": "entity-name"}),
]


class CorrectionWish(BaseModel):
    """`same_as` merges into that entity; `name` alone renames; `articles` makes it hold in these alone (a split).

    A split goes to `same_as`, or to a new entity called `name`. `force` lets types differ. `by` and `reason` are kept.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"anyOf": [{"required": ["same_as"]}, {"required": ["name"]}]},
    )

    same_as: _Id = ""
    name: _Name = ""
    articles: tuple[Annotated[StrictStr, Field(min_length=1, max_length=1000)], ...] = Field(
        default=(), max_length=ARTICLES_AT_ONCE
    )
    force: StrictBool = False
    by: Annotated[StrictStr, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    reason: Annotated[StrictStr, StringConstraints(strip_whitespace=True, max_length=500)] = ""

    @classmethod
    def from_json(cls, body: bytes) -> "CorrectionWish":
        """Raises UsageError for what is no such object."""
        try:
            return cls.model_validate_json(body or b"{}")._printable()
        except ValidationError as error:
            raise UsageError(_told(error)) from None

    @classmethod
    def from_form(cls, fields: Mapping[str, Sequence[str]]) -> "CorrectionWish":
        """The same from a page's form, where `article` may be repeated. Raises UsageError.

        `alike` is one of the entities offered, beside which `same_as` may name another; `split` asks for articles.
        """
        last = {name: fields.get(name, [""])[-1].strip() for name in ("same_as", "name", "by", "reason")}
        last["same_as"] = last["same_as"] or fields.get("alike", [""])[-1].strip()
        articles = tuple(dict.fromkeys(filter(None, fields.get("article", ()))))
        if fields.get("split") and not articles:
            raise UsageError("choose the articles in which it is somebody else; go back and try again")
        try:
            return cls(**last, articles=articles, force=fields.get("force", [""])[-1] == "yes")._printable()
        except ValidationError as error:
            raise UsageError(_told(error)) from None

    def _printable(self) -> "CorrectionWish":
        """Raises UsageError for a name that nobody could read: control characters, lone surrogates."""
        if any(not letter.isprintable() for letter in self.name):
            raise UsageError("a name holds letters, digits, punctuation and blanks, and nothing that cannot be seen")
        return self.model_copy(update={"articles": tuple(dict.fromkeys(self.articles))})


def _told(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc'])) or 'the body'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    ]
    return "; ".join(faults[:5])
