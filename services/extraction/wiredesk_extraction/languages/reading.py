"""An article in a language without rules of its own: who is named, what is said, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wiredesk_extraction.cast import Member, plain_members
from wiredesk_extraction.clusters import cluster_names
from wiredesk_extraction.languages.attributions import attribute
from wiredesk_extraction.languages.cues import CueWords, find_cues
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.pronouns import resolve
from wiredesk_extraction.languages.speakers import Floor
from wiredesk_extraction.languages.speech_dashes import find_speech
from wiredesk_extraction.languages.spoken_names import find_names
from wiredesk_extraction.name_types import PERSONAL
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.quotation_marks import Quotation, find_quotations
from wiredesk_extraction.quotes import Said, in_marks
from wiredesk_extraction.scenes import scene_of

__all__ = ["Reading", "read_article"]

_MAX_ROLES = 10
_SPEAKING = frozenset({PERSONAL, "Organization", "Group"})


@dataclass(frozen=True, slots=True)
class Reading:
    """The parse as it was read, the entities, the quotes, and for each the number of its speaker's entity, if known."""

    parse: Parse
    members: Sequence[Member]
    said: Sequence[Said]
    speakers: Sequence[int | None]


def read_article(parse: Parse, language: Language) -> Reading:
    """Read a parse that may lack names, tags and heads."""
    parse = _without_hyphens(parse, language)
    cues = find_cues(parse, language)
    members = _members(parse, language, cues)
    scene = scene_of(parse, members, _quotations(parse, language, cues))
    floor = Floor(scene, language, frozenset(n for n, member in enumerate(members) if member.type in _SPEAKING))
    said = [
        one
        for number, (quotation, attribution) in enumerate(zip(scene.quotations, attribute(floor, cues), strict=True))
        for one in in_marks(scene, quotation, number, attribution)
    ]
    return Reading(parse, members, said, resolve(floor, members, said))


def _without_hyphens(parse: Parse, language: Language) -> Parse:
    """Pronouns behind their verbs without the hyphen that spaCy leaves to them ("dit", "-elle")."""
    hyphened = [word[0] == "-" and language.pronoun(word) is not None for word in parse.words]
    if not any(hyphened):
        return parse
    words = tuple(word[cut:] for word, cut in zip(parse.words, hyphened, strict=True))
    starts = tuple(start + cut for start, cut in zip(parse.starts, hyphened, strict=True))
    return replace(parse, words=words, starts=starts)


def _members(parse: Parse, language: Language, cues: Sequence[CueWords]) -> list[Member]:
    """The entities with what the words before their names tell: form of address, gender, office."""
    members = plain_members(parse, cluster_names(parse, find_names(parse, language, cues), ()))
    for member in members:
        member.title, member.gender = None, ""
        for first, last, _ in member.mentions if member.type == PERSONAL else ():
            _describe(parse, language, member, first, last)
    return members


def _describe(parse: Parse, language: Language, member: Member, first: int, last: int) -> None:
    for token in range(first, last):
        gender = language.address(parse.words[token])
        if gender is None:
            break
        member.title = member.title or parse.words[token].rstrip(".")
        member.gender = member.gender or gender
    office = parse.words[first - 1] if first else ""
    gender = language.office(office)
    if gender is not None and parse.sentence_of[first - 1] == parse.sentence_of[first]:
        member.gender = member.gender or gender
        if office not in member.roles and len(member.roles) < _MAX_ROLES:
            member.roles.append(office)


def _quotations(parse: Parse, language: Language, cues: Sequence[CueWords]) -> list[Quotation]:
    """Quotations in the language's marks and, if it has that, behind dashes; none overlapping another."""
    text = parse.text
    marked = [q for q in find_quotations(text) if q.continues or text[q.outer_start] in language.openings]
    if not language.speech_dash:
        return marked
    spoken: list[Quotation] = []
    at = 0
    for speech in find_speech(parse, cues):
        while at < len(marked) and marked[at].outer_end <= speech.outer_start:
            at += 1
        if at == len(marked) or marked[at].outer_start >= speech.outer_end:
            spoken.append(speech)
    return sorted((*marked, *spoken), key=lambda quotation: quotation.outer_start)
