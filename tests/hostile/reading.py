"""A reader that parses at once and wrongly: rules must bear any parse, and a model would take all the time."""

import re
from collections.abc import Callable

from wiredesk.events import ArticleExtracted, ArticleIngested
from wiredesk_extraction.parse import Parse, RawName
from wiredesk_extraction.segments import paragraphs, pieces

__all__ = ["Facts", "Ingest", "PlainReader"]

Ingest = Callable[..., ArticleIngested]
Facts = Callable[..., ArticleExtracted]
"""What the fixtures `ingested` and `facts` give."""

_TOKEN = re.compile(r"\w+|[^\w\s]")
_VERBS = frozenset(("said", "met", "says", "told", "agreed", "called"))
_LABELS = ("PERSON", "ORG", "GPE", "DATE")
_SENTENCE_END = frozenset(".!?")


class PlainReader:
    """In place of the pipeline's reader: every capitalised run is a name, every sentence hangs on its first verb."""

    language, name, version = "en", "en_plain", "1"

    def __init__(self, limit_chars: int) -> None:
        self.limit_chars = limit_chars

    def read(self, text: str) -> Parse:
        """The text's tokens with tags, heads, sentences and names."""
        lines = [start for start, _ in paragraphs(text)]
        rows: list[tuple[int, int, int]] = []
        sentences: list[tuple[int, int]] = []
        line = 0
        for start, end in pieces(text):
            if end > self.limit_chars:
                continue
            while line + 1 < len(lines) and lines[line + 1] <= start:
                line += 1
            first = len(rows)
            for match in _TOKEN.finditer(text, start, end):
                rows.append((match.start(), match.end(), line))
                if match.group() in _SENTENCE_END:
                    sentences.append((first, len(rows) - 1))
                    first = len(rows)
            if first < len(rows):
                sentences.append((first, len(rows) - 1))
        return _parse(text, rows, sentences)


def _parse(text: str, rows: list[tuple[int, int, int]], sentences: list[tuple[int, int]]) -> Parse:
    words = [text[start:end] for start, end, _ in rows]
    tags = [_tag(word) for word in words]
    heads, deps, sentence_of = list(range(len(rows))), ["dep"] * len(rows), [0] * len(rows)
    for number, (first, last) in enumerate(sentences):
        root = next((at for at in range(first, last + 1) if tags[at] == "VBD"), first)
        for at in range(first, last + 1):
            sentence_of[at] = number
            near = at - 1 if at > first and tags[at] == tags[at - 1] == "NNP" else root
            heads[at] = near
            deps[at] = _dependency(at, root, tags[at], named=near != root)
    return Parse(
        text,
        words=tuple(words),
        starts=tuple(start for start, _, _ in rows),
        ends=tuple(end for _, end, _ in rows),
        tags=tuple(tags),
        deps=tuple(deps),
        heads=tuple(heads),
        sentence_of=tuple(sentence_of),
        paragraph_of=tuple(line for _, _, line in rows),
        sentences=tuple(sentences),
        names=tuple(_names(tags, sentence_of)),
    )


def _tag(word: str) -> str:
    if word.lower() in _VERBS:
        return "VBD"
    if word.lower() in ("he", "she", "they", "it"):
        return "PRP"
    if word[0].isdigit():
        return "CD"
    if not word[0].isalpha():
        return "."
    return "NNP" if word[0].isupper() else "NN"


def _dependency(at: int, root: int, tag: str, *, named: bool) -> str:
    if at == root:
        return "ROOT"
    if tag in ("NNP", "PRP") and not named:
        return "nsubj"
    if tag == "VBD":
        return "ccomp"
    return "compound" if named else "punct" if tag == "." else "dobj"


def _names(tags: list[str], sentence_of: list[int]) -> list[RawName]:
    """Runs of capitalised words, of four at most, each labelled in turn."""
    names: list[RawName] = []
    at = 0
    while at < len(tags):
        last = at
        while (
            last + 1 < len(tags)
            and last - at < 3
            and tags[last + 1] == "NNP"
            and sentence_of[last + 1] == sentence_of[at]
        ):
            last += 1
        if tags[at] == "NNP":
            names.append(RawName(at, last, _LABELS[len(names) % len(_LABELS)]))
            at = last
        at += 1
    return names
