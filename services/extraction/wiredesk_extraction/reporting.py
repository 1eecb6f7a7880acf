"""Cues in every inflection: which constructions a verb or noun of speech and thought takes."""

from collections.abc import Mapping

from wiredesk_extraction import cue_words

__all__ = [
    "ACCUSING",
    "ADJECTIVES",
    "ASIDES",
    "BEARERS",
    "CLAUSES",
    "COPULAS",
    "CUES",
    "INFINITIVES",
    "NAMING",
    "NOUNS",
    "OBJECTS",
    "OBJECT_FIRST",
    "PREPOSITIONS",
    "REPORTING",
    "REQUESTS",
    "STRONG",
]


def _forms(verb: str) -> set[str]:
    if verb in cue_words.IRREGULAR:
        return {verb, *cue_words.IRREGULAR[verb].split()}
    if verb.endswith("e"):
        return {verb, verb + "s", verb + "d", verb[:-1] + "ing"}
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return {verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"}
    return {verb, verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s"), verb + "ed", verb + "ing"}


def _inflect(verbs: str) -> frozenset[str]:
    return frozenset(form for verb in verbs.split() for form in _forms(verb))


STRONG = _inflect(cue_words.SAYING)
"""Verbs whose subject speaks: enough for a clause without quotation marks."""

REPORTING = STRONG | _inflect(cue_words.WEAK_SAYING)
"""All verbs that may introduce quoted words."""

OBJECT_FIRST = _inflect(cue_words.OBJECT_FIRST)
"""Verbs whose noun phrase after them is spoken to, or of: never the speaker of an inverted clause."""

ASIDES = _inflect(cue_words.ASIDES)
CLAUSES = _inflect(cue_words.CLAUSES)
INFINITIVES = _inflect(cue_words.INFINITIVES)
REQUESTS = _inflect(cue_words.REQUESTS)
NAMING = _inflect(cue_words.NAMING)
OBJECTS = _inflect(cue_words.OBJECTS)
ACCUSING = _inflect(cue_words.ACCUSING)

PREPOSITIONS: Mapping[str, frozenset[str]] = {
    form: frozenset(words.split()) for verb, words in cue_words.PREPOSITIONS.items() for form in _forms(verb)
}
"""Form of a verb -> the words that lead on to what is said."""

BEARERS = _inflect(cue_words.BEARERS)
COPULAS = frozenset(cue_words.COPULAS.split())
ADJECTIVES = frozenset(cue_words.ADJECTIVES.split())

NOUNS = frozenset(form for noun in cue_words.NOUNS.split() for form in (noun, noun + "s"))
"""Nouns of speech and thought, one or many."""

CUES = frozenset(
    {"according", *CLAUSES, *ASIDES, *INFINITIVES, *REQUESTS, *NAMING, *OBJECTS, *ACCUSING, *BEARERS}
    | {*PREPOSITIONS, *NOUNS, *ADJECTIVES}
)
"""Every word that a rule for reported speech starts from: most words of an article are none, and not looked at."""
