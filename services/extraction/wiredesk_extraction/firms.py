"""Companies that bear a surname or a town's name: "Ford said it would close plants", "shares in Ford"."""

from collections.abc import Sequence

from wiredesk_extraction.boundaries import LEGAL_FORMS
from wiredesk_extraction.names import Name
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.reporting import STRONG
from wiredesk_extraction.surface import bare_text, normal

__all__ = ["firm_mentions"]

_HELD = frozenset({"shares", "share", "stake", "stakes", "stock"})
_OWNED = frozenset({"shares", "stock", "profits", "profit", "shareholders", "revenue", "revenues", "dealers"})
_CONCERNS = (LEGAL_FORMS | {"group", "holdings"}) - {"co"}
"""What a company's name may end in; "Co." is a county as well."""
_LOCATIVE = frozenset({"in", "at", "near", "from", "to"})
_REACH = 3
_LATELY = 1
"""Sentences within which a surname after a full name is the person's."""


def firm_mentions(parse: Parse, names: Sequence[Name]) -> frozenset[Name]:
    """The mentions by one word, without a form of address, that mean a company: what stands somewhere as only a company
    does, or shortens a company's name and nowhere stands as a town. A person who was named in full just before has the
    surname.
    """
    single = [(name, normal(bare_text(parse, name))) for name in names if name.first == name.stem]
    traded = {word for name, word in single if name.type in {"Person", "Organization"} and _is_traded(parse, name)}
    shortened = {_shortened(parse, name) for name in names if name.type == "Organization"}
    shortened -= {word for name, word in single if name.first and parse.lower[name.first - 1] in _LOCATIVE}
    if not traded and not shortened:
        return frozenset()
    named = [
        (normal(parse.words[n.stem]), parse.sentence_of[n.first])
        for n in names
        if n.type == "Person" and n.stem > n.bare
    ]
    persons = {(surname, line + after) for surname, line in named for after in range(_LATELY + 1)}
    return frozenset(
        name
        for name, word in single
        if (word in traded and (word, parse.sentence_of[name.first]) not in persons)
        or (name.type == "Place" and word in shortened)
    )


def _shortened(parse: Parse, name: Name) -> str:
    """The one word that a company's name is but for its legal form; else the empty string."""
    if name.stem != name.bare + 1 or parse.undotted[name.stem] not in _CONCERNS:
        return ""
    return normal(parse.words[name.bare])


def _is_traded(parse: Parse, name: Name) -> bool:
    before, after = parse.lower[max(0, name.first - 2) : name.first], parse.lower[name.last + 1 : name.last + 3]
    if len(before) == 2 and before[0] in _HELD and before[1] in {"in", "of"}:
        return True
    if len(after) == 2 and after[0] in {"'s", "’s"} and after[1] in _OWNED:
        return True
    return _speaks_of_itself(parse, name.last + 1)


def _speaks_of_itself(parse: Parse, verb: int) -> bool:
    """ "said it would", "said on Monday that it had"."""
    if verb >= len(parse.words) or parse.lower[verb] not in STRONG:
        return False
    end = min(len(parse.words) - 1, verb + 1 + _REACH)
    it = next((t for t in range(verb + 1, end) if parse.lower[t] == "it" and parse.deps[t] == "nsubj"), None)
    return it is not None and parse.lower[it + 1] in {"would", "will", "had", "has", "plans", "planned", "expects"}
