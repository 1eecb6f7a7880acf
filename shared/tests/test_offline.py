import json
import subprocess
import sys
from pathlib import Path

import pytest
from wiredesk import offline
from wiredesk.errors import PermanentError, UsageError
from wiredesk.events import ArticleExtracted, ArticleIngested
from wiredesk.offline import Failure, Stages, read_line
from wiredesk.stage.contract import StageDefinition


def ingest(batch):
    for submission_id, event in batch:
        if event.text == "refuse":
            yield PermanentError("no_text", "nothing to read")
        elif event.text == "crash":
            raise RuntimeError("a bug")
        else:
            yield ArticleIngested(
                article_id="a",
                revision=1,
                submission_id=submission_id,
                text=event.text,
                content_hash="h",
                cluster_id="c",
            )


def extract(batch):
    texts = [event.text for _, event in batch]
    if len(texts) > 1 and "late" in texts:
        raise RuntimeError("while looking ahead")
    for _, event in batch:
        if event.text in ("late", "unextractable"):
            yield PermanentError("too_hard", "no")
        else:
            yield ArticleExtracted(**event.model_dump(), extractor="test/1")


class Point:
    """An entry point for a stage made here."""

    def __init__(self, function):
        self.function = function

    def load(self):
        return StageDefinition(name="x", source=None, target=None, accepts=None, load=lambda: self.function)


@pytest.fixture
def stages(monkeypatch):
    found = {"ingest": [Point(ingest)], "extraction": [Point(extract)]}
    monkeypatch.setattr(offline, "entry_points", lambda *, group, name: found[name])
    return Stages()


def run(stages, lines, *, batch_size=4):
    entries = (
        read_line(line if isinstance(line, bytes) else json.dumps(line).encode(), n) for n, line in enumerate(lines, 1)
    )
    return list(stages.extract(entries, batch_size=batch_size))


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100])
def test_each_line_has_its_result_in_order_whatever_the_batch(stages, batch_size):
    texts = ["one", "refuse", "two", "unextractable", "three"]
    results = run(stages, [{"id": n, "text": text} for n, text in enumerate(texts)], batch_size=batch_size)
    assert [entry.key for entry, _ in results] == [0, 1, 2, 3, 4]
    assert [getattr(result, "reason", None) for _, result in results] == [None, "no_text", None, "too_hard", None]
    assert [getattr(result, "stage", None) for _, result in results] == [None, "ingest", None, "extraction", None]
    assert [entry.submission_id for entry, _ in results] == ["0-1", "0-2", "0-3", "0-4", "0-5"]
    assert results[0][1].text == "one"


def test_a_bug_in_a_stage_fails_its_article_and_no_other(stages):
    results = run(stages, [{"text": "one"}, {"text": "crash"}, {"text": "two"}])
    assert [isinstance(result, Failure) for _, result in results] == [False, True, False]
    assert results[1][1] == Failure("internal_error", "RuntimeError: a bug", "ingest")


def test_an_error_while_looking_ahead_is_laid_to_the_article_that_has_it(stages):
    results = run(stages, [{"text": "one"}, {"text": "two"}, {"text": "late"}, {"text": "three"}])
    assert [getattr(result, "reason", None) for _, result in results] == [None, None, "too_hard", None]


@pytest.mark.parametrize(
    ("line", "reason", "key"),
    [
        (b"{broken", "not_json", None),
        (b"\xff", "invalid_utf8", None),
        (b'{"id": "x", "text": 5}', "invalid_field", "x"),
        (b"[1]", "invalid_field", None),
        (b"5", "invalid_field", None),
    ],
)
def test_a_line_that_is_no_article_fails_with_the_pipelines_own_reason(stages, line, reason, key):
    ((entry, result), (_, after)) = run(stages, [line, {"text": "one"}])
    assert (result.reason, result.stage, entry.key) == (reason, "ingest", key)
    assert not isinstance(after, Failure)


def test_only_one_batch_is_held_at_a_time(stages):
    taken = 0

    def entries():
        nonlocal taken
        for n in range(1, 1000):
            taken = n
            yield read_line(b'{"text": "x"}', n)

    next(stages.extract(entries(), batch_size=8))
    assert taken <= 9


def test_batches_are_bounded_in_bytes(stages, monkeypatch):
    monkeypatch.setattr(offline, "BATCH_BYTES", 100)
    sizes = []
    original = offline._run
    monkeypatch.setattr(offline, "_run", lambda stage, f, items: sizes.append(len(items)) or original(stage, f, items))
    run(stages, [{"text": "x" * 60}] * 3, batch_size=10)
    assert sizes == [1] * 6


def test_a_missing_stage_names_the_package_to_install(monkeypatch):
    monkeypatch.setattr(offline, "entry_points", lambda *, group, name: [])
    with pytest.raises(UsageError, match="pip install wiredesk-ingest"):
        Stages()


@pytest.fixture
def command(tmp_path):
    """`wiredesk extract` in a process whose stages are the ones above."""
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_offline as here\n"
        "from wiredesk import offline\n"
        "found = {'ingest': [here.Point(here.ingest)], 'extraction': [here.Point(here.extract)]}\n"
        "offline.entry_points = lambda *, group, name: found[name]\n"
        "from wiredesk.cli import main; main()"
    )

    def call(*arguments, text=b""):
        return subprocess.run(
            [sys.executable, "-c", script, "extract", *map(str, arguments)],
            input=text,
            capture_output=True,
            check=False,
        )

    return call


def test_lines_in_lines_out_over_pipes_and_files(command, tmp_path):
    lines = b'{"id": "a", "text": "one"}\n\n{"id": {"n": 1}, "text": "refuse"}\nbroken\n{"text": "two"}'
    piped = command("--jsonl", "-", "-", text=lines)
    out = [json.loads(line) for line in piped.stdout.splitlines()]
    assert piped.returncode == 1
    assert [line["id"] for line in out] == ["a", {"n": 1}, None, None]
    assert out[0]["text"] == "one"
    assert out[0]["submission_id"] == "0-1"
    assert out[1] == {
        "id": {"n": 1},
        "line": 3,
        "error": {"reason": "no_text", "message": "nothing to read", "stage": "ingest"},
    }
    assert out[2]["error"]["reason"] == "not_json"
    assert b"2 articles" in piped.stderr
    assert b"2 failed" in piped.stderr
    (tmp_path / "in").write_bytes(lines)
    assert command("--jsonl", tmp_path / "in", tmp_path / "out").returncode == 1
    assert (tmp_path / "out").read_bytes() == piped.stdout


def test_all_well_is_status_0(command):
    assert command("--jsonl", "-", "-", text=b'{"text": "one"}').returncode == 0
    empty = command("--jsonl", "-", "-")
    assert (empty.returncode, empty.stdout) == (0, b"")


def test_output_over_the_input_is_refused(command, tmp_path):
    (tmp_path / "in").write_text('{"text": "one"}')
    assert command("--jsonl", tmp_path / "in", tmp_path / "in").returncode == 2
    assert (tmp_path / "in").read_text() == '{"text": "one"}'


def test_a_place_that_cannot_be_written_is_said(command, tmp_path):
    (tmp_path / "in").write_text('{"text": "one"}')
    done = command("--jsonl", tmp_path / "in", tmp_path / "no" / "out")
    assert done.returncode == 2
    assert b"No such file or directory" in done.stderr


def test_files_are_read_as_publish_reads_them(command, tmp_path):
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "a.txt.meta.json").write_text('{"text": "merged"}')
    (tmp_path / "b.json").write_text('[{"text": "two"}, {"text": "refuse"}]')
    done = command(tmp_path / "a.txt", tmp_path / "b.json")
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["merged", "two"]
    assert done.returncode == 1
    assert b"b.json[2]: nothing to read (no_text, in ingest)" in done.stderr


def test_articles_are_written_as_json_ld_where_that_is_asked_for(command, tmp_path):
    (tmp_path / "a.jsonld").write_text('{"@type": "NewsArticle", "articleBody": "one"}')
    (line,) = command("--format", "jsonld", tmp_path / "a.jsonld").stdout.splitlines()
    written = json.loads(line)
    assert (written["@type"], written["articleBody"]) == ("NewsArticle", "one")
    piped = command("--jsonl", "--format", "jsonld", "-", "-", text=b'{"id": 7, "text": "one"}\n{"text": "refuse"}')
    first, second = map(json.loads, piped.stdout.splitlines())
    assert (first["id"], first["@type"], second["error"]["reason"]) == (7, "NewsArticle", "no_text")
