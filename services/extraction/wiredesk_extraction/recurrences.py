"""Marks a name wherever it recurs: what the pipeline found once it often misses elsewhere in the article."""

from collections.abc import Sequence

from wiredesk_extraction.candidates import is_acronym
from wiredesk_extraction.honorifics import is_honorific
from wiredesk_extraction.names import Name, with_honorifics, with_postnominals
from wiredesk_extraction.parse import Parse

__all__ = ["find_recurrences"]

_MIN_CHARS = 3
_MAX_WORDS = 12
_MAX_ALIKE = 50
_MANY_WORDS = frozenset({"Work", "Law", "Event"})
"""Kinds of which a single word ("Rebecca", "Act") says too little to be one again."""

_RULE = "recurrence"


def find_recurrences(parse: Parse, names: Sequence[Name]) -> list[Name]:
    """Names not found yet whose words are those of a name that was, in order, case and all or in capitals only.

    A one-word name needs a proper noun's tag, so that a sentence that begins with "May" does not name a person; the
    first and the last word of a person's full name count as one.
    """
    by_first = _by_first_word(_known_words(parse, names))
    taken = {token for name in names for token in range(name.first, name.last + 1)}
    found = []
    for at in [at for at, word in enumerate(parse.words) if word in by_first]:
        if at in taken:
            continue
        for words, kind in by_first[parse.words[at]]:
            last = at + len(words) - 1
            if (
                parse.words[at : last + 1] == words
                and not taken.intersection(range(at, last + 1))
                and _is_name(parse, at, last)
            ):
                person = kind == "Person"
                first, end = (with_honorifics(parse, at), with_postnominals(parse, last)) if person else (at, last)
                found.append(Name(first, at, last, end, kind, _RULE))
                taken.update(range(first, end + 1))
                break
    return found


def _known_words(parse: Parse, names: Sequence[Name]) -> dict[tuple[str, ...], str]:
    known: dict[tuple[str, ...], str] = {}
    for name in names:
        words = parse.words[name.bare : name.stem + 1]
        single = len(words) == 1
        if len(words) > _MAX_WORDS or (single and name.type in _MANY_WORDS):
            continue
        if len("".join(words)) >= _MIN_CHARS or (single and is_acronym(words[0])):
            known.setdefault(words, name.type)
        if name.type == "Person" and not single:
            for word in (words[-1], words[0]):
                if len(word) >= _MIN_CHARS and word[:1].isupper():
                    known.setdefault((word,), name.type)
    for words, kind in list(known.items()):
        if kind == "Person":
            known.setdefault(tuple(word.upper() for word in words), kind)
    return known


def _by_first_word(known: dict[tuple[str, ...], str]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The longest first, and of those that begin alike only so many."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, kind in sorted(known.items(), key=lambda item: -len(item[0])):
        same = by_first.setdefault(words[0], [])
        if len(same) < _MAX_ALIKE:
            same.append((words, kind))
    return by_first


def _is_name(parse: Parse, first: int, last: int) -> bool:
    beside = [t for t in (first - 1, last + 1) if 0 <= t < len(parse.words)]
    if first == last and not parse.tags[first].startswith("NNP"):
        return is_acronym(parse.words[first]) and not any(parse.words[t].isupper() for t in beside)
    return not any(
        parse.tags[t].startswith("NNP") and parse.words[t][:1].isupper() and not is_honorific(parse.words[t])
        for t in beside
    )
