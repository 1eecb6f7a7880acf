"""An embedded index looked after: checked, counted, made anew, copied and brought back."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tantivy import Document
from wiredesk.cli.app import run
from wiredesk.errors import Unavailable, UsageError
from wiredesk.events import ArticleRetracted, EntityCorrected
from wiredesk.index import administration, open_reader, open_writer
from wiredesk.index.corrections import Correction, Register
from wiredesk.index.protocol import IndexBusy, SearchRequest
from wiredesk.index.tantivy import remaking
from wiredesk.index.tantivy.documents import tombstone_of
from wiredesk.index.tantivy.generations import Generation, current, lead_to
from wiredesk.index.tantivy.keys import FIELD, key
from wiredesk.index.tantivy.schema import create_or_open
from wiredesk.testing import wait_until

from shared.tests.index.old_indexes import old_index

TEXT = "“The bridge stays open,” Ann Lee said in Ghent. Ann Lee left."


def silent(*_: object) -> None:
    """Nobody looks."""


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch):
    monkeypatch.setattr(remaking, "GRACE_S", 0.0)
    monkeypatch.setattr("wiredesk.index.tantivy.backup.GRACE_S", 0.0)


@pytest.fixture
def ann(make_article):
    """An article with a quote, a person and a place."""

    def make(article_id, **fields):
        entities = [("Person", "Ann Lee"), ("Place", "Ghent")]
        quotes = [("The bridge stays open", "Ann Lee", "said")]
        return make_article(article_id, TEXT, entities=entities, quotes=quotes, **fields)

    return make


@pytest.fixture
def filled(url, ann):
    """Articles, one replaced and one retracted, and a correction."""
    with contextlib.closing(open_writer(url)) as writer:
        writer.upsert([ann(f"a{n}", source="The Post", published_at=f"2001-11-{n + 1:02}") for n in range(5)])
        writer.upsert([ann("a0", revision=2, language="nl", published_at="2001-11-20")])
        writer.retract([ArticleRetracted(article_id="a4", revision=7)])
        told = EntityCorrected(entity_id="person:ann-lee", name="Ann Leigh")
        writer.correct([Correction(3, told)])
        while writer.settle():
            pass
    return url


def check(url):
    return administration.check(url, told=silent)


def tamper(folder, change):
    """Commit what the writer would never: straight through the engine."""
    index, _ = create_or_open(folder)
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    change(writer)
    writer.commit()
    writer.wait_merging_threads()


def test_a_whole_index_has_no_problems(filled):
    found = check(filled)
    assert found.problems == ()
    assert found.documents == {
        "article": 4, "quote": 4, "entity": 2, "tombstone": 1, "correction": 1, "state": 1,
    }  # fmt: skip


def test_a_check_leaves_nothing_behind_and_works_beside_a_writer(filled, folder, ann):
    with contextlib.closing(open_writer(filled)) as writer:
        writer.upsert([ann("b")])
        assert check(filled).problems == ()
    assert not list(folder.glob(".snapshot-*"))


@pytest.mark.parametrize("ending", ["store", "term", "idx", "fast", "del"])
def test_a_changed_byte_is_found_and_the_file_named(filled, folder, ending):
    file = max(folder.glob(f"*.{ending}"), key=lambda each: each.stat().st_mtime_ns)
    body = bytearray(file.read_bytes())
    body[0] ^= 1
    file.write_bytes(body)
    (problem,) = check(filled).problems
    assert file.name in problem.what
    assert "restore" in problem.cure


def test_a_file_cut_short_is_found(filled, folder):
    file = next(folder.glob("*.store"))
    os.truncate(file, file.stat().st_size - 3)
    assert any("cut short" in problem.what for problem in check(filled).problems)


def test_a_missing_file_is_found(filled, folder):
    next(folder.glob("*.store")).unlink()
    (problem,) = check(filled).problems
    assert ".store: it is missing" in problem.what


def test_missing_quotes_are_found_and_a_rebuild_brings_them_back(filled, folder):
    tamper(folder, lambda writer: writer.delete_documents_by_term(FIELD, key("speaker", "person:ann-lee")))
    (problem,) = check(filled).problems
    assert "quotes are missing" in problem.what
    assert "rebuild" in problem.cure
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert check(filled).problems == ()


def test_quotes_of_no_article_are_found(filled, folder):
    def orphan(writer):
        document = Document()
        document.add_text("kind", "quote")
        document.add_bytes("card", json.dumps({"article_id": "gone", "text": "words"}).encode())
        writer.add_document(document)

    tamper(folder, orphan)
    (problem,) = check(filled).problems
    assert "gone" in problem.what


def test_wrong_counts_of_entities_are_found(filled, folder):
    def miscount(writer):
        writer.delete_documents_by_term(FIELD, key("record", "place:ghent"))
        document = Document()
        document.add_text("kind", "entity")
        card = {"entity_id": "place:ghent", "type": "Place", "name": "Ghent", "articles": 9, "quotes": 0}
        document.add_bytes("card", json.dumps(card).encode())
        writer.add_document(document)

    tamper(folder, miscount)
    (problem,) = check(filled).problems
    assert "counts" in problem.what
    assert "place:ghent" in problem.what


def test_an_article_that_is_there_though_retracted_is_found(filled, folder):
    tamper(folder, lambda writer: writer.add_document(tombstone_of("a1", 5)))
    (problem,) = check(filled).problems
    assert problem.what == "retracted articles that are there all the same: a1"


def test_an_article_that_cannot_be_read_is_found_and_stops_a_rebuild(filled, folder):
    def spoil(writer):
        document = Document()
        document.add_text("kind", "article")
        document.add_bytes("card", json.dumps({"article_id": "bad", "revision": 1}).encode())
        document.add_bytes("payload", b'{"article_id": "bad"}')
        writer.add_document(document)

    tamper(folder, spoil)
    assert any("cannot be read: bad" in problem.what for problem in check(filled).problems)
    with pytest.raises(UsageError, match="cannot be read"):
        administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert current(folder).folder == folder
    assert not list(folder.glob("generation-*"))


def test_stats_tell_what_there_is(filled):
    found = administration.stats(filled)
    assert found.documents["article"] == 4
    assert found.languages == {"en": 3, "nl": 1}
    assert found.sources == {"The Post": 3}
    assert (found.oldest, found.newest) == ("2001-11-02", "2001-11-20")
    assert found.deleted > 0
    assert found.size_bytes == sum(found.parts.values())
    assert found.bytes_an_article == found.size_bytes / 4
    assert found.written_by is None


def test_stats_name_the_writer_as_long_as_there_is_one(filled):
    with contextlib.closing(open_writer(filled)):
        assert f"process {os.getpid()}" in administration.stats(filled).written_by
    assert administration.stats(filled).written_by is None


def test_compacting_leaves_no_deleted_documents(filled, folder):
    done = administration.compact(filled, told=silent)
    found = administration.stats(filled)
    assert found.deleted == 0
    assert found.size_bytes == done.bytes_after
    assert done.bytes_after < done.bytes_before
    assert done.articles == found.documents["article"] == 4


def test_a_rebuild_keeps_articles_retractions_and_corrections(filled, folder, ann):
    with contextlib.closing(open_reader(filled)) as reader:
        before = {id: reader.article(id) for id in ("a0", "a1", "a2", "a3")}
        entity = reader.entity("person:ann-lee")
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert check(filled).problems == ()
    with contextlib.closing(open_writer(filled)) as writer:
        assert writer.upsert([ann("a4", revision=7), ann("a5", revision=1)]) == ["superseded", "indexed"]
    with contextlib.closing(open_reader(filled)) as reader:
        assert {id: reader.article(id) for id in before} == before
        assert reader.entity("person:ann-lee").name == entity.name == "Ann Leigh"
        assert reader.corrections("person:ann-lee")
        assert reader.entity("person:ann-lee").articles == 5
    assert sorted(each.name for each in folder.iterdir()) == ["generation-2", "wiredesk.json"]


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_an_index_of_an_older_version_names_the_cure_and_is_brought_up_by_it(url, folder, ann, version):
    name = Register(kind="name", entity_id="person:ann-lee", value="Ann Leigh", revision=3)
    articles = [ann(f"a{n}", revision=n + 1, title=f"Number {n}") for n in range(5)]
    registers = [name] if version > 1 else []
    old_index(folder, version, articles, tombstones={"gone": 7}, registers=registers)
    for opened in (open_writer, open_reader):
        with pytest.raises(UsageError, match=f"schema {version},.*`wiredesk index rebuild`"):
            opened(url)
    (problem,) = check(url).problems
    assert "wiredesk index rebuild" in problem.cure
    assert administration.stats(url).documents["article"] == 5
    with pytest.raises(UsageError, match="`wiredesk index rebuild`"):
        administration.compact(url, told=silent)
    administration.rebuild(url, keep_old=False, discard=False, told=silent)
    assert check(url).problems == ()
    with contextlib.closing(open_writer(url)) as writer:
        assert writer.upsert([ann("gone", revision=7), ann("a4", revision=4)]) == ["superseded", "superseded"]
    with contextlib.closing(open_reader(url)) as reader:
        called = "Ann Leigh" if registers else "Ann Lee"
        hit = reader.entity("person:ann-lee")
        assert (hit.name, hit.articles, hit.quotes) == (called, 5, 5)
        assert reader.quotes(q="bridge", speaker="lee").total == 5
        if not registers:
            assert [reader.article(each.article_id) for each in articles] == articles


def test_an_index_of_a_later_version_is_left_alone(filled, folder):
    lead_to(folder, Generation(999, folder))
    with pytest.raises(UsageError, match="schema 999"):
        administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert list(folder.glob("*.store"))


def test_a_second_rebuild_leaves_one_generation(filled, folder):
    for _ in range(2):
        administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert [each.name for each in folder.glob("generation-*")] == [current(folder).folder.name]
    assert check(filled).problems == ()


def test_the_old_index_is_kept_on_request_and_can_be_opened(filled):
    done = administration.rebuild(filled, keep_old=True, discard=False, told=silent)
    assert check(f"tantivy://{done.kept}").problems == ()
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert Path(done.kept).is_dir()


def test_a_reader_goes_on_over_a_rebuild_and_sees_what_comes_after(filled, ann):
    with contextlib.closing(open_reader(filled)) as reader:
        administration.rebuild(filled, keep_old=False, discard=False, told=silent)
        assert reader.search(SearchRequest(q="bridge")).total == 4  # what it saw, though its files are gone
        with contextlib.closing(open_writer(filled)) as writer:
            writer.upsert([ann("later")])
        reader.reload()
        assert reader.search(SearchRequest(q="bridge")).total == 5
        assert reader.article("later").article_id == "later"


def test_a_rebuild_beside_a_writer_is_refused_with_what_to_do(filled):
    told = f"process {os.getpid()}.*stop the indexing workers"
    with contextlib.closing(open_writer(filled)), pytest.raises(IndexBusy, match=told):
        administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert check(filled).problems == ()


def test_no_worker_writes_during_a_rebuild_and_one_that_waited_writes_to_the_new_index(filled, ann):
    refused = []

    def told(doing, done, total):
        try:
            open_writer(filled).close()
        except IndexBusy as error:
            refused.append(str(error))

    administration.rebuild(filled, keep_old=False, discard=False, told=told)
    assert refused
    with contextlib.closing(open_writer(filled)) as writer:
        assert writer.upsert([ann("after")]) == ["indexed"]
        assert writer.documents() == 5


@pytest.mark.parametrize("there", [True, False])
def test_a_writer_that_opened_the_old_index_and_got_its_lock_late_lets_it_go(filled, folder, tmp_path, there):
    shutil.copytree(folder, tmp_path / "twin")
    writer = open_writer(filled)
    writer.close()
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    if there:
        for file in (tmp_path / "twin").glob("[!w]*"):
            shutil.copy(file, folder)
    with pytest.raises(IndexBusy, match="made anew"):
        writer._store.hold()
    open_writer(filled).close()


def test_a_rebuild_killed_at_any_moment_leaves_a_whole_index_and_can_be_run_again(filled, folder, ann):
    with contextlib.closing(open_writer(filled)) as writer:
        writer.upsert([ann(f"more-{n}") for n in range(300)])
    script = (
        "import sys, time; from wiredesk.index import administration as a; from wiredesk.index.tantivy import remaking;"
        "remaking._EVERY = 20;"
        "a.rebuild(sys.argv[1], keep_old=False, discard=False, told=lambda *told: print(*told, flush=True))"
    )
    for lines in (1, 3, 8, 14, 16):  # the last ones: as the new one takes its place
        with subprocess.Popen([sys.executable, "-c", script, filled], stdout=subprocess.PIPE, text=True) as rebuild:
            for _ in range(lines):
                assert rebuild.stdout.readline()
            rebuild.kill()
        found = check(filled)
        assert found.problems == ()
        assert found.documents["article"] == 304
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert len(list(folder.glob("generation-*"))) == 1
    assert not list(folder.glob("*.store"))


def test_what_a_kill_after_the_switch_left_of_the_old_index_is_removed_by_the_next_rebuild(filled, folder):
    twin = folder.with_name("twin")
    shutil.copytree(folder, twin)
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    for file in twin.iterdir():
        if file.name != "wiredesk.json":
            shutil.copy(file, folder)
    assert check(filled).problems == ()
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    assert sorted(each.name for each in folder.iterdir()) == [current(folder).folder.name, "wiredesk.json"]


def test_a_backup_is_an_index_of_one_commit(filled, tmp_path, ann):
    with contextlib.closing(open_writer(filled)) as writer:
        done = administration.backup(filled, tmp_path / "backups" / "monday", told=silent)
        writer.upsert([ann("later")])
    assert done.articles == 4
    copy = f"tantivy://{done.path}"
    assert check(copy).problems == ()
    assert check(copy).documents["article"] == 4
    with contextlib.closing(open_writer(copy)) as writer:  # and can be written
        assert writer.upsert([ann("a9")]) == ["indexed"]
    assert not list((tmp_path / "backups").glob(".*"))


def test_a_backup_over_something_is_refused(filled, tmp_path):
    with pytest.raises(UsageError, match="is there already"):
        administration.backup(filled, tmp_path, told=silent)


def test_a_backup_of_a_damaged_index_is_refused(filled, folder, tmp_path):
    file = next(folder.glob("*.store"))
    file.write_bytes(file.read_bytes()[:-20] + bytes(20))
    with pytest.raises(UsageError, match=file.name):
        administration.backup(filled, tmp_path / "copy", told=silent)
    assert not (tmp_path / "copy").exists()


def test_a_backup_restores_what_was_there(filled, tmp_path, ann):
    target = tmp_path / "copy"
    administration.backup(filled, target, told=silent)
    with contextlib.closing(open_writer(filled)) as writer:
        writer.upsert([ann("mistake")])
    with contextlib.closing(open_reader(filled)) as reader:
        assert reader.documents() == 5
        done = administration.restore(filled, target, keep_old=False, told=silent)
        reader.reload()
        assert reader.documents() == done.articles == 4
    assert check(filled).problems == ()
    assert check(f"tantivy://{target}").problems == ()


@pytest.mark.parametrize("lost", ["*", "meta.json", "*.store"])
def test_a_backup_restores_where_the_index_is_lost(filled, folder, tmp_path, lost):
    target = tmp_path / "copy"
    administration.backup(filled, target, told=silent)
    for file in folder.glob(lost):
        file.unlink()
    administration.restore(filled, target, keep_old=False, told=silent)
    assert check(filled).problems == ()


def test_an_index_that_lost_the_word_which_generation_is_in_use_is_not_begun_anew(filled, folder):
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    (folder / "wiredesk.json").unlink()
    for opened in (open_writer, open_reader, administration.stats):
        with pytest.raises(UsageError, match=r"has lost its wiredesk\.json"):
            opened(filled)


def test_a_failed_restore_removes_no_generation_where_nothing_says_which_is_in_use(filled, folder, tmp_path):
    administration.rebuild(filled, keep_old=False, discard=False, told=silent)
    target = tmp_path / "copy"
    administration.backup(filled, target, told=silent)
    file = next(target.glob("*.store"))
    file.write_bytes(file.read_bytes()[:-20] + bytes(20))
    used = current(folder).folder
    (folder / "wiredesk.json").write_text("nonsense")
    with pytest.raises(UsageError, match=file.name):
        administration.restore(filled, target, keep_old=False, told=silent)
    assert list(used.glob("*.store"))


def test_what_is_no_backup_is_not_restored(filled, tmp_path):
    with pytest.raises(UsageError, match="no backup"):
        administration.restore(filled, tmp_path / "nothing", keep_old=False, told=silent)


def test_nothing_to_look_after_is_unavailable(url, tmp_path):
    for ask in (check, administration.stats, lambda url: administration.backup(url, tmp_path / "b", told=silent)):
        with pytest.raises(Unavailable, match="nothing was indexed yet"):
            ask(url)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("gathered_s", ["0", "0.05"])
def test_backups_beside_a_committing_writer_hold_whole_batches_only(tmp_path, gathered_s):
    url = f"tantivy://{tmp_path}/index"
    script = Path(__file__).with_name("acknowledging_writer.py")
    out = tmp_path / "acknowledged"
    with out.open("wb") as sink:
        writer = subprocess.Popen([sys.executable, str(script), url, "run", gathered_s], stdout=sink)
    try:
        wait_until(lambda: out.stat().st_size > 0)
        last = 0
        for number in range(12):
            before = len(set(out.read_text().split("\n")[:-1]))
            done = administration.backup(url, tmp_path / f"backup-{number}", told=silent)
            open_writer(f"tantivy://{done.path}").close()  # brings in what was acknowledged and not committed
            found = check(f"tantivy://{done.path}")
            assert found.problems == ()
            assert found.documents["article"] % 10 == 0  # a batch has ten
            assert found.documents["article"] == found.documents["quote"] >= max(last, before - before % 10)
            last = found.documents["article"]
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()


def test_a_backup_killed_in_the_middle_leaves_nothing_that_looks_whole(filled, folder, tmp_path, ann):
    script = (
        "import sys, time, pathlib; from wiredesk.index import administration as a;"
        "a.backup(sys.argv[1], pathlib.Path(sys.argv[2]), told=lambda *told: print(*told, flush=True))"
    )
    target = tmp_path / "backups" / "monday"
    for lines in (1, 4, 12):
        arguments = [sys.executable, "-c", script, filled, str(target)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as backup:
            for _ in range(lines):
                assert backup.stdout.readline()
            os.kill(backup.pid, 9)
        if target.exists():  # it was done before the kill: then it is whole
            assert check(f"tantivy://{target}").problems == ()
            shutil.rmtree(target)
        for left in target.parent.iterdir():
            with pytest.raises((UsageError, Unavailable)):
                open_reader(f"tantivy://{left}")
    administration.backup(filled, target, told=silent)
    assert [each.name for each in target.parent.iterdir()] == ["monday"]
    assert not list(folder.glob(".snapshot-*"))


def test_the_commands_say_it_in_words_and_json(filled, folder, tmp_path, capsys):
    assert run(["index", "check", "--index", filled]) == 0
    assert "the index is whole" in capsys.readouterr().err
    assert run(["index", "stats", "--index", filled, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents"]["article"] == 4
    assert run(["index", "stats", "--index", filled]) == 0
    assert "segments" in capsys.readouterr().out
    assert run(["index", "backup", str(tmp_path / "b"), "--index", filled]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/b\n"
    for command in (["compact"], ["rebuild"], ["restore", str(tmp_path / "b")]):
        assert run(["index", *command, "--index", filled, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["articles"] == 4
    tamper(folder, lambda writer: writer.delete_documents_by_term(FIELD, key("speaker", "person:ann-lee")))
    assert run(["index", "check", "--index", filled]) == 1
    assert "wiredesk index rebuild" in capsys.readouterr().out
    assert run(["index", "check", "--index", f"tantivy://{tmp_path}/none"]) == 3
    assert run(["index", "check", "--index", "nowhere"]) == 2
