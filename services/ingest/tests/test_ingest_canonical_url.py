"""One address, however it is written; different articles never merged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.canonical_url import canonical_url, same_article_key


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("HTTP://News.Example:80/a?utm_source=x&id=7#top", "http://news.example/a?id=7"),
        ("https://news.example:443", "https://news.example/"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("news.example/a/b", "https://news.example/a/b"),
        ("//news.example/a", "https://news.example/a"),
        ("https://bücher.example/über uns?q=ä", "https://xn--bcher-kva.example/%C3%BCberuns?q=%C3%A4"),
        ("https://news.example/%7euser/%c3%bc", "https://news.example/~user/%C3%BC"),
        ("https://news.example/a/./b/../c", "https://news.example/a/c"),
        ("http://a-b.news.example/2001/11/x_y~z..html/", "http://a-b.news.example/2001/11/x_y~z..html/"),
        ("https://news.example/a/..", "https://news.example/"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://news.example/?b=2&a=1&fbclid=z", "https://news.example/?a=1&b=2"),
        ("https://news.example/a?gallery=1&ref=2&source=3&p=", "https://news.example/a?gallery=1&p=&ref=2&source=3"),
        ("https://news.example/#!/story/7", "https://news.example/#!/story/7"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
    ],
)
def test_canonical_form(raw: str, canonical: str) -> None:
    assert canonical_url(raw) == canonical


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "javascript:alert(1)",
        "ftp://news.example/a",
        "http://",
        "http://[::1",
        "http://e.example:99999/",
        "a story",
        "mailto:a@news.example",
        "https://news.example/" + "a" * 5000,
        "http://" + "ü" * 100 + ".example/",
    ],
)
def test_what_is_no_web_address_is_none(raw: str) -> None:
    assert canonical_url(raw) is None


def test_http_and_https_are_one_article() -> None:
    assert same_article_key("http://news.example/a?b=1") == same_article_key("https://news.example/a?b=1")


@given(st.text(max_size=60), st.text(max_size=40))
def test_the_canonical_form_of_a_canonical_form_is_itself(path: str, query: str) -> None:
    url = canonical_url(f"https://news.example/{path}?{query}")
    assert url is None or canonical_url(url) == url


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_none(raw: str) -> None:
    url = canonical_url(raw)
    assert url is None or url.isascii()
