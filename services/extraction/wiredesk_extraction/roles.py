"""What people are: titles before their names, descriptions beside them, and descriptions that stand for them alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wiredesk_extraction.honorifics import OFFICES
from wiredesk_extraction.names import Name
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.person_nouns import PERSON_NOUNS, is_person_noun
from wiredesk_extraction.phrases import inside_noun_phrase, left_edge
from wiredesk_extraction.surface import Cluster

__all__ = ["Description", "find_descriptions", "find_standing_descriptions"]

_LEADERS_WORDS = """
    chief head leader boss president chairman director secretary general executive ceo
"""
_LEADERS = frozenset(_LEADERS_WORDS.split())
"""Words news prose uses for one another when it names the head of an organisation a second time."""

_ARTICLES = frozenset({"the", "a", "an"})
_MAX_ROLE_WORDS = 10
_MAX_LISTED = 5
_MAX_ROLES = 200
"""Roles looked through for a later description: more than any article introduces."""


@dataclass(frozen=True, slots=True)
class Description:
    """Tokens `first..last` describe the entity whose cluster it was found with; `head` is the noun.

    `standing`: they stand for it by themselves (a nominal mention); otherwise they are a title before the name.
    """

    first: int
    last: int
    head: int
    standing: bool


def find_descriptions(parse: Parse, cluster: Cluster, people: Mapping[int, Name]) -> list[Description]:
    """Titles and appositions of a person's names. Empty for anything but a person.

    `people`: the names of people of the article by their last token.
    """
    if cluster.type != "Person":
        return []
    found = []
    for name in cluster.names:
        titles = (_title_before(parse, name) or _shared_title(parse, name, people),)
        found += [d for d in (*titles, _apposition_after(parse, name), _noun_before(parse, name)) if d]
    return found


def _shared_title(parse: Parse, name: Name, people: Mapping[int, Name]) -> Description | None:
    """ "Foreign Ministers" for Berg in "Foreign Ministers Ann Hale and Ole Berg": a plural before a list of people."""
    for _ in range(_MAX_LISTED if name.first == name.bare else 0):
        at = name.first - 1
        while at > 0 and parse.lower[at] in {",", "and"}:
            at -= 1
        before = people.get(at)
        if before is None or at == name.first - 1:
            return None
        title = _title_before(parse, before)
        if title is not None:
            plural = parse.tags[title.head].endswith("S") or parse.lower[title.head].endswith("s")
            return title if plural else None
        name = before
    return None


def find_standing_descriptions(
    parse: Parse, described: Sequence[tuple[Cluster, Sequence[Description]]]
) -> list[tuple[int, Description]]:
    """Definite descriptions later in the text ("the NATO chief") of a person introduced with that role.

    Gives the person's place in `described` with each. The head noun must be the role's (or both words for a leader),
    every other word must occur in the role, and only one person may fit.
    """
    known = [
        (at, cluster.names[0].first, _role_words(parse, description))
        for at, (cluster, descriptions) in enumerate(described)
        for description in descriptions
    ][:_MAX_ROLES]
    taken = {t for c, _ in described if c.type == "Person" for n in c.names for t in range(n.first, n.last + 1)}
    taken |= {t for _, ds in described for d in ds if d.standing for t in range(d.first, d.last + 1)}
    found = []
    for head in parse.tokens_among(PERSON_NOUNS):
        word = parse.lower[head]
        if head in taken or parse.tags[head] not in {"NN", "NNP"}:
            continue
        first = left_edge(parse, head)
        if parse.lower[first] != "the" or first == head or parse.deps[head] == "compound":
            continue
        if head + 1 < len(parse.words) and parse.lower[head + 1] in {"of", "for"}:
            continue
        if taken.intersection(range(first, head + 1)):
            continue
        own = {parse.lower[t] for t in range(first + 1, head + 1)}
        fitting = {at for at, seen, role in known if seen < head and _fits(own, word, role)}
        if len(fitting) == 1:
            found.append((fitting.pop(), Description(first, head, head, standing=True)))
    return found


def _fits(own: set[str], head: str, role: set[str]) -> bool:
    others = own - {head}
    if head in role:
        return others <= role
    return bool(others) and others <= role and head in _LEADERS and bool(role & _LEADERS)


def _role_words(parse: Parse, description: Description) -> set[str]:
    return {parse.lower[t] for t in range(description.first, description.last + 1)} - _ARTICLES


def _title_before(parse: Parse, name: Name) -> Description | None:
    """ "Defence Minister" in "Defence Minister Sergei Ivanov": nouns right before the name, the last one a person's."""
    if name.bare > name.first and parse.lower[name.first] in OFFICES:
        return Description(name.first, name.bare - 1, name.bare - 1, standing=False)
    last = name.first - 1
    if last < 0 or parse.sentence_of[last] != parse.sentence_of[name.first] or not is_person_noun(parse.words[last]):
        return None
    first = left_edge(parse, last)
    while first < last and parse.tags[first] in {"DT", "PRP$", "POS"}:
        first += 1
    return Description(first, last, last, standing=False)


def _apposition_after(parse: Parse, name: Name) -> Description | None:
    """ "the NATO secretary general" in "Lord Robertson, the NATO secretary general,"."""
    at = name.last + 1
    if at + 2 < len(parse.words) and parse.words[at] == "," and parse.words[at + 1].isdigit():
        at += 2  # "Ann Hale, 44, a teacher"
    if (
        at + 1 >= len(parse.words)
        or parse.words[at] != ","
        or parse.sentence_of[at + 1] != parse.sentence_of[name.last]
    ):
        return None
    first = at + 1
    head = first
    while head < len(parse.words) and head - first < _MAX_ROLE_WORDS and inside_noun_phrase(parse, head):
        head += 1
    head -= 1
    nouns = [t for t in range(first, head + 1) if is_person_noun(parse.words[t])]
    if not nouns or nouns[-1] < head - 1 or not parse.tags[head].startswith("NN"):
        return None
    if parse.tags[first].startswith("NNP") and parse.lower[first] not in PERSON_NOUNS and nouns[-1] != head:
        return None
    return Description(first, _with_of(parse, head), head, standing=True)


def _with_of(parse: Parse, head: int) -> int:
    """The head, or the end of a short "of …" or "for …" phrase after it."""
    last = head
    if head + 1 < len(parse.words) and parse.lower[head + 1] in {"of", "for", "at"}:
        at = head + 2
        while at < len(parse.words) and at - head < _MAX_ROLE_WORDS and inside_noun_phrase(parse, at):
            at += 1
        if parse.tags[at - 1].startswith("NN"):
            last = at - 1
            last = next((raw.last for raw in parse.names if raw.first <= last <= raw.last), last)
    return last


def _noun_before(parse: Parse, name: Name) -> Description | None:
    """ "the Russian Defence Minister" in "the Russian Defence Minister, Mr Sergei Ivanov,"."""
    head = name.first - 2
    if head < 0 or parse.words[name.first - 1] != "," or parse.sentence_of[head] != parse.sentence_of[name.first]:
        return None
    if not is_person_noun(parse.words[head]) or parse.tags[head].endswith("S"):
        return None
    first = left_edge(parse, head)
    if parse.tags[first] not in {"DT", "PRP$"}:
        return None
    return Description(first, head, head, standing=True)
