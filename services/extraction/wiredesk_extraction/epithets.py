"""Common nouns that stand for an organisation of the article: "the ministry", "the Western alliance"."""

from collections.abc import Sequence, Set

from wiredesk_extraction.parse import Parse
from wiredesk_extraction.phrases import left_edge
from wiredesk_extraction.roles import Description
from wiredesk_extraction.surface import Cluster, bare_text, normal

__all__ = ["find_epithets"]

_HEADS_WORDS = """
    university college hospital ministry commission committee council agency institute museum bank foundation
    federation association airline academy charity department
"""
_HEADS = frozenset(_HEADS_WORDS.split())
"""Head nouns by which news prose calls a body again once it has named it in full."""

_EPITHETS = {
    "alliance": (
        frozenset({"nato", "north atlantic treaty organization", "north atlantic treaty organisation"}),
        frozenset({"western", "atlantic", "transatlantic", "military", "defence", "defense"}),
    ),
    "bloc": (frozenset({"eu", "european union"}), frozenset({"european", "trading", "economic"})),
}
"""What stands for a body without being a word of its name: the body's names, and the words that may go before."""


def find_epithets(parse: Parse, clusters: Sequence[Cluster], taken: frozenset[int]) -> list[tuple[int, Description]]:
    """The place in `clusters` of the organisation each description stands for, with the description.

    Only definite ones ("the …") of an organisation named before, and only where no other of that kind is named.
    """
    bodies = [(at, cluster) for at, cluster in enumerate(clusters) if cluster.type == "Organization"]
    headed: dict[str, set[int]] = {}
    for at, cluster in bodies:
        for word in {_head(parse.lower[n.bare : n.stem + 1]) for n in cluster.names if n.stem > n.bare}:
            headed.setdefault(word, set()).add(at)
    called = {word for word in headed if word in _HEADS} | _EPITHETS.keys()
    found = []
    for head in parse.tokens_among(called):
        word = parse.lower[head]
        if parse.tags[head] != "NN" or head in taken:
            continue
        first = left_edge(parse, head)
        if parse.lower[first] != "the" or first == head or _goes_on(parse, head):
            continue
        modifiers = set(parse.lower[first + 1 : head])
        fitting = headed.get(word, set())
        if word in _EPITHETS and not fitting:
            names, own = _EPITHETS[word]
            fitting, modifiers = {at for at, c in bodies if _is_called(parse, c, names)}, modifiers - own
        if modifiers or len(fitting) != 1 or taken.intersection(range(first, head)):
            continue
        at = next(iter(fitting))
        if clusters[at].names[0].first < first:
            found.append((at, Description(first, head, head, standing=True)))
    return found


def _head(words: Sequence[str]) -> str:
    """The noun that says what a body is: the last one, or the one before "of" or "for"."""
    cuts = [at for at, word in enumerate(words) if word in {"of", "for", "in"} and at > 0]
    return words[cuts[0] - 1] if cuts else words[-1]


def _is_called(parse: Parse, cluster: Cluster, names: Set[str]) -> bool:
    return any(normal(bare_text(parse, name)).replace(".", "") in names for name in cluster.names)


def _goes_on(parse: Parse, head: int) -> bool:
    """Whether the noun is only the first part of a longer description ("the bank manager", "the council of elders")."""
    after = head + 1
    if after >= len(parse.words):
        return False
    return parse.lower[after] in {"of", "for", "-"} or parse.tags[after].startswith("NN")
