"""Where the line that says from where and when a report was sent ends: "BRUSSELS, Nov. 18 (Wire) — "."""

from wiredesk_extraction.parse import Parse

__all__ = ["dateline_end", "dateline_tokens"]

_DASHES = frozenset({"—", "–", "--", "-"})
_MAX_TOKENS = 18
_MIN_CHARS = 4
_LOWER = frozenset({"a.m.", "p.m.", "am", "pm", "of", "and"})
_MARKS = frozenset({",", ".", "(", ")", "/", ":"})


def dateline_end(parse: Parse, first: int) -> int | None:
    """The dash of a dateline, or of the hour of a live report, that begins at `first`; None: there is none.

    It heads its paragraph with a word in capitals or an hour, and holds names, figures and marks alone.
    """
    if first and parse.paragraph_of[first - 1] == parse.paragraph_of[first]:
        return None
    head = parse.words[first]
    if not ((head.isupper() and len(head) >= _MIN_CHARS) or (head[:1].isdigit() and ":" in head)):
        return None
    for at in range(first + 1, min(first + _MAX_TOKENS, len(parse.words) - 1)):
        word = parse.words[at]
        if parse.paragraph_of[at] != parse.paragraph_of[first]:
            return None
        if word in _DASHES and parse.text[parse.ends[at - 1]].isspace():
            return at
        if not (word in _MARKS or word in _LOWER or word[0].isupper() or word[0].isdigit() or word[0] == "/"):
            return None
    return None


def dateline_tokens(parse: Parse) -> frozenset[int]:
    """Every token of a dateline, dash included: the place it names says and does nothing."""
    found: set[int] = set()
    for first, _ in parse.sentences:
        dash = dateline_end(parse, first)
        if dash is not None:
            found.update(range(first, dash + 1))
    return frozenset(found)
