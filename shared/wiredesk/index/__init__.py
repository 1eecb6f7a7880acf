"""The index: what the indexing service writes and the gateway reads.

`protocol` is the seam, `query` and `syntax` are the query tree and its parser, `cursor` the paging token; every backend
is one module or folder. A new one needs `open_writer` and `open_reader`, and one line in BACKENDS.
"""

from importlib import import_module
from types import ModuleType
from typing import NamedTuple, cast

from wiredesk.errors import UsageError
from wiredesk.index.protocol import IndexReader, IndexWriter

__all__ = ["BACKENDS", "Backend", "backend_of", "open_reader", "open_writer", "takes_several_writers"]


class Backend(NamedTuple):
    """Where a backend lives, the extra of `wiredesk` that brings its library, and an address as an example.

    `several_writers`: whether an index takes more than one at a time. `snapshots`: whether a reader stays on the state
    it saw until it is reloaded; else every search sees what was committed before it.
    """

    scheme: str
    module: str
    library: str
    extra: str
    example: str
    several_writers: bool
    snapshots: bool


BACKENDS = (
    Backend(
        scheme="tantivy",
        module="wiredesk.index.tantivy",
        library="tantivy",
        extra="tantivy",
        example="tantivy:///var/lib/wiredesk/index",
        several_writers=False,
        snapshots=True,
    ),
    Backend(
        scheme="opensearch",
        module="wiredesk.index.opensearch",
        library="urllib3",
        extra="opensearch",
        example="opensearch://127.0.0.1:9200/wiredesk",
        several_writers=True,
        snapshots=False,
    ),
)


def open_writer(url: str) -> IndexWriter:
    """A writer of the index at `url`, which is made where there is none.

    Raises IndexBusy at once when it has a writer already and takes one only, UsageError for an address or an index that
    cannot be used, Unavailable when a server does not answer.
    """
    return cast(IndexWriter, backend_of(url).open_writer(url))


def open_reader(url: str) -> IndexReader:
    """A reader of the index at `url`. Raises Unavailable when nothing was indexed yet, UsageError as open_writer."""
    return cast(IndexReader, backend_of(url).open_reader(url))


def backend_of(url: str, part: str = "") -> ModuleType:
    """The backend of an address, or a module of its. Raises UsageError."""
    backend = _described(url)
    try:
        return import_module(f"{backend.module}.{part}" if part else backend.module)
    except ModuleNotFoundError as error:
        if error.name != backend.library:
            raise
        raise UsageError(
            f"the index address {_shown(url)!r} needs the package {backend.library}: "
            f"pip install 'wiredesk[{backend.extra}]'"
        ) from error


def takes_several_writers(url: str) -> bool:
    """Whether the index at `url` takes more than one writer at a time. Raises UsageError."""
    return _described(url).several_writers


def _described(url: str) -> Backend:
    scheme = url.partition(":")[0].partition("+")[0]
    for backend in BACKENDS:
        if backend.scheme == scheme:
            return backend
    known = ", ".join(f"{backend.scheme} (such as {backend.example})" for backend in BACKENDS)
    raise UsageError(f"the index address {_shown(url)!r} has no known scheme; known: {known}")


def _shown(url: str) -> str:
    """An address without its password, whatever stands in that."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if mark else url.rpartition("@")[2]
