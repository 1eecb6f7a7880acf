"""Results as lines of JSON or of CSV: which fields there are, and cells that no spreadsheet runs. Pure."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from wiredesk.events import ArticleExtracted
from wiredesk.index.protocol import ArticleHit, QuoteHit

__all__ = [
    "ARTICLE_FIELDS",
    "QUOTE_FIELDS",
    "USUAL_ARTICLE_FIELDS",
    "WHOLE_FIELDS",
    "Format",
    "Row",
    "article_row",
    "beginning",
    "lines",
    "quote_row",
]

Format = Literal["jsonl", "csv"]
Row = Mapping[str, Any]

USUAL_ARTICLE_FIELDS = ("article_id", "title", "source", "url", "published_at", "language", "snippet")
_ENTITIES = {"people": "Person", "organizations": "Organization", "places": "Place"}
WHOLE_FIELDS = ("deck", "byline", "text", *_ENTITIES)
"""These are read from the article itself, one question each."""
ARTICLE_FIELDS = (*USUAL_ARTICLE_FIELDS, "revision", "cluster_id", *WHOLE_FIELDS)
QUOTE_FIELDS = (
    "article_id",
    "article_title",
    "source",
    "published_at",
    "text",
    "kind",
    "speaker_name",
    "speaker_id",
    "unsure",
    "cue",
    "context",
    "start",
    "end",
)

_BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a file without it for one in the machine's old code page."""
_RUN = tuple(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
"""A cell that begins so is a formula to a spreadsheet (OWASP, CSV Injection)."""


def article_row(hit: ArticleHit, article: ArticleExtracted | None, fields: Sequence[str]) -> Row:
    """The fields of an article found; `article` is it whole, where a field asks for that."""
    row: dict[str, Any] = {}
    for field in fields:
        if field in _ENTITIES:
            row[field] = [e.name for e in article.entities if e.type == _ENTITIES[field]] if article else []
        elif field in WHOLE_FIELDS:
            row[field] = getattr(article, field)
        else:
            row[field] = getattr(hit, field)
    return row


def quote_row(hit: QuoteHit, fields: Sequence[str]) -> Row:
    """The fields of a quote found."""
    return {field: getattr(hit, field) for field in fields}


def beginning(fields: Sequence[str], form: Format) -> bytes:
    """What stands before the first row: of CSV the names of the columns."""
    return (_BYTE_ORDER_MARK.encode() + _csv([fields])) if form == "csv" else b""


def lines(rows: Iterable[Row], form: Format) -> bytes:
    """Rows as UTF-8, a line each; in CSV a text may hold line breaks within its quotation marks."""
    if form == "csv":
        return _csv([_cell(value) for value in row.values()] for row in rows)
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    return text.encode("utf-8", "backslashreplace")


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    # All in quotation marks: where a semicolon parts columns, a text with one would go on in the next cell.
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return f"'{text}" if text.lstrip(" ").startswith(_RUN) else text
