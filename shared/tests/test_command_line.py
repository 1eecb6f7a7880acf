import io
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner
from wiredesk import dead, journey_steps, keys, pipeline
from wiredesk.api_keys import digest, parsed
from wiredesk.cli.app import app, run
from wiredesk.cli.output import age, printable, size
from wiredesk.cli.status_view import view
from wiredesk.cli.teaching import help_text
from wiredesk.events import DeadLetter, Stream
from wiredesk.submissions import submit
from wiredesk.testing import PATIENCE_S, free_port
from wiredesk.workers import WorkerReport, announce

COMMAND = [sys.executable, "-c", "from wiredesk.cli import main; main()"]


@pytest.fixture
def wiredesk(redis_url):
    """Runs the command in a process of its own."""

    def call(*arguments, text="", **environment):
        cleaned = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        return subprocess.run(
            [*COMMAND, *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
            env={**cleaned, "WIREDESK_REDIS_URL": redis_url, **environment},
        )

    return call


@pytest.fixture
def invoke(redis_url, monkeypatch):
    """Runs the command in this process."""
    for name in list(os.environ):
        if name.startswith("WIREDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WIREDESK_REDIS_URL", redis_url)
    return lambda *arguments, **options: CliRunner().invoke(app, list(arguments), **options)


@pytest.fixture
def here(invoke, capsys):
    """Runs the command in this process to its exit status, output and complaints."""

    def call(*arguments):
        status = run(list(arguments))
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def published(client):
    return [json.loads(fields[b"__data__"]) for _, fields in client.xrange(Stream.SUBMITTED)]


def register(client, report):
    with client.pipeline() as commands:
        announce(commands, report)
        commands.execute()


def bury(client, **fields):
    now = datetime.now(UTC)
    values = {
        "original": "e30=",
        "stream": Stream.SUBMITTED,
        "stage": "ingest",
        "reason": "not_json",
        "message": "it is not JSON",
        "attempts": 1,
        "first_seen": now,
        "last_seen": now,
        "submission_id": "1-1",
    }
    letter = DeadLetter(**{**values, **fields})
    return client.xadd(Stream.DEAD, {"__data__": letter.model_dump_json()}).decode()


class TestExitStatus:
    def test_0_when_done_and_results_alone_on_stdout(self, wiredesk, redis_client, tmp_path):
        (tmp_path / "a.txt").write_text("words")
        done = wiredesk("publish", str(tmp_path / "a.txt"))
        assert done.returncode == 0
        assert done.stdout.split() == [redis_client.xrange(Stream.SUBMITTED)[0][0].decode()]
        assert done.stderr == "1 article published\n"

    def test_1_when_not_found(self, wiredesk):
        done = wiredesk("journey", "1-1")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("wiredesk: nothing is known of 1-1")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["publish"],
            ["publish", "/no/such/file"],
            ["publish", "-", "-"],
            ["nonsense"],
            ["status", "--interval", "0"],
            ["dead", "replay"],
            ["dead", "drop", "--all"],
            ["dead", "drop", "1-1", "--all"],
            ["dead", "replay", "1-1", "--reason", "x"],
            ["dead", "show", "nonsense"],
            ["dead", "list", "--since", "yesterday"],
            ["status", "--redis-url", "nonsense"],
            ["status", "--url", "http://x", "--redis-url", "redis://x"],
            ["extract", "--jsonl", "one"],
        ],
    )
    def test_2_when_asked_in_a_wrong_way(self, redis_client, here, arguments):
        bury(redis_client)
        status, out, err = here(*arguments)
        assert (status, out) == (2, "")
        assert err
        assert "Traceback" not in err
        assert redis_client.xlen(Stream.DEAD) == 1

    def test_2_of_the_process_too(self, wiredesk):
        done = wiredesk("nonsense")
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr

    def test_3_when_redis_or_the_gateway_cannot_be_reached(self, wiredesk):
        port = free_port()
        for arguments in (["status"], ["status", "--url", f"http://127.0.0.1:{port}"]):
            done = wiredesk(*arguments, WIREDESK_REDIS_URL=f"redis://:s3cret@127.0.0.1:{port}/0")
            assert (done.returncode, done.stdout) == (3, "")
            assert f"127.0.0.1:{port}" in done.stderr
            assert len(done.stderr.splitlines()) == 1
            assert "s3cret" not in done.stderr

    def test_3_when_no_gateway_is_known(self, wiredesk):
        done = wiredesk("search", "x")
        assert done.returncode == 3
        assert "--url" in done.stderr

    def test_130_when_interrupted(self, redis_url):
        process = subprocess.Popen(
            [*COMMAND, "status", "--watch", "--json", "--redis-url", redis_url], stdout=subprocess.PIPE, text=True
        )
        with process:
            process.stdout.readline()
            process.send_signal(2)
            assert process.wait(PATIENCE_S) == 130

    def test_a_reader_that_goes_away_is_no_traceback(self, wiredesk, redis_client, redis_url):
        for _ in range(3000):
            bury(redis_client)
        command = f"{sys.executable} -c 'from wiredesk.cli import main; main()' dead list --all | head -1"
        done = subprocess.run(
            command, shell=True, capture_output=True, text=True, env={**os.environ, "WIREDESK_REDIS_URL": redis_url}
        )
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr

    def test_a_bad_setting_is_named(self, wiredesk):
        done = wiredesk("status", WIREDESK_PORT="many")
        assert done.returncode == 2
        assert "WIREDESK_PORT" in done.stderr


def test_run_answers_the_status(redis_url, capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("wiredesk 0.")


def test_the_address_of_redis_may_be_in_a_file(wiredesk, redis_url, tmp_path):
    (tmp_path / "secret").write_text(redis_url + "\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    done = subprocess.run(
        [*COMMAND, "status", "--json"],
        capture_output=True,
        text=True,
        env={**environment, "WIREDESK_REDIS_URL_FILE": str(tmp_path / "secret")},
    )
    assert done.returncode == 0, done.stderr


class TestPublish:
    def test_a_folder_goes_on_the_stream_in_order_with_its_fields(self, invoke, redis_client, tmp_path):
        (tmp_path / "b.html").write_text("<p>two")
        (tmp_path / "a.txt").write_text("one")
        (tmp_path / "a.txt.meta.json").write_text('{"source": "S"}')
        result = invoke("publish", str(tmp_path), "--force")
        assert result.exit_code == 0
        assert len(result.stdout.split()) == 2
        assert published(redis_client) == [
            {"text": "one", "source": "S", "force": True},
            {"html": "<p>two", "force": True},
        ]

    def test_broken_json_is_published_with_a_warning(self, invoke, redis_client, tmp_path):
        (tmp_path / "a.json").write_bytes(b'{"text"')
        result = invoke("publish", str(tmp_path / "a.json"))
        assert (result.exit_code, len(result.stdout.split())) == (0, 1)
        assert "a.json is not JSON; sent as it is" in result.stderr
        assert redis_client.xrange(Stream.SUBMITTED)[0][1][b"__data__"] == b'{"text"'

    def test_what_cannot_be_published_is_named_and_the_rest_is_published(self, invoke, redis_client, tmp_path):
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
        (tmp_path / "b.txt").write_text("x")
        result = invoke("publish", str(tmp_path), "--json")
        assert result.exit_code == 1
        assert "1 article published; 1 could not be" in result.stderr
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert [bool(line["submission_id"]) for line in lines] == [False, True]
        assert lines[0]["error"]

    def test_stdin_is_told_by_its_content(self, wiredesk, redis_client):
        assert wiredesk("publish", "-", text='{"text": "1"}\n{"text": "2"}\n').returncode == 0
        assert wiredesk("publish", "-", text="Plain words").returncode == 0
        assert published(redis_client) == [{"text": "1"}, {"text": "2"}, {"text": "Plain words"}]

    def test_interrupted_while_it_waits_for_stdin_it_ends_quietly(self, redis_client, redis_url):
        process = subprocess.Popen(
            [*COMMAND, "publish", "-", "--redis-url", redis_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            process.stdin.write('{"text": "1"}\n')
            process.stdin.flush()
            assert process.stdout.readline().strip()
            process.send_signal(2)
            assert process.wait(PATIENCE_S) == 130
            assert "Fatal" not in process.stderr.read()

    def test_an_article_from_a_slow_stdin_does_not_wait_for_the_next(self, redis_client, redis_url):
        process = subprocess.Popen(
            [*COMMAND, "publish", "-", "--redis-url", redis_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            for _ in range(2):
                process.stdin.write('{"text": "1"}\n')
                process.stdin.flush()
                assert process.stdout.readline().strip()
            process.stdin.close()
            assert process.wait(PATIENCE_S) == 0
        assert redis_client.xlen(Stream.SUBMITTED) == 2

    def test_many_articles_are_all_published(self, invoke, redis_client, tmp_path):
        (tmp_path / "a.jsonl").write_text("".join(f'{{"text": "{n}"}}\n' for n in range(1001)))
        result = invoke("publish", str(tmp_path / "a.jsonl"))
        assert [id.decode() for id, _ in redis_client.xrange(Stream.SUBMITTED)] == result.stdout.split()
        assert [article["text"] for article in published(redis_client)] == [str(n) for n in range(1001)]

    def test_an_empty_input_is_nothing_published(self, invoke, tmp_path):
        (tmp_path / "a.jsonl").write_text("\n")
        assert invoke("publish", str(tmp_path / "a.jsonl")).exit_code == 1


class TestDead:
    def test_list_shows_and_filters(self, invoke, redis_client):
        bury(redis_client)
        bury(redis_client, reason="timeout", stage="extraction", message="evil \x1b[2J\u202e message")
        result = invoke("dead", "list", "--stage", "extraction", "--since", "1h")
        assert "timeout" in result.stdout
        assert "not_json" not in result.stdout
        assert "\x1b" not in result.stdout
        assert "\u202e" not in result.stdout
        listed = json.loads(invoke("dead", "list", "--json").stdout)
        assert [letter["reason"] for letter in listed] == ["timeout", "not_json"]
        assert json.loads(invoke("dead", "list", "--since", "2999-01-01", "--json").stdout) == []

    def test_show_prints_the_original_and_raw_its_bytes(self, invoke, redis_client):
        id = bury(redis_client, original="/3sKGw==")
        assert "reason" in invoke("dead", "show", id).stdout
        assert "\x1b" not in invoke("dead", "show", id).stdout
        assert invoke("dead", "show", "--raw", id).stdout_bytes == b"\xff{\n\x1b"
        assert json.loads(invoke("dead", "show", "--json", id).stdout)["original"] == "/3sKGw=="

    def test_replay_moves_those_chosen(self, invoke, redis_client):
        first, _ = bury(redis_client), bury(redis_client, reason="timeout")
        result = invoke("dead", "replay", first, first)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{first} -> articles.submitted ")
        assert invoke("dead", "replay", first).exit_code == 1
        assert invoke("dead", "replay", "--reason", "timeout", "--all", "--json").exit_code == 0
        assert redis_client.xlen(Stream.DEAD) == 0
        assert redis_client.xlen(Stream.SUBMITTED) == 2

    def test_letters_are_replayed_in_the_order_they_died(self, invoke, redis_client):
        for n in range(3):
            bury(redis_client, submission_id=f"1-{n}")
        assert invoke("dead", "replay", "--all").exit_code == 0
        assert [fields[b"submission_id"] for _, fields in redis_client.xrange(Stream.SUBMITTED)] == [
            b"1-0",
            b"1-1",
            b"1-2",
        ]

    @pytest.mark.parametrize(("answer", "status", "left"), [("n", 1, 2), ("y", 0, 1)])
    def test_drop_asks_first_on_a_terminal(self, redis_client, redis_url, answer, status, left):
        ids = [bury(redis_client) for _ in range(2)]
        ours, theirs = pty.openpty()
        try:
            process = subprocess.Popen(
                [*COMMAND, "dead", "drop", ids[0], "--redis-url", redis_url], stdin=theirs, stderr=subprocess.PIPE
            )
            with process:
                os.write(ours, f"{answer}\n".encode())
                assert process.wait(PATIENCE_S) == status
                assert b"Drop 1 dead letters for good?" in process.stderr.read()
        finally:
            os.close(ours)
            os.close(theirs)
        assert redis_client.xlen(Stream.DEAD) == left

    def test_drop_with_yes_asks_nothing(self, invoke, redis_client):
        ids = [bury(redis_client) for _ in range(3)]
        assert invoke("dead", "drop", ids[0], "--yes").exit_code == 0
        assert json.loads(invoke("dead", "drop", "--all", "--yes", "--json").stdout) == {"dropped": 2}
        assert dead.list_dead(redis_client) == []

    def test_all_with_nothing_there_is_no_failure(self, invoke):
        assert invoke("dead", "replay", "--all").exit_code == 0
        assert invoke("dead", "drop", "--all").exit_code == 0


class TestStatus:
    def test_the_tables_name_streams_groups_and_workers(self, invoke, redis_client):
        now = datetime.now(UTC)
        ids = submit(redis_client, [b"1"] * 3)
        redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
        redis_client.xgroup_create(Stream.SUBMITTED, "newsletter", "0")
        redis_client.xreadgroup("ingest", "w1", {Stream.SUBMITTED: ">"}, count=1)
        redis_client.xdel(Stream.SUBMITTED, ids[1])
        report = WorkerReport(
            stage="ingest", name="w1", pid=4711, host="h\x1b[31m", version="0.1", state="consuming", started_at=now,
            reported_at=now,
        )  # fmt: skip
        register(redis_client, report)
        bury(redis_client)
        shown = invoke("status").stdout
        for words in (
            "articles.submitted",
            "unknown",
            "newsletter (foreign)",
            "4711",
            "consuming",
            "not_json",
            "none yet",
        ):
            assert words in shown, words
        assert "\x1b" not in shown

    def test_the_tables_fit_a_terminal_of_80_columns(self, redis_client):
        now = datetime.now(UTC)
        redis_client.xgroup_create(Stream.INGESTED, "extraction", "0", mkstream=True)
        submit(redis_client, [b"1"] * 2000)
        report = WorkerReport(
            stage="extraction",
            name="w",
            pid=4194304,
            host="0123456789ab",
            version="0.1.0",
            address="172.18.0.12:39100",
            state="consuming",
            started_at=now,
            reported_at=now,
        )
        register(redis_client, report)
        console = Console(width=80, file=io.StringIO())
        console.print(view(pipeline.read(redis_client), columns=80))
        shown = console.file.getvalue()
        for words in ("articles.submitted", "0123456789ab", "172.18.0.12:39100", "extraction"):
            assert words in shown, words

    def test_what_somebody_has_to_do_comes_first_and_in_words(self, invoke, redis_client, monkeypatch):
        now = datetime.now(UTC)
        monkeypatch.setenv("WIREDESK_BACKLOG_LIMIT", "2")
        (_, id, _) = submit(redis_client, [b"1"] * 3)
        redis_client.xgroup_create(Stream.SUBMITTED, "ingest", "0")
        redis_client.xreadgroup("ingest", "w1", {Stream.SUBMITTED: ">"}, count=2)
        redis_client.xclaim(Stream.SUBMITTED, "ingest", "w2", 0, [id], retrycount=4)
        redis_client.hset(keys.dropped(), Stream.INDEXED, 1234)
        redis_client.xadd(Stream.EXTRACTED, {"a": "b"}, id="5-0")
        redis_client.xgroup_create(Stream.EXTRACTED, "indexing", "5-0")
        redis_client.xgroup_create(Stream.EXTRACTED, "newsletter", "0")
        for name in ("w1", "w2"):
            report = WorkerReport(
                stage="ingest", name=name, pid=1, host="h", version="0.1", state="paused", started_at=now,
                reported_at=now, why="Redis has used 95% of its memory",
            )  # fmt: skip
            register(redis_client, report)
        shown = invoke("status").stdout
        head, _, tables = shown.partition("\nStreams")
        assert "! publishing waits: ingest has 3 articles waiting on articles.submitted; the limit is 2" in head
        assert "! 2 ingest workers paused: Redis has used 95% of its memory" in head
        assert "XGROUP DESTROY articles.extracted newsletter" in " ".join(head.split())
        assert "articles.submitted: ingest was given entries again, up to 4 times" in tables
        assert "articles.indexed: 1,234 entries were dropped by its limits so far" in tables

    def test_what_a_user_may_not_ask_is_shown_as_unknown(self, invoke, redis_client, redis_server):
        submit(redis_client, [b"1"] * 3)
        redis_client.acl_setuser("viewer", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-xinfo", "-xlen"])
        try:
            shown = invoke("status", "--redis-url", f"redis://viewer:x@127.0.0.1:{redis_server.port}/0").stdout
        finally:
            redis_client.acl_deluser("viewer")
        assert "unknown" in shown
        assert "articles.submitted could not be read" in shown
        assert "Dead letters: unknown" in shown

    def test_json_holds_everything(self, invoke, redis_client):
        state = json.loads(invoke("status", "--json").stdout)
        parts = {"read_at", "server", "streams", "workers", "dead_letters", "pressure", "advice", "stages", "sizing"}
        assert set(state) == parts

    def test_an_idle_pipeline_says_that_no_worker_runs(self, invoke, redis_client):
        assert "No worker is running" in invoke("status").stdout


class TestJourneyAndRetract:
    def test_a_journey_is_told(self, invoke, redis_client):
        (id,) = submit(redis_client, [b"1"])
        assert f"submission  {id}" in invoke("journey", id).stdout
        started = int(id.partition("-")[0])
        head = journey_steps.head(
            Stream.SUBMITTED, id, started_ms=started, finished_ms=started + 7, attempts=2, signature="w"
        )
        redis_client.hset(keys.journey(id), "ingest", f"{head}dead_lettered{journey_steps.tail('not_json')}")
        shown = invoke("journey", id).stdout
        assert "dead-lettered after 7 ms" in shown
        assert "not_json" in shown
        assert json.loads(invoke("journey", id, "--json").stdout)["steps"][0]["worked_ms"] == 7

    def test_a_retraction_goes_on_the_changes(self, invoke, redis_client):
        result = invoke("retract", "a1", "--reason", "wrong", "--json")
        ((id, _),) = redis_client.xrange(Stream.CHANGES)
        assert json.loads(result.stdout) == {"article_id": "a1", "change_id": id.decode()}


def test_every_command_has_a_help_with_examples():
    of_entities = ("find", "merge", "rename", "split", "corrections", "undo")
    others = (
        "publish",
        "extract",
        "search",
        "quotes",
        "journey",
        "retract",
        "status",
        "dead",
        "dead list",
        "dead replay",
    )
    for command in (*others, "entity", *(f"entity {name}" for name in of_entities)):
        result = CliRunner().invoke(app, [*command.split(), "--help"])
        assert result.exit_code == 0
        assert "Examples:" in result.stdout, command


def test_the_help_tells_the_exit_statuses():
    shown = CliRunner().invoke(app, ["--help"]).stdout
    assert "Exit status" in shown
    assert "130" in shown


def test_prose_flows_and_examples_keep_their_lines():
    text = help_text("One\nline.\n\nExamples:\n  first '[]'\n  second\n")
    assert text == "One line.\n\n[bold]Examples:[/]\n[cyan]first '\\[]'[/]\n[cyan]second[/]"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "0 ms"),
        (0.0849, "85 ms"),
        (4.23, "4.2 s"),
        (59, "59 s"),
        (200, "3.3 min"),
        (20000, "5.6 h"),
        (1e6, "12 d"),
    ],
)
def test_a_length_of_time_as_people_say_it(seconds, words):
    assert age(seconds) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 B"), (999, "999 B"), (3_100_000, "3.1 MB"), (250_000, "250 kB")])
def test_a_size_as_people_say_it(count, words):
    assert size(count) == words


def test_what_a_terminal_would_obey_is_not_printed():
    text = "a\x1b[2J\x07\r\u202eb\nc\x9b\ud800"
    assert printable(text) == "a\ufffd[2J\ufffd\ufffd\ufffdb\nc\ufffd\ufffd"
    assert len(printable(text)) == len(text)


def test_no_command_module_imports_another_parts_package():
    source = "".join(path.read_text() for path in (Path(__file__).parents[1] / "wiredesk/cli").glob("*.py"))
    assert "faststream" not in source


class TestKey:
    def test_the_key_goes_to_stdout_and_the_line_to_keep_to_stderr(self, invoke):
        made = invoke("key", "new", "newsroom", "--scope", "publish,replay", "--scope", "retract")
        assert made.exit_code == 0
        (key,) = made.stdout.split()
        (kept,) = parsed(made.stderr.splitlines()[-1])[0]
        assert (kept.name, kept.scopes, kept.digest) == ("newsroom", {"publish", "replay", "retract"}, digest(key))

    def test_json_holds_both(self, invoke):
        made = json.loads(invoke("key", "new", "a", "--scope", "correct", "--json").stdout)
        assert parsed(made["line"])[0][0].digest == digest(made["key"])

    def test_an_unknown_scope_is_named(self, wiredesk):
        done = wiredesk("key", "new", "a", "--scope", "fly")
        assert (done.returncode, done.stdout) == (2, "")
        assert "'fly' is no scope" in done.stderr
