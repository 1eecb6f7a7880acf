"""The embedded index: tantivy on a local disk, one writer and any number of readers in any process.

`schema` says what is indexed how, `documents` and `entities` turn articles into documents. `writer` decides which come
in and keeps them in the `translog`, a `commit` gathers them, and `store` makes it whole or not at all;
`generations` says which folder counts and `lease` who writes; `administration` looks after the index.
`translation` turns the query tree into tantivy's queries, `paging`, `snippets` and `reader` answer.
"""

from wiredesk.index.tantivy.reader import TantivyReader
from wiredesk.index.tantivy.schema import location
from wiredesk.index.tantivy.writer import TantivyWriter

__all__ = ["open_reader", "open_writer"]


def open_writer(url: str) -> TantivyWriter:
    """The one writer of `tantivy:///absolute/path`. Raises IndexBusy, UsageError."""
    return TantivyWriter(location(url))


def open_reader(url: str) -> TantivyReader:
    """A reader of `tantivy:///absolute/path`. Raises Unavailable when nothing was indexed yet, UsageError."""
    return TantivyReader(location(url))
