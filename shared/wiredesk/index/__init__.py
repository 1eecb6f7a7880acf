"""The index: what the indexing service writes and the gateway reads.

`protocol` is the seam, `query` and `syntax` are the query tree and its parser, `cursor` the paging token; every backend
is one module or folder. A new one needs `open_writer` and `open_reader`, and one line in BACKENDS.
"""

from importlib import import_module
from types import ModuleType
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from wiredesk.errors import UsageError
from wiredesk.index.protocol import IndexReader, IndexWriter

__all__ = ["BACKENDS", "Backend", "open_reader", "open_writer"]


class Backend(NamedTuple):
    """Where a backend lives, the extra of `wiredesk` that brings its library, and an address as an example."""

    scheme: str
    module: str
    library: str
    extra: str
    example: str


BACKENDS = (Backend("tantivy", "wiredesk.index.tantivy", "tantivy", "tantivy", "tantivy:///var/lib/wiredesk/index"),)


def open_writer(url: str) -> IndexWriter:
    """The one writer of the index at `url`, which is made where there is none.

    Raises IndexBusy at once when it has a writer already, UsageError for an address or an index that cannot be used.
    """
    return cast(IndexWriter, _module(url).open_writer(url))


def open_reader(url: str) -> IndexReader:
    """A reader of the index at `url`. Raises Unavailable when nothing was indexed yet, UsageError as open_writer."""
    return cast(IndexReader, _module(url).open_reader(url))


def _module(url: str) -> ModuleType:
    scheme = urlsplit(url).scheme
    for backend in BACKENDS:
        if backend.scheme == scheme:
            break
    else:
        known = ", ".join(f"{backend.scheme} (such as {backend.example})" for backend in BACKENDS)
        raise UsageError(f"the index address {url!r} has no known scheme; known: {known}")
    try:
        return import_module(backend.module)
    except ModuleNotFoundError as error:
        if error.name != backend.library:
            raise
        raise UsageError(
            f"the index address {url!r} needs the package {backend.library}: pip install 'wiredesk[{backend.extra}]'"
        ) from error
