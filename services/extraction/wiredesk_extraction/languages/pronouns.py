"""Whom a speaker's pronoun stands for, in a language without rules of its own: one person only, or nobody."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from wiredesk_extraction.cast import Member
from wiredesk_extraction.languages.speakers import Floor
from wiredesk_extraction.quotes import Said
from wiredesk_extraction.scene import Phrase

__all__ = ["resolve"]

_WINDOW = 20
_MAX_LINES_BACK = 1


@dataclass(frozen=True, slots=True)
class _Seen:
    """A person who was named or spoke at a token; None: one whose name is not known."""

    token: int
    who: int | None


def resolve(floor: Floor, members: Sequence[Member], said: Sequence[Said]) -> list[int | None]:
    """The entity of each quote's speaker, in order; a pronoun that is resolved becomes a mention."""
    scene = floor.scene
    seen = sorted(
        (_Seen(last, who) for who in scene.people for _, last, _ in members[who].mentions if scene.outside(last)),
        key=lambda one: one.token,
    )
    spoken: list[_Seen] = []
    known: dict[int, int] = {}
    for phrase in sorted((one.speaker for one in said if one.speaker), key=lambda phrase: phrase.head):
        who = phrase.entity if phrase.entity is not None else known.get(phrase.head)
        if who is None:
            who = _antecedent(floor, phrase, seen, spoken, members)
        if who is None:
            spoken.append(_Seen(phrase.head, None))
            continue
        if phrase.head not in known and floor.language.pronoun(floor.parse.words[phrase.head]) is not None:
            members[who].mentions.append((phrase.first, phrase.last, "pronoun"))
        known[phrase.head] = who
        spoken.append(_Seen(phrase.head, who))
    for member in members:
        member.mentions.sort()
    return [known.get(one.speaker.head) if one.speaker else None for one in said]


def _antecedent(
    floor: Floor, phrase: Phrase, seen: Sequence[_Seen], spoken: Sequence[_Seen], members: Sequence[Member]
) -> int | None:
    """The only person who fits by gender in this paragraph so far or, if there is none, in the one before; of several
    the one who spoke last there, if nobody else was named since.
    """
    gender = floor.language.pronoun(floor.parse.words[phrase.head])
    if gender is None:
        return None
    lines = floor.parse.paragraph_of
    told = [one for one in _before(spoken, phrase.head) if lines[phrase.head] - lines[one.token] <= _MAX_LINES_BACK]
    for line in range(lines[phrase.head], lines[phrase.head] - _MAX_LINES_BACK - 1, -1):
        near = [one for one in _before(seen, phrase.head) if lines[one.token] == line]
        here = [one for one in told if lines[one.token] == line]
        people = {
            one.who: members[one.who].gender
            for one in sorted((*near, *here), key=lambda one: one.token)
            if one.who is not None and (not gender or members[one.who].gender in {"", gender})
        }
        sure = [who for who, known in people.items() if gender and known == gender]
        if len(sure) == 1:
            return sure[0]
        if here and here[-1].who is None:
            return None
        if len(people) == 1:
            return next(iter(people))
        if people:
            last = near[-1].token if near else -1
            return here[-1].who if here and here[-1].token >= last and here[-1].who in people else None
    return None


def _before(seen: Sequence[_Seen], token: int) -> list[_Seen]:
    """The last ones before a token."""
    end = bisect_left(seen, token, key=lambda one: one.token)
    return list(seen[max(0, end - _WINDOW) : end])
