"""What one embedded index can be asked for at most."""

import pytest
from wiredesk.errors import UsageError
from wiredesk.index import open_reader, open_writer
from wiredesk.index.cursor import Place, encode, fingerprint
from wiredesk.index.protocol import Filters, SearchRequest
from wiredesk.index.tantivy.paging import MAX_DEPTH


def test_pages_by_relevance_end_at_a_depth_that_is_told(tmp_path, make_article):
    url = f"tantivy://{tmp_path}/index"
    writer = open_writer(url)
    writer.upsert([make_article("a", "word")])
    reader = open_reader(url)
    question = fingerprint("word", Filters(), "relevance", True)
    for seen in (MAX_DEPTH, (1 << 64) - 1):
        request = SearchRequest(q="word", cursor=encode(Place((1.0, 0, 0), seen), question))
        with pytest.raises(UsageError, match="sort by newest"):
            reader.search(request)
    writer.close()
