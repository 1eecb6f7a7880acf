"""The parameters of searches and lists, the same for the API and the pages."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from wiredesk.errors import UsageError
from wiredesk.events import SUBMISSION_ID
from wiredesk.index.protocol import Filters, SearchRequest

__all__ = [
    "ArticleId",
    "AskedQuotes",
    "Cursor",
    "Exported",
    "LetterId",
    "Limit",
    "Search",
    "Since",
    "Slug",
    "Speaker",
    "Words",
    "day",
]

_MAX_QUERY = 1000
_MAX_VALUES = 50

Words = Annotated[str, Query(max_length=_MAX_QUERY)]
Asked = Annotated[
    str,
    Query(
        max_length=_MAX_QUERY,
        description="Lucene-style; empty finds everything",
        examples=['treaty "common position"', "people:ilves AND harbour"],
        json_schema_extra={"format": "lucene"},
    ),
]
AskedQuotes = Annotated[
    str,
    Query(
        max_length=_MAX_QUERY,
        description=(
            "Lucene-style, of the words said and of the rest of the sentence that reports them, as far as that is "
            "nobody else's words; `text:` looks in the words said alone; empty finds all"
        ),
        json_schema_extra={"format": "lucene-quotes"},
    ),
]
Speaker = Annotated[str, Query(max_length=_MAX_QUERY, description="an entity id, or words of a name, title or role")]
ArticleId = Annotated[str, Query(max_length=1024)]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[
    str | None,
    Query(
        max_length=4096,
        description="`next_cursor` of the page before; empty: the first",
        json_schema_extra={"format": "cursor"},
    ),
]
Slug = Annotated[str | None, Query(max_length=100)]
Since = Annotated[
    str | None,
    Query(
        max_length=100,
        description="30m, 2h, 7d, or an ISO 8601 time; empty: ever",
        json_schema_extra={"format": "since"},
    ),
]
LetterId = Annotated[str, Path(json_schema_extra={"pattern": SUBMISSION_ID}, examples=["1700000000000-0"])]
_Values = Annotated[list[Annotated[str, Query(max_length=_MAX_QUERY)]], Query(max_length=_MAX_VALUES)]
_Day = Annotated[
    str,
    Query(
        max_length=32,
        description="a day, YYYY-MM-DD; empty: no bound",
        json_schema_extra={"anyOf": [{"format": "date"}, {"maxLength": 0}]},
    ),
]


def day(name: str, value: str) -> date | None:
    """The day meant; None for an empty field, as forms send them. Raises UsageError."""
    if not value:
        return None
    try:
        read = date.fromisoformat(value)
        if read.isoformat() != value:  # a week, or a day without dashes
            raise ValueError
        return read
    except ValueError:
        raise UsageError(f"{name}: {value!r} is no day; write it as YYYY-MM-DD") from None


async def _filters(
    people: _Values = [],  # noqa: B006 - FastAPI copies defaults, and a list is what OpenAPI shows
    organizations: _Values = [],  # noqa: B006
    places: _Values = [],  # noqa: B006
    source: _Values = [],  # noqa: B006
    language: _Values = [],  # noqa: B006
) -> Filters:
    given = (people, organizations, places, source, language)
    chosen = [tuple(dict.fromkeys(filter(None, values))) for values in given]
    return Filters(people=chosen[0], organizations=chosen[1], places=chosen[2], source=chosen[3], language=chosen[4])


async def _narrowed(
    filters: Annotated[Filters, Depends(_filters)],
    *,
    q: Asked = "",
    published_from: Annotated[_Day, Query(alias="from")] = "",
    published_to: Annotated[_Day, Query(alias="to")] = "",
) -> SearchRequest:
    dated = replace(filters, published_from=day("from", published_from), published_to=day("to", published_to))
    return SearchRequest(q=q.strip(), filters=dated)


_Narrowed = Annotated[SearchRequest, Depends(_narrowed)]


async def _search(
    narrowed: _Narrowed,
    *,
    sort: Literal["relevance", "newest", "oldest"] = "relevance",
    limit: Limit = 10,
    cursor: Cursor = None,
    fold: Annotated[bool, Query(description="copies of one story as one hit; false: every copy")] = True,
    interval: Annotated[
        Literal["auto", "day", "week", "month", "year"],
        Query(description="of the histogram; auto: the finest that gives 62 periods or fewer"),
    ] = "auto",
) -> SearchRequest:
    return replace(
        narrowed,
        sort=sort,
        limit=limit,
        cursor=cursor or None,
        fold=fold,
        interval=None if interval == "auto" else interval,
    )


async def _exported(narrowed: _Narrowed, *, sort: Literal["newest", "oldest"] = "newest") -> SearchRequest:
    return replace(narrowed, sort=sort, fold=False)


Exported = Annotated[SearchRequest, Depends(_exported)]
"""A search for all it finds, every copy: relevance ranks only so deep."""
Search = Annotated[SearchRequest, Depends(_search)]
