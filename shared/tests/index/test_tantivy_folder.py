"""The embedded index and its folder: addresses, versions, what is in the way, and a store that fails."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tantivy
from wiredesk.errors import TransientError, Unavailable, UsageError
from wiredesk.index import open_reader, open_writer
from wiredesk.index.tantivy.schema import build_schema


@pytest.mark.parametrize("url", ["", "nowhere", "/some/path", "elastic://host/index", "://x"])
def test_an_unknown_scheme_is_told_the_known_ones(url):
    with pytest.raises(UsageError, match="known: tantivy"):
        open_writer(url)


@pytest.mark.parametrize(
    "url", ["tantivy://relative/path", "tantivy:", "tantivy:///", "tantivy:///a?b=c", "tantivy://host/a"]
)
def test_an_address_without_an_absolute_path_is_refused(url):
    with pytest.raises(UsageError, match="tantivy:/// and an absolute path"):
        open_writer(url)


def test_a_missing_library_names_what_to_install(monkeypatch, tmp_path):
    for name in [name for name in sys.modules if name.startswith("wiredesk.index.tantivy")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tantivy", None)
    with pytest.raises(UsageError, match=r"pip install 'wiredesk\[tantivy\]'"):
        open_writer(f"tantivy://{tmp_path}/index")


def test_importing_the_index_loads_no_engine():
    script = (
        "import sys, wiredesk.index, wiredesk.index.syntax; sys.exit(bool({'tantivy', 'urllib3'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_reader_without_an_index_is_told_that_nothing_was_indexed_yet(tmp_path):
    with pytest.raises(Unavailable, match="nothing was indexed yet"):
        open_reader(f"tantivy://{tmp_path}/index")
    assert not (tmp_path / "index").exists()


def test_an_empty_index_can_be_read_before_its_first_article(tmp_path):
    url = f"tantivy://{tmp_path}/index"
    writer = open_writer(url)
    assert open_reader(url).documents() == 0
    writer.close()


def test_an_index_of_another_schema_is_refused_with_the_cure(tmp_path):
    url = f"tantivy://{tmp_path}/index"
    open_writer(url).close()
    version = tmp_path / "index" / "wiredesk.json"
    for found in (json.dumps({"schema": 999}), "{}", "nonsense"):
        version.write_text(found)
        for opened in (open_writer, open_reader):
            with pytest.raises(UsageError, match="name another folder and index again"):
                opened(url)


def test_another_programs_index_is_left_alone(tmp_path):
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(UsageError, match="not Wiredesk's"):
        open_writer(f"tantivy://{tmp_path}")
    assert [path.name for path in tmp_path.iterdir()] == ["meta.json"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be kept at"):
        open_writer(f"tantivy://{tmp_path}/file/index")


def test_a_reader_whose_index_is_gone_says_so(tmp_path, make_article):
    url = f"tantivy://{tmp_path}/index"
    writer = open_writer(url)
    writer.upsert([make_article()])
    reader = open_reader(url)
    (tmp_path / "index" / "meta.json").unlink()
    with pytest.raises(Unavailable, match="is gone"):
        reader.reload()
    reader.close()
    with pytest.raises(Unavailable, match="closed"):
        reader.documents()


def test_a_full_disk_is_transient_and_the_writer_goes_on_when_there_is_room(tmp_path):
    """A limit on file sizes stands in for the full disk: writing fails in the middle of a batch in the same way."""
    script = Path(__file__).with_name("writer_on_a_full_disk.py")
    done = subprocess.run(
        [sys.executable, str(script), f"tantivy://{tmp_path}/index"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    failures = ["TransientError"] * 5
    assert done.stdout.split() == ["first", *failures, "refused", "again", "2"]
    assert TransientError.__name__ in done.stdout


def test_a_panic_of_the_engine_is_an_error_of_the_article_and_no_end_of_the_process(
    tmp_path, make_article, monkeypatch
):
    url = f"tantivy://{tmp_path}/index"
    writer = open_writer(url)
    module = sys.modules[type(writer).__module__]
    documents_of = module.documents_of

    def panicking(article, *rest):
        if article.article_id == "bad":
            tantivy.Query.phrase_query(build_schema(), "text", ["one"])  # tantivy panics: it wants two words
        return documents_of(article, *rest)

    monkeypatch.setattr(module, "documents_of", panicking)
    with pytest.raises(RuntimeError, match="tantivy failed"):
        writer.upsert([make_article("good"), make_article("bad")])
    assert writer.documents() == 0
    assert writer.upsert([make_article("good")]) == ["indexed"]
    assert writer.documents() == 1
    writer.close()
