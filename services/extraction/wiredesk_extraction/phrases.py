"""Noun phrases by tags: where they begin and end around a noun, robust where the parser is not."""

from wiredesk_extraction.parse import Parse

__all__ = ["inside_noun_phrase", "left_edge", "right_head"]

_MAX_WORDS = 10
_DETERMINERS = frozenset({"DT", "PRP$", "PDT"})
_INNER = ("NN", "JJ", "VBN", "VBG", "CD", "POS", "HYPH", "DT", "PRP$", "AFX")


def inside_noun_phrase(parse: Parse, token: int) -> bool:
    """Whether a token may stand inside a noun phrase."""
    return parse.tags[token].startswith(_INNER) or parse.words[token] in {"-", "’s", "'s"}


def left_edge(parse: Parse, head: int) -> int:
    """Where the noun phrase of `head` begins: adjectives, nouns and names before it, up to an article."""
    first = head
    while first > 0 and head - first < _MAX_WORDS and parse.sentence_of[first - 1] == parse.sentence_of[head]:
        if not inside_noun_phrase(parse, first - 1):
            break
        first -= 1
        if parse.tags[first] in _DETERMINERS:
            break
    return first


def right_head(parse: Parse, first: int) -> int | None:
    """The last noun of the noun phrase that begins at `first`; a pronoun is one by itself. None: there is none."""
    if parse.tags[first] in {"PRP", "WP"}:
        return first
    at, head = first, None
    while at < len(parse.words) and at - first < _MAX_WORDS and inside_noun_phrase(parse, at):
        if at > first and parse.tags[at] in _DETERMINERS:
            break
        if parse.tags[at].startswith(("NN", "CD")) or (head is None and parse.tags[at] == "DT" and at == first):
            head = at
        at += 1
    return None if head is not None and parse.tags[head] in {"DT", "CD"} else head
