"""The sentence that reports a quote, where there is little of one."""

from wiredesk_extraction.contexts import context_of
from wiredesk_extraction.languages.plain_reader import PlainReader
from wiredesk_extraction.languages.registry import BY_CODE
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.quotes import Said


def said(start: int, end: int) -> Said:
    return Said(start=start, end=end, kind="mixed", speaker=None, cue=None, rule="unattributed")


def test_a_quote_in_a_text_without_words_has_itself_alone() -> None:
    assert context_of(Parse("“\ufffd\ufffd”"), said(1, 3)) == (1, 3)


def test_a_quote_beyond_what_was_read_has_itself_alone() -> None:
    text = "One short sentence here.\n\nAnd “another one”."
    parse = PlainReader(BY_CODE["de"], 24).read(text)
    start = text.index("another")
    assert context_of(parse, said(start, start + 11)) == (start, start + 11)
