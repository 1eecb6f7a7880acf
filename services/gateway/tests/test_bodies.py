"""What publishers send: one article or JSON lines, checked at a glance."""

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_gateway.bodies import BodyTooLarge, InvalidArticles, documents

ONE = b'{"title": "T", "text": "Words."}'


def taken(body: bytes, *, lines: bool = False, size: int = 1000, count: int = 10) -> tuple[list[bytes], bool]:
    return documents(body, lines=lines, max_article_bytes=size, max_articles=count)


def faults(body: bytes, *, lines: bool = False) -> list[tuple[int | None, str | None]]:
    with pytest.raises(InvalidArticles) as caught:
        taken(body, lines=lines)
    return [(fault.line, fault.field) for fault in caught.value.faults]


def test_one_object_is_one_article() -> None:
    assert taken(ONE) == ([ONE], False)


def test_an_object_over_several_lines_is_one_article() -> None:
    pretty = json.dumps(json.loads(ONE), indent=2).encode()
    assert taken(pretty + b"\n") == ([pretty], False)


def test_several_objects_are_json_lines_whatever_the_content_type_says() -> None:
    assert taken(ONE + b"\r\n\n" + ONE + b"\n") == ([ONE, ONE], True)


def test_one_line_sent_as_json_lines_is_answered_as_lines() -> None:
    assert taken(ONE, lines=True) == ([ONE], True)


def test_faults_name_their_line_and_field() -> None:
    body = b'{"text": "ok"}\n{"text": 5}\nnonsense\n{"title": "no text"}\n[1]\n{"html": "", "text": ""}'
    assert faults(body, lines=True) == [(2, "text"), (3, None), (4, "text"), (5, None), (6, "text")]


def test_faults_of_a_single_article_name_no_line() -> None:
    assert faults(b'{"text": "x", "authors": ["a", 7]}') == [(None, "authors.1")]
    assert faults(b"") == [(None, None)]
    assert faults(b"\xff\xfe") == [(None, None)]
    assert faults(b'{"text": "\\ud800"}') == [(None, None)]


def test_an_array_is_told_to_come_as_lines() -> None:
    with pytest.raises(InvalidArticles, match="JSON lines"):
        taken(b"[" + ONE + b"]")


def test_deeply_nested_json_is_refused_not_followed() -> None:
    with pytest.raises((InvalidArticles, BodyTooLarge)):
        taken(b'{"text": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", size=1_000_000)


def test_too_large_an_article_names_its_line() -> None:
    with pytest.raises(BodyTooLarge, match="line 2"):
        taken(ONE + b"\n" + b'{"text": "' + b"x" * 1000 + b'"}')
    with pytest.raises(BodyTooLarge, match="the article has"):
        taken(b'{"text": "' + b"x" * 1000 + b'"}')


def test_too_many_articles_are_refused() -> None:
    with pytest.raises(BodyTooLarge, match="more than 10 articles"):
        taken(b"\n".join([ONE] * 11), lines=True)


@pytest.mark.parametrize("line", [b"a\n", b"\n", b"{}\n"])
def test_a_body_of_very_many_lines_takes_no_more_memory_than_it_has_bytes(line: bytes) -> None:
    body = line * 2_000_000
    tracemalloc.start()
    try:
        with pytest.raises((InvalidArticles, BodyTooLarge)):
            taken(body, lines=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(body)


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_at_all_break_it(body: bytes, lines: bool) -> None:
    try:
        found, _ = taken(body, lines=lines)
    except (InvalidArticles, BodyTooLarge):
        return
    assert all(isinstance(json.loads(document), dict) for document in found)
