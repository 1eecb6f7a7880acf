"""Untrusted strings: what a page may show, and which addresses it may link to."""

import pytest
from wiredesk_gateway.printable import language_tag, printable, web_address


@pytest.mark.parametrize("control", ["\x00", "\x1b", "\r", "\x7f", "\u0085", "\u202e", "\u202d", "\ud800"])
def test_what_html_cannot_hold_is_replaced_one_for_one(control: str) -> None:
    assert printable(f"a{control}b") == "a�b"


@pytest.mark.parametrize("text", ["line\nline\ttab", "שלום", "\u2067right to left\u2069", "👩‍👩‍👧", "é"])
def test_ordinary_writing_of_any_script_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("url", ["https://example.org/a?b=c#d", "http://example.org", "https://例え.jp/ニュース"])
def test_web_addresses_become_links(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//example.org/a",
        "/relative",
        "https:///nohost",
        "https://user:secret@example.org/",
        "https://example.org/\u202egpj.exe",
        "https://example.org/a b",
        "http://[broken",
        "https://example.org/" + "a" * 3000,
    ],
)
def test_anything_else_is_no_link(url: str | None) -> None:
    assert web_address(url) is None


@pytest.mark.parametrize(("value", "tag"), [("pt-BR", "pt-BR"), ("und", "und"), ('x" onload="', "und"), ("", "und")])
def test_what_is_no_language_tag_is_an_unknown_language(value: str, tag: str) -> None:
    assert language_tag(value) == tag
