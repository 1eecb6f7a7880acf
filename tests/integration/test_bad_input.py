"""What strangers send: each ends as a dead letter with a stable reason, or as an article that says what was wrong."""

import base64
import json
from collections.abc import Callable

import pytest
from wiredesk import wire
from wiredesk.events import ArticleExtracted, DeadLetter, Stream
from wiredesk.testing import wait_until

TEXT = "The council of Bergen met on Friday.\n\nIt agreed on a new bridge, said the mayor."


def as_json(**article: object) -> bytes:
    return json.dumps({"title": "A story", **article}).encode()


DEAD: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"<html>no</html>", "not_json"),
    "wrong types": (as_json(text=["a", "list"]), "invalid_field"),
    "neither text nor html": (b'{"title": "Only a title"}', "no_text"),
    "no text at all": (as_json(text=" \n\t "), "no_text"),
    "20 MB of text": (as_json(text="word " * 4_000_000), "too_large"),
    "invalid UTF-8": (b'{"text": "caf\xe9"}', "invalid_utf8"),
    "lone surrogates": (b'{"text": "half \\ud83d pair"}', "lone_surrogate"),
    "a PDF posing as HTML": (as_json(html="%PDF-1.7\n%\xe2\xe3\n1 0 obj <</Type /Catalog>> endobj"), "not_html"),
    "only NUL bytes": (as_json(text="\x00" * 100), "no_text"),
    "not an object": (b"[1, 2]", "invalid_field"),
    "100,000 nested brackets": (b"[" * 100_000, "not_json"),
}

READ: dict[str, tuple[bytes, Callable[[ArticleExtracted], bool]]] = {
    "NUL bytes": (as_json(text="Nul\x00 bytes " + TEXT), lambda article: "\x00" not in article.text),
    "a date in the year 99999": (
        as_json(text=TEXT, published_at="99999-01-01"),
        lambda article: article.published_at is None and "published_at_unreadable" in article.warnings,
    ),
    "an unknown language": (
        as_json(text=TEXT + " In no language at all.", language="tlh-x-nonsense"),
        lambda article: article.language == "en",
    ),
    "another language": (
        as_json(
            text="Die Stadt Bremen baut eine neue Brücke über die Weser. Das sagte die Bürgermeisterin am Freitag."
        ),
        lambda article: article.language == "de" and "names_not_read" in article.warnings,
    ),
    "mojibake": (as_json(text="The cafÃ© in the village. " + TEXT), lambda article: "café" in article.text),
}

EITHER: dict[str, bytes] = {
    "a 5 MB single line": as_json(text="x" * 5_000_000),
    "100,000 nested tags": as_json(html="<div>" * 100_000 + "deep" + "</div>" * 100_000),
    "unclosed quotation marks": as_json(text='"' * 50_000),
    "right-to-left marks and combining characters": as_json(text="\u202e\u0301\u200f" * 10_000 + TEXT),
    "one word of 300 kB": as_json(text="a" * 300_000),
}


def dead(stack) -> dict[str, DeadLetter]:
    entries = stack.client.xrange(Stream.DEAD)
    letters = [DeadLetter.model_validate_json(wire.decode(fields[b"__data__"]).body) for _, fields in entries]
    return {letter.submission_id: letter for letter in letters}


def extracted(stack) -> dict[str, ArticleExtracted]:
    entries = stack.client.xrange(Stream.EXTRACTED)
    articles = [ArticleExtracted.model_validate_json(wire.decode(fields[b"__data__"]).body) for _, fields in entries]
    return {article.submission_id: article for article in articles}


def submit(stack, data: bytes) -> str:
    return stack.client.xadd(Stream.SUBMITTED, {wire.FIELD: data}).decode()


@pytest.mark.parametrize("name", DEAD)
def test_unreadable_input_is_a_dead_letter_with_its_original_bytes(stack, name: str) -> None:
    data, reason = DEAD[name]
    submission_id = submit(stack, data)
    letter = wait_until(lambda: dead(stack).get(submission_id), what="the dead letter")
    assert (letter.reason, letter.attempts, letter.stage) == (reason, 1, "ingest")
    assert base64.b64decode(letter.original) == data


@pytest.mark.parametrize("name", READ)
def test_input_that_can_honestly_be_read_is_an_article(stack, name: str) -> None:
    data, holds = READ[name]
    submission_id = submit(stack, data)
    article = wait_until(lambda: extracted(stack).get(submission_id), what="the article")
    assert holds(article), (article.text[:200], article.language, article.published_at, article.warnings)


@pytest.mark.parametrize("name", EITHER)
def test_hostile_input_ends_one_way_or_the_other_at_the_first_attempt(stack, name: str) -> None:
    submission_id = submit(stack, EITHER[name])

    def ended() -> object:
        return extracted(stack).get(submission_id) or dead(stack).get(submission_id)

    found = wait_until(ended, what="its end")
    if isinstance(found, DeadLetter):
        assert found.reason not in ("unexpected_error", "crashed", "timeout", "out_of_memory")
        assert found.attempts == 1


def test_the_workers_are_still_the_first_ones_and_the_next_article_flows(stack) -> None:
    before = {stage: report.pid for stage, report in stack.reports().items()}
    submissions = [submit(stack, data) for data, _ in DEAD.values() if len(data) < 1_000_000]
    good = submit(stack, as_json(text=TEXT + " The last one."))
    wait_until(lambda: good in extracted(stack), what="the good article")
    wait_until(lambda: set(submissions) <= set(dead(stack)), what="the bad ones")
    assert {stage: report.pid for stage, report in stack.reports().items()} == before
