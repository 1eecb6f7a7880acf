"""Marks a name wherever it recurs: what the pipeline found once it often misses elsewhere in the article."""

from collections.abc import Sequence

from wiredesk_extraction.honorifics import is_honorific
from wiredesk_extraction.names import Name, with_honorifics
from wiredesk_extraction.parse import Parse

__all__ = ["find_recurrences"]

_MIN_CHARS = 3
_TYPES = frozenset({"Person", "Organization", "Place"})


def find_recurrences(parse: Parse, names: Sequence[Name]) -> list[Name]:
    """Names not found yet whose words, case and all, are those of a name that was, in order.

    A one-word name needs a proper noun's tag, so that a sentence that begins with "May" does not name a person; the
    last word of a person's full name counts as one.
    """
    known: dict[tuple[str, ...], str] = {}
    for name in names:
        if name.type not in _TYPES:
            continue
        words = parse.words[name.bare : name.last + 1]
        if len("".join(words)) >= _MIN_CHARS:
            known.setdefault(words, name.type)
        if name.type == "Person" and len(words) > 1 and len(words[-1]) >= _MIN_CHARS and words[-1][:1].isupper():
            known.setdefault(words[-1:], name.type)
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted(known, key=lambda w: -len(w)):
        by_first.setdefault(words[0], []).append(words)
    taken = {token for name in names for token in range(name.first, name.last + 1)}
    found = []
    for at, word in enumerate(parse.words):
        for words in by_first.get(word, ()):
            last = at + len(words) - 1
            if (
                parse.words[at : last + 1] == words
                and not taken.intersection(range(at, last + 1))
                and _is_name(parse, at, last)
            ):
                first = with_honorifics(parse, at) if known[words] == "Person" else at
                found.append(Name(first, at, last, known[words]))
                taken.update(range(at, last + 1))
                break
    return found


def _is_name(parse: Parse, first: int, last: int) -> bool:
    if first == last and not parse.tags[first].startswith("NNP"):
        return False
    beside = [parse.words[first - 1] if first else "", parse.words[last + 1] if last + 1 < len(parse.words) else ""]
    tags = [parse.tags[first - 1] if first else "", parse.tags[last + 1] if last + 1 < len(parse.tags) else ""]
    return not any(
        tag.startswith("NNP") and word[:1].isupper() and not is_honorific(word)
        for tag, word in zip(tags, beside, strict=True)
    )
