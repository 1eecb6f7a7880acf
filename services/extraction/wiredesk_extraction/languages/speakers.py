"""Who speaks, by what stands beside a cue: a name, a pronoun, or words for what someone is, perhaps with a name."""

from dataclasses import dataclass

from wiredesk_extraction.languages.cues import CueWords
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.spoken_names import before_brackets, past_phrase
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.scene import Phrase, Scene

__all__ = ["Floor", "before", "behind", "has_no_subject", "subject"]

_MAX_PASSED = 6
_MAX_NOMINAL = 10
_MAX_ADJECTIVES = 3
_COMMAS = frozenset({",", "(", "–", "—"})
_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubjpass", "sb"})
"""Universal Dependencies, ClearNLP and TIGER (spaCy's German)."""

_APPOSITIONS = frozenset({"appos", "app", "flat", "flat:name", "nmod:appos", "pnc", "nk"})
_COMPLEMENTS = frozenset({"oc"})
"""TIGER hangs the participle on the auxiliary, which has the subject."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The scene, its language, and the numbers of those who can speak: people, organisations, groups."""

    scene: Scene
    language: Language
    speaking: frozenset[int]

    @property
    def parse(self) -> Parse:
        """The article's words."""
        return self.scene.parse

    def named(self, token: int) -> Phrase | None:
        """The mention of someone who can speak that holds `token`."""
        owner = self.scene.owner.get(token) if 0 <= token < len(self.parse.words) else None
        if owner is None or owner not in self.speaking or not self.scene.outside(token):
            return None
        first, last = self.scene.mention_of[token]
        return Phrase(first, last, last, owner)


def behind(floor: Floor, cue: CueWords, zone: frozenset[int]) -> Phrase | None:
    """The one named right behind a cue, within `zone`: "sagte Müller", "selon la ministre, Anne Dulac"."""
    parse, language = floor.parse, floor.language
    for at in range(cue.first + 1, cue.last):  # "a-t-elle dit", "hatte Wehnert gesagt"
        if language.pronoun(parse.words[at]) is not None:
            return Phrase(at, at, at)
        if (
            cue.kind == "verb"
            and (named := floor.named(at))
            and parse.lower[named.first - 1] not in language.prepositions
        ):
            return named
    at = _past_fillers(floor, cue.last + 1, zone)
    if cue.kind == "verb" and at in zone and parse.lower[at] in language.prepositions:  # "a déclaré à l'AFP le maire"
        at = _past_fillers(floor, past_phrase(parse, language, at + 1), zone)
    return _phrase_at(floor, at, zone) if at in zone else None


def _past_fillers(floor: Floor, at: int, zone: frozenset[int]) -> int:
    end = at + _MAX_PASSED
    while at in zone and at < end and _is_passed_over(floor, at):
        at += 1
    return at


def _is_passed_over(floor: Floor, token: int) -> bool:
    word = floor.parse.words[token]
    if floor.language.pronoun(word) is not None or token in floor.scene.owner:
        return False
    if word.lower() in floor.language.articles:  # "el jueves"
        return floor.parse.lower[token + 1 : token + 2] in floor.language.days
    if (word.lower(),) in floor.language.days:
        return True
    return word.lower() in floor.language.passed_over or word.startswith("-") or word == ":"


def _phrase_at(floor: Floor, at: int, zone: frozenset[int]) -> Phrase | None:
    parse, language = floor.parse, floor.language
    if language.pronoun(parse.words[at]) is not None:
        return Phrase(at, at, at)
    if named := floor.named(at):
        return named if named.first == at else None
    first, head = at, at
    if parse.lower[at] in language.articles:
        head = at + 1
        if (named := floor.named(head)) and named.first == head:
            return named
        while (
            language.capitalises_nouns and head in zone and head - at <= _MAX_ADJECTIVES and parse.words[head].islower()
        ):
            head += 1
        if language.capitalises_nouns and head in zone and not parse.words[head][:1].isupper():
            return None
    elif language.office(parse.words[at]) is None and language.address(parse.words[at]) is None:
        return None
    if head not in zone or not parse.words[head][0].isalpha() or parse.lower[head] in language.prepositions:
        return None
    return _name_of(floor, head, zone) or Phrase(first, head, head)


def _name_of(floor: Floor, head: int, zone: frozenset[int]) -> Phrase | None:
    """The name of the one a noun describes: right behind it, or behind the first comma; not behind a preposition."""
    parse, language = floor.parse, floor.language
    bound = False
    for at in range(head + 1, head + _MAX_NOMINAL):
        if at not in zone:
            return None
        word = parse.lower[at]
        if word in _COMMAS:
            named = floor.named(at + 1) if at + 1 in zone else None
            return named if named and named.first == at + 1 and _is_person(floor, named) else None
        if (named := floor.named(at)) and named.first == at and not bound:
            return named if _is_person(floor, named) else None
        bound = bound or word in language.prepositions or word in language.articles
    return None


def _is_person(floor: Floor, phrase: Phrase) -> bool:
    return phrase.entity in floor.scene.people


def before(floor: Floor, cue: CueWords, zone: frozenset[int]) -> Phrase | None:
    """The one named right before a verb, within `zone`: "Müller sagte", "Der Rat, Udo Kern, sagte", "Elle a dit"."""
    parse, language = floor.parse, floor.language
    at = cue.first - 1
    while at in zone and cue.first - at <= _MAX_PASSED and _is_passed_over(floor, at):
        at -= 1
    at = before_brackets(parse, at)
    if at not in zone:
        return None
    if language.pronoun(parse.words[at]) is not None:
        return Phrase(at, at, at)
    opening = min(zone)
    if parse.words[at] == ",":
        return _apposed(floor, at, opening)
    named = floor.named(at)
    if named and named.last == at and _may_speak(floor, named.first, opening):
        return named
    commas = (token for token in range(at, opening, -1) if parse.words[token] == ",")
    return _nominal(floor, next(commas, opening - 1) + 1, at, zone)


def has_no_subject(floor: Floor, cue: CueWords, zone: frozenset[int]) -> bool:
    """Whether nothing that could be a subject stands on either side of a verb ("Y añadió:", "añadió el lunes")."""
    parse = floor.parse
    at = cue.first - 1
    while at in zone and cue.first - at <= _MAX_PASSED and _is_passed_over(floor, at):
        at -= 1
    behind = _past_fillers(floor, cue.last + 1, zone)
    free = behind not in zone or not parse.words[behind][0].isalpha()
    return (at not in zone or parse.words[at] in _COMMAS) and (
        free or parse.lower[behind] in floor.language.prepositions
    )


def _apposed(floor: Floor, comma: int, opening: int) -> Phrase | None:
    """The name between commas before the verb, or the one that the sentence begins with and the comma ends."""
    named = floor.named(comma - 1)
    if named and named.last == comma - 1 and floor.parse.words[named.first - 1] == ",":
        return named
    first = floor.named(opening)
    if first and first.first == opening and floor.parse.words[first.last + 1] == ",":
        return first
    return None


def _may_speak(floor: Floor, first: int, opening: int) -> bool:
    """Whether nothing before a name binds it to another noun; an article with an office does not where it opens the
    sentence.
    """
    parse, language = floor.parse, floor.language
    at = first - 1
    while at >= opening and (
        language.office(parse.words[at]) is not None or language.address(parse.words[at]) is not None
    ):
        at -= 1
    if at < opening:
        return True
    if parse.lower[at] in language.articles:
        return at == opening or parse.words[at - 1] == ","
    return parse.lower[at] not in language.prepositions and not parse.words[at][:1].isupper()


def _nominal(floor: Floor, opening: int, at: int, zone: frozenset[int]) -> Phrase | None:
    """What the sentence begins with, an article and a noun, where it runs to the verb: "Ein Sprecher sagte"."""
    if at - opening >= _MAX_NOMINAL or floor.parse.lower[opening] not in floor.language.articles:
        return None
    phrase = _phrase_at(floor, opening, zone)
    if phrase is None or phrase.last > at:
        return None
    between = floor.parse.words[phrase.last + 1 : at + 1]
    return None if "," in between else phrase


def subject(floor: Floor, cue: CueWords) -> Phrase | None:
    """The subject of a cue by the dependency parse, where there is one."""
    parse = floor.parse
    verbs = [cue.last, cue.first]
    if parse.deps[cue.last] in _COMPLEMENTS:
        verbs.append(parse.heads[cue.last])
    for verb in verbs:
        token = parse.child(verb, *_SUBJECTS)
        if token is None or not floor.scene.outside(token):
            continue
        if floor.language.pronoun(parse.words[token]) is not None:
            return Phrase(token, token, token)
        apposed = (child for child in parse.children[token] if parse.deps[child] in _APPOSITIONS)
        return next((named for at in (token, *apposed) if (named := floor.named(at))), None)
    return None
