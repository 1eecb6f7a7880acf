"""What a process writes to its log, as a process of its own."""

import json
import subprocess
import sys

import pytest
from wiredesk.testing import PATIENCE_S

SECRET, BODY = "hunter2-secret", "the mayor's own words"


def said(script: str, *, format: str = "json", level: str = "info") -> str:
    head = (
        "import logging, sys, threading, warnings, structlog\nfrom wiredesk import logs\n"
        f"logs.configure(service='tests', format={format!r}, level={level!r})\nlog = structlog.get_logger()\n"
    )
    done = subprocess.run([sys.executable, "-c", head + script], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.stdout == ""
    return done.stderr


def lines(script: str, **options: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in said(script, **options).splitlines()]


def test_a_line_names_time_level_event_and_service_first():
    (line,) = lines("log.warning('entry.left', why='no room', attempts=2)")
    assert list(line) == ["timestamp", "level", "event", "service", "why", "attempts"]
    assert (line["event"], line["service"], line["level"], line["attempts"]) == ("entry.left", "tests", "warning", 2)


def test_every_thread_names_the_service():
    (line,) = lines("threading.Thread(target=lambda: log.info('index.opened')).start()")
    assert line["service"] == "tests"


@pytest.mark.parametrize("name", ["redis", "uvicorn.error", "faststream", "asyncio"])
def test_what_a_library_logs_is_a_line_of_the_same_form(name: str):
    (line,) = lines(f"logging.getLogger({name!r}).warning('lost %s', 'a connection')")
    assert (line["event"], line["logger"], line["service"]) == ("lost a connection", name, "tests")


@pytest.mark.parametrize("name", ["trafilatura", "htmldate.core", "courlan", "uvicorn.access"])
def test_what_quotes_pages_or_requests_is_silent(name: str):
    assert lines(f"logging.getLogger({name!r}).info('GET /?q={BODY!s:.3}')") == []


@pytest.mark.parametrize(
    ("script", "event"),
    [
        ("def f(): raise IndexError('out of range')\nf()", "process.crashed"),
        (
            "def f(): raise IndexError('out of range')\nt = threading.Thread(target=f); t.start(); t.join()",
            "thread.crashed",
        ),
        ("class A:\n    def __del__(self): raise IndexError('out of range')\nA()", "python.unraisable"),
    ],
)
def test_a_crash_is_one_line_with_its_traceback(script: str, event: str):
    (line,) = lines(script)
    assert line["event"] == event
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith("IndexError: out of range")


def test_a_warning_is_a_line_that_tells_where_and_not_what():
    (line,) = lines(f"warnings.warn({BODY!r})")
    assert (line["event"], line["category"]) == ("python.warned", "UserWarning")
    assert BODY not in str(line)


def test_an_exception_that_may_quote_an_article_keeps_its_words_to_itself():
    script = f"try:\n    int({BODY!r}.upper())\nexcept ValueError as e:\n    log.error('stage.failed', exc_info=e)"
    (line,) = lines(script)
    assert "ValueError: (its words are not logged" in line["exception"]
    assert BODY.upper() not in str(line)


def test_a_cause_keeps_its_words_as_well_and_is_told():
    script = (
        f"words = {BODY!r}.upper()\n"
        "try:\n    try:\n        {}[words]\n    except KeyError as e:\n        raise RuntimeError(words) from e\n"
        "except RuntimeError:\n    log.exception('batch.failed')"
    )
    (line,) = lines(script)
    assert "KeyError: (its words" in line["exception"]
    assert "direct cause" in line["exception"]
    assert BODY.upper() not in str(line)


def test_what_asyncio_tells_of_a_task_shows_no_words():
    script = (
        f"import asyncio, gc\nwords = {BODY!r}.upper()\n"
        "async def fail(): raise ValueError(words)\n"
        "async def main():\n    t = asyncio.create_task(fail()); await asyncio.sleep(0); await asyncio.sleep(0)\n"
        "    del t; gc.collect()\n"
        "asyncio.run(main())"
    )
    (line,) = lines(script)
    assert line["event"] == "Task exception was never retrieved"
    assert BODY.upper() not in str(line)


def test_credentials_in_an_address_are_taken_out():
    address = f"rediss://wiredesk:{SECRET}@redis.example:6379/0"
    (line,) = lines(
        f"log.error('worker.failed', why='cannot reach {address}', more=['{address}?password={SECRET}&x=1'], "
        f"exc_info=OSError('at {address}'))"
    )
    assert SECRET not in json.dumps(line)
    assert line["why"] == "cannot reach rediss://***@redis.example:6379/0"
    assert line["more"] == ["rediss://***@redis.example:6379/0?password=***&x=1"]


FORGED = 'x\\n{"event": "forged"}\\r\\x1b[2J\\x9b31m\\u2028\\u202eend\\ud800'


def test_line_breaks_and_control_characters_forge_no_line_of_json():
    written = said(f"log.info('request.let_in', path='{FORGED}')\nlogging.getLogger('redis').warning('{FORGED}')")
    assert written.isascii()
    assert len(written.splitlines()) == 2
    assert [json.loads(line)["level"] for line in written.split("\n")[:-1]] == ["info", "warning"]


def test_line_breaks_and_control_characters_forge_no_line_on_a_terminal():
    written = said(
        f"log.info('request.let_in', path='{FORGED}')\nlogging.getLogger('redis').warning('{FORGED}')", format="console"
    )
    assert len(written.splitlines()) == 2
    assert "\x1b" not in written
    assert "\x9b" not in written
    assert "request.let_in" in written.splitlines()[0]
    assert "\\x1b[2J" in written.splitlines()[0]


def test_a_long_value_is_cut():
    (line,) = lines("log.info('x.y', why='a' * 100_000)")
    assert len(line["why"]) == 2001


def test_a_level_leaves_out_what_is_below_it():
    assert lines("log.info('a.b')\nlogging.getLogger('redis').info('c')", level="WARNING") == []
