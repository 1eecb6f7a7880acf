"""The stretch of a hit's text that shows why it was found, as plain text with ranges to mark."""

from collections.abc import Iterable, Sequence
from itertools import chain

from tantivy import Document, Occur, Query, Schema, Searcher, SnippetGenerator

from wiredesk.index.excerpt import LENGTH, LONGEST_TEXT, Snippet, beginning, framed
from wiredesk.index.marks import Marks
from wiredesk.index.scripts import IDEOGRAPHS
from wiredesk.index.tantivy.translation import Translator

__all__ = ["snippets", "within"]

_MOST_WORDS = 200


def snippets(
    texts: Sequence[str], marks: Marks, *, searcher: Searcher, schema: Schema, translator: Translator
) -> list[Snippet]:
    """One for each text: around the marked words where it has them, else its beginning."""
    texts = [text[:LONGEST_TEXT] for text in texts]
    found: dict[int, Snippet] = {}
    for name in ("text", "ideographs"):
        left = {at: text for at, text in enumerate(texts) if at not in found}
        if words := _words(name, list(left.values()), marks, translator):
            generator = _generator(name, words, searcher, schema)
            found |= {at: snippet for at, text in left.items() if (snippet := _snippet(text, name, generator))}
    return [found.get(at) or beginning(text) for at, text in enumerate(texts)]


def within(word: str, other: str, edits: int) -> bool:
    """Whether so many insertions, deletions, replacements or swaps of neighbours turn one word into the other."""
    # An edit changes the set of letters by two at most: that settles nearly every word of a text at once.
    if abs(len(word) - len(other)) > edits or len(set(word).symmetric_difference(other)) > 2 * edits:
        return False
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > edits:
            return False
        before, last = last, row
    return last[-1] <= edits


def _words(name: str, texts: Sequence[str], marks: Marks, translator: Translator) -> list[str]:
    """The words to mark: those of the query with their inflections, and of the texts what its patterns match."""
    analyse = translator.words
    words = dict.fromkeys(chain.from_iterable(analyse(text, name) for text in marks.words))
    if name == "text":
        for word in list(words):
            words |= dict.fromkeys(translator.inflections(word))
    elif not any(not text.isascii() and IDEOGRAPHS.search(text) for text in texts):
        return []
    starts = [found[-1] for prefix in marks.prefixes if (found := analyse(prefix, name))]
    misspelt = [(word, edits) for text, edits in marks.fuzzy for word in analyse(text, name)]
    if starts or misspelt:
        present = set(chain.from_iterable(analyse(text, name) for text in texts))
        words |= dict.fromkeys(
            word
            for word in sorted(present)
            if any(word.startswith(start) for start in starts) or any(within(word, *pair) for pair in misspelt)
        )
    return list(words)[:_MOST_WORDS]


def _generator(name: str, words: Iterable[str], searcher: Searcher, schema: Schema) -> SnippetGenerator:
    clauses = [(Occur.Should, Query.term_query(schema, name, word)) for word in words]
    generator = SnippetGenerator.create(searcher, Query.boolean_query(clauses), schema, name)
    generator.set_max_num_chars(LENGTH)
    return generator


def _snippet(text: str, name: str, generator: SnippetGenerator) -> Snippet | None:
    """None where the text has no word to mark."""
    document = Document()
    document.add_text(name, text)
    snippet = generator.snippet_from_doc(document)
    fragment = snippet.fragment()
    if not fragment:
        return None
    ranges = _code_points(fragment, [(each.start, each.end) for each in snippet.highlighted()])
    start = len(text.encode()[: snippet.fragment_range().start].decode())
    return framed(text, start, start + len(fragment), ranges)


def _code_points(fragment: str, ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """tantivy counts bytes, and may give overlapping ranges: here they are merged."""
    encoded = fragment.encode()
    merged: list[tuple[int, int]] = []
    for start, end in sorted((len(encoded[:start].decode()), len(encoded[:end].decode())) for start, end in ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
