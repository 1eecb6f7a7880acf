"""What the engine is to know from its start."""

from itertools import islice

from wiredesk_extraction.frequent_words import frequent_chunks


def test_frequent_words_come_with_a_capital_and_with_punctuation_the_most_frequent_first() -> None:
    assert list(islice(frequent_chunks(), 4)) == ["the", "The", "the,", "the."]


def test_frequent_words_are_chunks_of_a_text_each_once() -> None:
    chunks = list(frequent_chunks())
    assert len(set(chunks)) == len(chunks) == 2 * 10_000 + 2 * 3_000
    assert " ".join(chunks).split() == chunks
    assert {"said", "President", "on,", "year."} <= set(chunks)
