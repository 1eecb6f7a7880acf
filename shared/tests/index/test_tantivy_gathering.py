"""A writer that gathers: durable when a batch returns, searchable with a later commit, and never neither."""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from wiredesk.errors import TransientError, UsageError
from wiredesk.events import ArticleRetracted, EntityCorrected
from wiredesk.index import administration, open_reader, open_writer
from wiredesk.index.corrections import Correction
from wiredesk.index.protocol import SearchRequest
from wiredesk.index.tantivy import remaking
from wiredesk.index.tantivy import writer as writers
from wiredesk.index.tantivy.translog import files_of
from wiredesk.testing import wait_until

LATER_S = 3600.0
"""No commit begins by itself within a test, but for the first."""


@pytest.fixture
def told():
    """The submissions that a writer said were searchable."""
    return []


@pytest.fixture
def writer(url, told, monkeypatch):
    """One whose first commit is over, and whose next one is not due."""
    monkeypatch.setattr(writers, "_SHARE", 1e9)
    with contextlib.closing(open_writer(url)) as made:
        made.gather(every_s=LATER_S, searchable=told.extend)
        yield made


@pytest.fixture
def first(writer, told, make_article):
    """An article that is committed, because no commit was before it."""
    assert writer.upsert([make_article("first", submission_id="1-0")]) == ["indexed"]
    wait_until(lambda: told == ["1-0"], what="the first commit")
    return "first"


def found(url: str) -> set[str]:
    with contextlib.closing(open_reader(url)) as reader:
        return {hit.article_id for hit in reader.search(SearchRequest(limit=100, fold=False)).hits}


def as_after_a_power_cut(folder: Path, to: Path) -> str:
    """The address of what is on the disk now, which no writer holds."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*.lock", ".tmp*"))
    return f"tantivy://{to}"


def test_a_batch_becomes_searchable_without_another_call(url, make_article):
    with contextlib.closing(open_writer(url)) as writer:
        writer.gather(every_s=0.05, searchable=lambda _: None)
        for number in range(3):
            writer.upsert([make_article(f"a{number}")])
            wait_until(lambda number=number: f"a{number}" in found(url), what="a commit")


def test_submissions_are_told_once_when_they_can_be_found_and_never_for_what_was_superseded(url, make_article):
    seen: dict[str, set[str]] = {}
    with contextlib.closing(open_writer(url)) as writer:

        def note(submissions):
            for each in submissions:
                assert each not in seen
                seen[each] = found(url)

        writer.gather(every_s=0.01, searchable=note)
        writer.upsert([make_article("a", revision=2, submission_id="2-0"), make_article("b", submission_id="3-0")])
        writer.upsert([make_article("a", revision=1, submission_id="1-0")])
    assert seen.keys() == {"2-0", "3-0"}
    assert all("a" in ids for ids in seen.values())


def test_a_batch_that_returned_is_there_after_a_power_cut_before_its_commit(
    writer, first, folder, url, tmp_path, make_article
):
    writer.upsert([make_article("second"), make_article("third")])
    assert found(url) == {first}
    copy = as_after_a_power_cut(folder, tmp_path / "copy")
    with contextlib.closing(open_writer(copy)) as after:
        assert after.documents() == 3
        assert found(copy) == {first, "second", "third"}
    assert files_of(tmp_path / "copy") == []


def test_a_log_that_is_committed_and_was_not_dropped_changes_nothing(
    writer, first, folder, url, tmp_path, make_article
):
    writer.upsert([make_article("second", text="Ann Lee left.", entities=[("Person", "Ann Lee")])])
    (log,) = files_of(folder)
    shutil.copy(log, tmp_path)
    writer.close()
    shutil.copy(tmp_path / log.name, folder)
    with contextlib.closing(open_writer(url)) as after:
        assert after.documents() == 2
    with contextlib.closing(open_reader(url)) as reader:
        assert [hit.articles for hit in reader.entities(q="ann").hits] == [1]
    assert administration.check(url, told=lambda *_: None).problems == ()


def test_a_newer_revision_of_a_gathered_article_takes_its_place_and_an_older_one_does_not(
    writer, first, url, make_article
):
    writer.upsert([make_article("a", "One Ann Lee.", revision=2, entities=[("Person", "Ann Lee")])])
    assert writer.upsert([make_article("a", revision=1)]) == ["superseded"]
    assert writer.upsert([make_article("a", "Two Ben Orr.", revision=3, entities=[("Person", "Ben Orr")])]) == [
        "indexed"
    ]
    writer.close()
    with contextlib.closing(open_reader(url)) as reader:
        assert reader.article("a").text == "Two Ben Orr."
        assert [(hit.name, hit.articles) for hit in reader.entities().hits] == [("Ben Orr", 1)]


def test_a_retraction_and_a_correction_meet_what_is_gathered(writer, first, url, make_article):
    ann = [("Person", "Ann Lee")]
    writer.upsert([make_article("a", "Ann Lee.", entities=ann), make_article("b", "Ann Lee.", entities=ann)])
    writer.retract([ArticleRetracted(article_id="a", revision=1)])
    assert found(url) == {first, "b"}
    writer.upsert([make_article("c", "Ann Lee.", entities=ann)])
    writer.correct([Correction(1, EntityCorrected(entity_id="person:ann-lee", name="Ann Leigh"))])
    while writer.settle():
        pass
    with contextlib.closing(open_reader(url)) as reader:
        assert [(hit.name, hit.articles) for hit in reader.entities().hits] == [("Ann Leigh", 2)]


def test_a_writer_that_lost_its_lease_goes_on_from_what_another_made_of_its_log(writer, first, url, make_article):
    writer.upsert([make_article("second", revision=1)])
    writer._note_failure()
    writer._store.close()  # as a write that fails frees it
    with contextlib.closing(open_writer(url)) as other:
        assert other.documents() == 2
        with pytest.raises(TransientError, match="already has a writer"):
            writer.upsert([make_article("third")])
        other.upsert([make_article("second", revision=2)])
    assert writer.upsert([make_article("second", revision=1)]) == ["superseded"]
    assert writer.upsert([make_article("third")]) == ["indexed"]
    assert writer.documents() == 2  # the third is gathered
    writer.close()
    assert found(url) == {first, "second", "third"}


def test_closing_commits_what_is_gathered(writer, first, folder, url, make_article):
    writer.upsert([make_article("second")])
    writer.close()
    assert found(url) == {first, "second"}
    assert files_of(folder) == []


def test_an_article_that_cannot_be_indexed_is_refused_before_anything_is_kept(writer, first, folder, make_article):
    with pytest.raises(UnicodeEncodeError):
        "\ud800".encode()
    broken = make_article("broken").model_copy(update={"title": "\ud800"})
    with pytest.raises(Exception, match="broken"):
        writer.upsert([make_article("second"), broken])
    assert files_of(folder) == []
    assert writer.upsert([make_article("second")]) == ["indexed"]


def test_batches_wait_for_a_commit_when_too_much_is_gathered(url, make_article, monkeypatch):
    monkeypatch.setattr(writers, "_MOST_GATHERED", 1)
    monkeypatch.setattr(writers, "_SHARE", 0)
    with contextlib.closing(open_writer(url)) as writer:
        writer.gather(every_s=LATER_S, searchable=lambda _: None)
        for number in range(20):
            writer.upsert([make_article(f"a{number}")])
            assert len(writer._gathered.ids) <= 1
    assert len(found(url)) == 20


def test_a_backup_has_what_was_acknowledged_before_it_began(writer, first, url, tmp_path, make_article):
    writer.upsert([make_article("second")])
    administration.backup(url, tmp_path / "backup", told=lambda *_: None)
    copy = f"tantivy://{tmp_path}/backup"
    with contextlib.closing(open_writer(copy)) as after:
        assert after.documents() == 2
        after.upsert([make_article("third")])
    assert found(copy) == {first, "second", "third"}


@pytest.mark.parametrize("keep_old", [False, True])
def test_a_rebuild_after_a_power_cut_loses_nothing(
    writer, first, folder, tmp_path, make_article, monkeypatch, keep_old
):
    monkeypatch.setattr(remaking, "GRACE_S", 0.0)
    writer.upsert([make_article("second")])
    copy = as_after_a_power_cut(folder, tmp_path / "copy")
    remade = administration.rebuild(copy, keep_old=keep_old, discard=False, told=lambda *_: None)
    for each in [copy, *([f"tantivy://{remade.kept}"] if remade.kept else [])]:
        with contextlib.closing(open_writer(each)) as after:
            assert after.documents() == 2
        assert found(each) == {first, "second"}


def test_a_damaged_log_is_told_by_the_check_and_stops_the_writer_with_what_to_do(
    writer, first, folder, tmp_path, make_article
):
    writer.upsert([make_article("second")])
    writer.upsert([make_article("third")])
    copy = as_after_a_power_cut(folder, tmp_path / "copy")
    (log,) = files_of(tmp_path / "copy")
    whole = log.read_bytes()
    log.write_bytes(whole[:30] + b"?" + whole[31:])
    (problem,) = administration.check(copy, told=lambda *_: None).problems
    assert log.name in problem.what
    with pytest.raises(UsageError, match="move it elsewhere"):
        open_writer(copy)
    log.unlink()
    open_writer(copy).close()  # its lock was not kept


def test_a_commit_that_fails_by_itself_is_told_by_the_next_batch_and_made_up_for_later(tmp_path):
    script = Path(__file__).with_name("gathering_writer_on_a_full_disk.py")
    done = subprocess.run(
        [sys.executable, str(script), f"tantivy://{tmp_path}/index"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["indexed", "TransientError", "TransientError", "indexed", "4"]
    assert "is the disk full or gone?" in done.stderr
    assert found(f"tantivy://{tmp_path}/index") == {"small", "large", "more", "last"}


def test_a_batch_that_the_log_does_not_take_is_refused(writer, first, make_article, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(TransientError, match="is the disk full or gone"):
            writer.upsert([make_article("second")])
    assert writer.upsert([make_article("second")]) == ["indexed"]
    assert writer.upsert([make_article("second")]) == ["indexed"]
    assert writer.documents() == 2
