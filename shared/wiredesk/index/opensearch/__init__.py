"""The distributed index: an OpenSearch cluster behind one alias, any number of writers and readers.

`address` reads the URL, `node` speaks HTTP, `mapping` says what is indexed how, `aliases` which index the alias leads
to; `documents` turns articles into documents, `bulk` and `writer` write them; `translation` turns the query tree into
the query DSL, `snippets`, `quotes`, `entities` and `reader` answer; `rebuild` moves everything into a new index.
"""

from wiredesk.index.opensearch.address import parse
from wiredesk.index.opensearch.reader import OpenSearchReader
from wiredesk.index.opensearch.rebuild import Rebuilt, rebuild
from wiredesk.index.opensearch.writer import OpenSearchWriter

__all__ = ["Rebuilt", "open_reader", "open_writer", "rebuild"]


def open_writer(url: str) -> OpenSearchWriter:
    """One of any number of writers; the first makes the index. Raises UsageError, Unavailable."""
    return OpenSearchWriter(parse(url))


def open_reader(url: str) -> OpenSearchReader:
    """Raises Unavailable when the cluster is away or nothing was indexed yet, UsageError."""
    return OpenSearchReader(parse(url))
