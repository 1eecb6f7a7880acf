"""A quote is shown within the sentence that reports it."""

from dataclasses import replace

from wiredesk.index.protocol import QuoteHit
from wiredesk_gateway.quote_view import around

SENTENCE = "The new pier would, Ada Holm said, “cost us dear” in the end."
SAID = "cost us dear"


def hit(context: str = SENTENCE, context_start: int = 100) -> QuoteHit:
    start = context_start + context.index(SAID)
    return QuoteHit(
        article_id="a",
        article_title="",
        source=None,
        published_at=None,
        start=start,
        end=start + len(SAID),
        text=SAID,
        kind="mixed",
        speaker_id=None,
        speaker_name=None,
        cue=None,
        context=context,
        context_start=context_start,
    )


def test_what_stands_before_and_after_it_in_the_sentence_is_shown() -> None:
    assert around(hit()) == ("The new pier would, Ada Holm said, “", "” in the end.")


def test_a_quote_without_its_sentence_stands_alone() -> None:
    assert around(replace(hit(), context=SAID, context_start=hit().start)) == ("", "")


def test_a_long_sentence_is_cut_between_words() -> None:
    before, after = around(hit("word " * 200 + SAID + " word" * 200))
    assert before.startswith("… word")
    assert after.endswith("word …")
    assert len(before) < 250 > len(after)
