"""Facets of a question are counted once for a state of the index, and anew after every commit."""

import gc
import threading
import weakref
from contextlib import closing

import pytest
from wiredesk.errors import UsageError
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import Filters, SearchRequest
from wiredesk.testing import PATIENCE_S


def _languages(page):
    return [(count.value, count.count) for count in page.facets["language"]]


def test_counts_follow_commits_and_not_the_page_or_the_order(tmp_path, make_article):
    url = f"tantivy://{tmp_path / 'index'}"
    with closing(open_writer(url)) as writer:
        writer.upsert([make_article(id, language="en") for id in ("a", "b", "c")])
        with closing(open_reader(url)) as reader:
            first = reader.search(SearchRequest(limit=2, sort="newest"))
            second = reader.search(SearchRequest(limit=2, sort="newest", cursor=first.next_cursor))
            assert _languages(first) == _languages(second) == [("en", 3)]
            assert _languages(reader.search(SearchRequest(sort="oldest"))) == [("en", 3)]
            assert _languages(reader.search(SearchRequest(filters=Filters(language=("de",))))) == []
            writer.upsert([make_article("d", language="de")])
            reader.reload()
            assert _languages(reader.search(SearchRequest(sort="newest"))) == [("en", 3), ("de", 1)]


def test_what_is_done_to_a_page_changes_no_other(tmp_path, make_article):
    url = f"tantivy://{tmp_path / 'index'}"
    with closing(open_writer(url)) as writer:
        writer.upsert([make_article("a", language="en")])
    with closing(open_reader(url)) as reader:
        reader.search(SearchRequest()).facets.clear()
        assert _languages(reader.search(SearchRequest())) == [("en", 1)]


def test_of_entities_as_often_found_those_whose_ids_come_first_are_shown(tmp_path, make_article):
    url = f"tantivy://{tmp_path / 'index'}"
    names = [f"Pat P{number:02}" for number in range(30)]
    text = f"There came {', '.join(names)}."
    people = [("Person", name) for name in reversed(names)]
    with closing(open_writer(url)) as writer:
        writer.upsert([make_article("a", text, entities=people), make_article("b", text, entities=people[:1])])
    with closing(open_reader(url)) as reader:
        shown = reader.search(SearchRequest()).facets["people"]
    assert [(each.label, each.count) for each in shown] == [(names[-1], 2), *((name, 1) for name in names[:9])]


def test_a_state_that_nobody_searches_is_let_go_at_once(tmp_path, make_article):
    url = f"tantivy://{tmp_path / 'index'}"
    gc.disable()
    try:
        with closing(open_writer(url)) as writer:
            writer.upsert([make_article("a")])
            with closing(open_reader(url)) as reader:
                reader.search(SearchRequest(q="words"))
                old = weakref.ref(reader._view.translator)
                writer.upsert([make_article("b")])
                reader.reload()
                assert old() is None
    finally:
        gc.enable()


def test_facets_are_counted_whether_or_not_a_thread_is_free_for_it_and_errors_of_the_search_are_told(
    tmp_path, make_article
):
    url = f"tantivy://{tmp_path}/index"
    with closing(open_writer(url)) as writer:
        writer.upsert([make_article(f"a{n}", source="The Post") for n in range(5)])
    with closing(open_reader(url)) as reader:
        beside = reader.search(SearchRequest(q="words"))
        release = threading.Event()
        busy = [reader._counting.submit(release.wait, PATIENCE_S) for _ in range(10)]
        reader._view.counted.clear()
        alone = reader.search(SearchRequest(q="words"))
        with pytest.raises(UsageError, match="cursor"):
            reader.search(SearchRequest(q="words", cursor="no cursor"))
        release.set()
        reader._counting.shutdown()
        reader._view.counted.clear()
        assert reader.search(SearchRequest(q="words")) == beside  # as a search that began before `close`
        assert all(each.result() for each in busy)
    assert beside == alone
    assert [count.count for count in alone.facets["source"]] == [5]
