"""What a writer acknowledged survives kill -9, once; and the index it died in can be written again."""

import contextlib
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from wiredesk.index import open_reader, open_writer
from wiredesk.index.protocol import SearchRequest
from wiredesk.testing import wait_until

WRITER = Path(__file__).with_name("acknowledging_writer.py")


@pytest.mark.timeout(600)
def test_every_acknowledged_article_is_there_once_after_kill_9_at_any_moment(index_url, tmp_path):
    url = index_url
    acknowledged: set[str] = set()
    chance = random.Random(20011123)
    for run in range(6):
        out = tmp_path / f"acknowledged-{run}"
        with out.open("wb") as sink:
            writer = subprocess.Popen([sys.executable, str(WRITER), url, str(run)], stdout=sink)
            try:
                wait_until(lambda path=out: path.stat().st_size > 0, timeout_s=90)
                time.sleep(chance.uniform(0, 0.3))  # not to wait for anything: to die at a random moment
            finally:
                writer.kill()
                writer.wait()
        lines = out.read_text().split("\n")[:-1]  # a line without its end may have been cut
        assert lines
        acknowledged.update(lines)

    open_writer(url).close()  # the dead writer's lock is free, and its index whole
    reader = open_reader(url)
    found: list[str] = []
    cursor = None
    while True:
        page = reader.search(SearchRequest(limit=100, cursor=cursor, sort="newest", facets=False))
        found += [hit.article_id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == len(set(found)) == reader.documents()
    assert acknowledged <= set(found)
    (everyone,) = reader.entities(q="jane").hits  # counts were committed with the articles they count
    assert everyone.articles == everyone.quotes == len(found)
    assert reader.quotes().total == len(found)
    with contextlib.closing(reader):
        assert reader.article(found[0]).text


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
