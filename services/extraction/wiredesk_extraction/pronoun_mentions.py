"""The narrator's "he", "she", "his" and "her" as mentions, where only one person can be meant."""

from collections.abc import Iterator, Mapping, Sequence

from wiredesk_extraction.cast import Member
from wiredesk_extraction.scene import Scene

__all__ = ["find_pronoun_mentions"]

_GENDERS = {"he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
_PRONOUNS = frozenset(_GENDERS)
_OBJECTS = frozenset({"dobj", "dative"})
_MAX_SENTENCES = 2
"""Sentences looked back on: nearly all pronouns of news prose find their person in this one or the one before."""
_MAX_RECENT = 40
"""Mentions looked back on, so that a list of names in hostile text does not take for ever."""


def find_pronoun_mentions(scene: Scene, members: Sequence[Member]) -> Iterator[tuple[int, int]]:
    """(number of the member, token) of each pronoun whose person is sure, in text order.

    Sure is who alone fits by gender among the people mentioned in this sentence before it and in the one before that, a
    pronoun found on the way counting as a mention. Pronouns inside quotations are the speaker's, and left aside.
    """
    parse = scene.parse
    mentions = sorted(
        (last, number)
        for number, member in enumerate(members)
        if member.type == "Person"
        for _, last, _ in member.mentions
        if scene.outside(last)
    )
    taken = {last for last, _ in mentions}
    recent: list[tuple[int, int]] = []
    resolved: dict[int, int] = {}
    at = 0
    for token in parse.tokens_among(_PRONOUNS):
        word = parse.lower[token]
        while at < len(mentions) and mentions[at][0] <= token:
            recent.append(mentions[at])
            at += 1
        if token in taken or not scene.outside(token):
            continue
        gender = _GENDERS[word]
        del recent[:-_MAX_RECENT]
        sentence = parse.sentence_of[token]
        near = {who for last, who in recent if last < token and sentence - parse.sentence_of[last] < _MAX_SENTENCES}
        fitting = {who for who in near if members[who].gender in {"", gender}} - _acting_on(scene, token, resolved)
        if len(fitting) == 1:
            who = fitting.pop()
            recent.append((token, who))
            resolved[token] = who
            yield who, token


def _acting_on(scene: Scene, token: int, resolved: Mapping[int, int]) -> set[int]:
    """Who acts on an object pronoun, which would be "himself" if it were the same ("Wren recalled her")."""
    parse = scene.parse
    if parse.deps[token] not in _OBJECTS or parse.lower[token].endswith("self"):
        return set()
    subject = parse.child(parse.heads[token], "nsubj")
    who = None if subject is None else scene.owner.get(subject, resolved.get(subject))
    return set() if who is None else {who}
