"""Whole result sets, sent as they are read: a page of hits at a time, so many sets at once."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from wiredesk.errors import NotFound, Unavailable
from wiredesk.events import ArticleExtracted
from wiredesk.index.cursor import MAX_LIMIT
from wiredesk.index.protocol import ArticleHit, IndexReader, Page, QuoteHit, SearchRequest

from wiredesk_gateway.export_rows import WHOLE_FIELDS, Format, Row, article_row, beginning, lines, quote_row

__all__ = ["MEDIA_TYPES", "Exports", "article_rows", "quote_rows"]

MEDIA_TYPES: Mapping[Format, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv"}

_Rows = Iterator[Sequence[Row]]


class Exports:
    """Counts the sets being sent. `answer` may be called from any thread."""

    def __init__(self, at_once: int) -> None:
        self._room = threading.BoundedSemaphore(at_once)

    def answer(self, rows: _Rows, fields: Sequence[str], *, form: Format, name: str, head: bool) -> Response:
        """The set as a file to keep; its first page is read now, so that a question without answer is an error.

        Raises what the first page raises, and Unavailable when too many sets are being sent.
        """
        headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
        if head:  # nobody would see the rest
            return Response(headers=headers, media_type=MEDIA_TYPES[form])
        if not self._room.acquire(blocking=False):
            raise Unavailable("too many result sets are being sent now; try again in a minute")
        try:
            first = next(rows, ())
        except BaseException:
            self._room.release()
            raise
        parts = (lines(page, form) for page in chain([first], rows))
        body = chain([beginning(fields, form)], parts)
        return _Sent(body, release=self._room.release, headers=headers, media_type=MEDIA_TYPES[form])


class _Sent(StreamingResponse):
    def __init__(
        self, body: Iterator[bytes], *, release: Callable[[], None], headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(body, headers=headers, media_type=media_type)
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make room whatever becomes of it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._release()


def article_rows(reader: IndexReader, request: SearchRequest, fields: Sequence[str]) -> _Rows:
    """All articles for a request, in its order, a page at a time. Raises what a search raises."""
    whole = any(field in WHOLE_FIELDS for field in fields)
    request = replace(request, limit=MAX_LIMIT, facets=False)
    while True:
        page = reader.search(request)
        yield [row for hit in page.hits if (row := _row(reader, hit, fields, whole=whole)) is not None]
        if page.next_cursor is None:
            return
        request = replace(request, cursor=page.next_cursor)


def _row(reader: IndexReader, hit: ArticleHit, fields: Sequence[str], *, whole: bool) -> Row | None:
    article: ArticleExtracted | None = None
    if whole:
        try:
            article = reader.article(hit.article_id)
        except NotFound:  # retracted since it was found
            return None
    return article_row(hit, article, fields)


def quote_rows(ask: Callable[[str | None], Page[QuoteHit]], fields: Sequence[str]) -> _Rows:
    """All quotes that `ask` answers from cursor to cursor, a page at a time."""
    cursor: str | None = None
    while True:
        page = ask(cursor)
        yield [quote_row(hit, fields) for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            return
