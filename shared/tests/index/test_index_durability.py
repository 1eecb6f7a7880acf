"""What a writer acknowledged survives kill -9, once; and the index it died in can be written again."""

import contextlib
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import IndexReader, SearchRequest
from wiredesk.testing import wait_until

WRITER = Path(__file__).with_name("acknowledging_writer.py")
ROUNDS = {"tantivy": 20, "opensearch": 6}
"""A killed client is what a cluster sees every day; a killed writer of the embedded index is all that writes it."""


@pytest.mark.timeout(600)
def test_every_acknowledged_article_is_there_once_after_kill_9_at_any_moment(index_url, tmp_path):
    there_once_after_kill_9(index_url, tmp_path, gathered_s=0)


@pytest.mark.timeout(600)
def test_every_article_acknowledged_before_its_commit_is_there_once_after_kill_9_at_any_moment(tmp_path):
    there_once_after_kill_9(f"tantivy://{tmp_path}/index", tmp_path, gathered_s=0.2)


def there_once_after_kill_9(url, tmp_path, *, gathered_s):
    acknowledged: set[str] = set()
    chance = random.Random(20011123)
    for run in range(ROUNDS["tantivy" if url.startswith("tantivy") else "opensearch"]):
        out = tmp_path / f"acknowledged-{run}"
        with out.open("wb") as sink:
            writer = subprocess.Popen([sys.executable, str(WRITER), url, str(run), str(gathered_s)], stdout=sink)
            try:
                wait_until(lambda path=out: path.stat().st_size > 0)
                time.sleep(chance.uniform(0, 0.3))  # not to wait for anything: to die at a random moment
            finally:
                writer.kill()
                writer.wait()
        lines = out.read_text().split("\n")[:-1]  # a line without its end may have been cut
        assert lines
        acknowledged.update(lines)

    open_writer(url).close()  # the dead writer's lock is free, and its index whole
    with contextlib.closing(open_reader(url)) as reader:
        # A cluster goes on with the request of a client that is gone: it may land while this looks.
        found = wait_until(lambda: _agreed(reader), what="pages and counts that agree")
        assert len(found) == len(set(found))
        assert acknowledged <= set(found)
        assert reader.article(found[0]).text


def test_what_is_acknowledged_is_seen_by_the_next_look_of_a_reader_in_another_process(tmp_path):
    """The gateway looks every 0.3 s, so within a second; how long a look may take depends on the machine alone."""
    url, out = f"tantivy://{tmp_path}/index", tmp_path / "acknowledged"
    with out.open("wb") as sink:
        writer = subprocess.Popen([sys.executable, str(WRITER), url, "run", "0"], stdout=sink)
    try:
        wait_until(lambda: out.stat().st_size > 0)
        with contextlib.closing(open_reader(url)) as reader:
            seen: set[str] = set()

            def more() -> set[str]:
                return set(out.read_text().split("\n")[:-1]) - seen

            for _ in range(20):
                told = wait_until(more, what="more acknowledged")
                reader.reload()
                for each in told:
                    assert reader.article(each).article_id == each
                seen.update(told)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()


def _agreed(reader: IndexReader) -> list[str]:
    """The ids of all articles, once every way to count them comes to the same; empty before."""
    reader.reload()
    found = _every_id(reader)
    (jane,) = reader.entities(q="jane").hits  # counts were committed with the articles they count
    counts = {reader.documents(), jane.articles, jane.quotes, reader.quotes().total}
    return found if counts == {len(found)} else []


def _every_id(reader: IndexReader) -> list[str]:
    found: list[str] = []
    request = SearchRequest(limit=100, sort="newest", facets=False, fold=False)
    while True:
        page = reader.search(request)
        found += [hit.article_id for hit in page.hits]
        if page.next_cursor is None:
            return found
        request = replace(request, cursor=page.next_cursor)


def test_a_file_that_a_killed_commit_left_behind_is_not_in_the_way_of_the_next(tmp_path, make_article):
    """tantivy counts on from its last commit, so after a crash it gives the same name to the same file again."""
    index, twin = tmp_path / "index", tmp_path / "twin"
    with contextlib.closing(open_writer(f"tantivy://{index}")) as writer:
        writer.upsert([make_article("a"), make_article("b")])
    shutil.copytree(index, twin)
    with contextlib.closing(open_writer(f"tantivy://{twin}")) as writer:
        writer.upsert([make_article("a", revision=2)])
    left = [path for path in twin.glob("*.del") if not (index / path.name).exists()]
    assert left
    for path in [*left, twin / ".managed.json"]:
        shutil.copy(path, index)
    with contextlib.closing(open_writer(f"tantivy://{index}")) as writer:
        assert writer.upsert([make_article("a", revision=2)]) == ["indexed"]
        assert writer.documents() == 2
