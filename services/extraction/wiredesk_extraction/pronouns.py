"""Which person a speaker's pronoun stands for."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from wiredesk_extraction.parse import Parse

__all__ = ["resolve_pronoun"]

_GENDER = {"he": "m", "she": "f", "him": "m", "her": "f", "his": "m"}
_WINDOW = 50
"""Names and speakers looked back on; a pronoun seldom reaches further, and hostile text must not make it."""
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})


def resolve_pronoun(
    parse: Parse,
    token: int,
    *,
    spoken: Sequence[tuple[int, int]],
    named: Sequence[tuple[int, int]],
    genders: Mapping[int, str],
) -> int | None:
    """The entity of "he" or "she": of people who fit, the subject of the sentence before or the last speaker, whichever
    is nearer; else the last one named. None for other pronouns, and when nobody fits.

    `spoken` and `named` are (token, entity), in text order: speakers attributed so far, and every name of a person.
    Centering's preference for subjects (Grosz, Joshi and Weinstein 1995), with honorifics as the only
    evidence of gender.
    """
    gender = _GENDER.get(parse.lower[token])
    if gender is None:
        return None
    end = bisect_left(named, (token, -1))
    fits = [(at, who) for at, who in named[max(0, end - _WINDOW) : end] if genders.get(who, "") in {"", gender}]
    if not fits:
        return None
    known = [(at, who) for at, who in fits if genders.get(who, "") == gender]
    subjects = [(at, who) for at, who in fits if parse.deps[at] in _SUBJECTS]
    speakers = [(at, who) for at, who in spoken[-_WINDOW:] if at < token and genders.get(who, "") in {"", gender}]
    near = max([*subjects, *speakers], default=None)
    if near is not None and parse.paragraph_of[token] - parse.paragraph_of[near[0]] <= 2:
        return near[1]
    return max(known or fits)[1]
