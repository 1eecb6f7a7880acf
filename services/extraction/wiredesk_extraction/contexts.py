"""Where a quote is reported: the sentences that hold it, its cue and its speaker."""

from bisect import bisect_left

from wiredesk_extraction.parse import Parse
from wiredesk_extraction.quotes import Said

__all__ = ["context_of"]


def context_of(parse: Parse, item: Said) -> tuple[int, int]:
    """Start and end in the text. Cue and speaker are left out where they stand in another paragraph than the quote.

    A quote without a word in it, or beyond what was read, has itself alone.
    """
    first = bisect_left(parse.starts, item.start)
    last = bisect_left(parse.starts, item.end) - 1
    if last < first:
        return item.start, item.end
    paragraphs = {parse.paragraph_of[first], parse.paragraph_of[last]}
    reported = [*(item.cue or ()), *((item.speaker.first, item.speaker.last) if item.speaker else ())]
    tokens = [first, last, *(token for token in reported if parse.paragraph_of[token] in paragraphs)]
    opening, _ = parse.sentences[parse.sentence_of[min(tokens)]]
    _, closing = parse.sentences[parse.sentence_of[max(tokens)]]
    return min(parse.starts[opening], item.start), max(parse.ends[closing], item.end)
