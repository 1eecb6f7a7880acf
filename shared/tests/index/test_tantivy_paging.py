"""What one embedded index can be asked for at most."""

import pytest
from tantivy import Query
from wiredesk.errors import UsageError
from wiredesk.index import open_reader, open_writer
from wiredesk.index.cursor import Place, encode, fingerprint
from wiredesk.index.protocol import Filters, SearchRequest
from wiredesk.index.tantivy.paging import MAX_DEPTH, by_score
from wiredesk.index.tantivy.schema import open_existing


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


class _CountedSearches:
    """A searcher that tells how often it was asked."""

    def __init__(self, searcher):
        self.searches = 0
        self._searcher = searcher

    def search(self, *args, **options):
        self.searches += 1
        return self._searcher.search(*args, **options)

    def fast_field_values(self, *args):
        return self._searcher.fast_field_values(*args)


@pytest.mark.parametrize(("equals", "searches"), [(60, 1), (300, 2)])
def test_a_page_amid_equal_scores_takes_one_search_unless_there_are_very_many(tmp_path, make_article, equals, searches):
    writer = open_writer(f"tantivy://{tmp_path}/index")
    writer.upsert([make_article(f"a{number}", "in the") for number in range(equals)])
    writer.close()
    index, _ = open_existing(tmp_path / "index")
    searcher = _CountedSearches(index.searcher())
    cut = by_score(searcher, Query.phrase_query(index.schema, "text", ["in", "the"]), limit=10, after=None)
    assert searcher.searches == searches
    assert (len(cut.hits), cut.total) == (10, equals)
    first = by_score(index.searcher(), Query.term_query(index.schema, "text", "in"), limit=1000, after=None).hits[:10]
    assert [row.address.doc for row in cut.hits] == [row.address.doc for row in first]
