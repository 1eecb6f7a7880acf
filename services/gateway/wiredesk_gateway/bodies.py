"""What a publisher's request holds: one article or JSON lines, taken apart and checked lightly. Pure.

Only what can be told at a glance is refused here, with its line and field; ingest decides the rest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json
from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleSubmitted

__all__ = ["JSON_LINES", "BodyTooLarge", "Fault", "InvalidArticles", "documents"]

JSON_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})

_LINE = re.compile(rb"\S[^\n]*")
_MAX_FAULTS = 20
"""More are not listed: enough to see what is wrong with a file."""


class BodyTooLarge(WiredeskError):
    """More bytes or articles than one request may bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong on a line (from 1; None: the one article sent), with which field (None: the whole)."""

    line: int | None
    field: str | None
    detail: str


class InvalidArticles(WiredeskError):
    """Some of what was sent is no article; none of it was taken."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first = faults[0]
        where = f"line {first.line}: " if first.line else ""
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{where}{first.detail}{more}")
        self.faults = faults


def documents(body: bytes, *, lines: bool, max_article_bytes: int, max_articles: int) -> tuple[list[bytes], bool]:
    """The articles of a body, each as the JSON bytes it came as, and whether they came as JSON lines.

    With `lines` false the body is one JSON object, unless its first line is an object by itself and more follow.
    Blank lines are skipped. Raises InvalidArticles or BodyTooLarge.
    """
    numbered = list(islice(_numbered_lines(body), max_articles + 1))
    if not numbered:
        raise InvalidArticles((Fault(line=None, field=None, detail="the body is empty; send a JSON object"),))
    if not lines and (len(numbered) == 1 or not _is_object(numbered[0][1])):
        _check_size(body, None, max_article_bytes)
        faults = _faults(body, None)
        if faults:
            raise InvalidArticles(faults)
        return [body.strip()], False
    if len(numbered) > max_articles:
        raise BodyTooLarge(f"more than {max_articles:,} articles in one request; send them in smaller parts")
    found: list[Fault] = []
    for number, line in numbered:
        _check_size(line, number, max_article_bytes)
        found += _faults(line, number)
        if len(found) >= _MAX_FAULTS:
            break
    if found:
        raise InvalidArticles(tuple(found[:_MAX_FAULTS]))
    return [line for _, line in numbered], True


def _numbered_lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank, with its number; one at a time, since a small body may hold millions."""
    number, counted = 1, 0
    for line in _LINE.finditer(body):
        number += body.count(b"\n", counted, line.start())
        counted = line.start()
        yield number, line[0].rstrip()


def _check_size(document: bytes, line: int | None, max_article_bytes: int) -> None:
    if len(document) > max_article_bytes:
        where = f"the article on line {line}" if line else "the article"
        raise BodyTooLarge(f"{where} has {len(document):,} bytes; at most {max_article_bytes:,} are taken")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(from_json(line), dict)
    except ValueError:
        return False


def _faults(document: bytes, line: int | None) -> tuple[Fault, ...]:
    try:
        value: Any = from_json(document)
    except ValueError as error:
        return (Fault(line=line, field=None, detail=f"not JSON: {error}"),)
    if not isinstance(value, dict):
        hint = "; send several articles as JSON lines, one object a line" if isinstance(value, list) else ""
        return (Fault(line=line, field=None, detail=f"not a JSON object{hint}"),)
    try:
        article = ArticleSubmitted.model_validate_json(document)
    except ValidationError as error:
        fields = [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors(include_input=False)]
        return tuple(
            Fault(line=line, field=field or None, detail=f"{field}: {message}" if field else message)
            for field, message in fields
        )
    if not article.text and not article.html:
        return (Fault(line=line, field="text", detail="text: give the article's text or its html"),)
    return ()
