"""Reported by a noun or an adjective: "her claim that …", "voiced concern about …", "is confident that …"."""

from wiredesk_extraction.parse import Parse
from wiredesk_extraction.reported import Reported, trimmed
from wiredesk_extraction.reporting import ADJECTIVES, BEARERS, COPULAS, NOUNS
from wiredesk_extraction.scene import Phrase, Scene
from wiredesk_extraction.speakers import speaker_of
from wiredesk_extraction.voices import voice_of

__all__ = ["reported_by_adjective", "reported_by_noun"]

_MIN_WORDS = 2
_TOPICS = frozenset({"about", "of", "against", "over", "at", "with"})
_SOMEBODY = frozenset({"entity", "pronoun", "people"})


def reported_by_noun(scene: Scene, noun: int) -> Reported | None:
    """What the owner of a noun of speech said, or whoever "made" or "voiced" it: what hangs on the noun."""
    parse = scene.parse
    if parse.lower[noun] not in NOUNS or not parse.tags[noun].startswith("NN"):
        return None
    owner, bearer = parse.child(noun, "poss"), parse.heads[noun]
    speaker: Phrase | None = None
    borne = False
    if owner is not None:
        speaker = scene.phrase(owner) if scene.outside(owner) else None
    elif parse.deps[noun] == "dobj" and parse.lower[bearer] in BEARERS and scene.outside(bearer):
        speaker, borne = speaker_of(scene, bearer), True
    found = None if speaker is None else _complement(parse, noun, phrases=borne)
    if speaker is None or found is None or voice_of(scene, speaker) == "thing":
        return None
    first, last, kind = found
    rule = "borne_noun" if borne else f"noun_{kind}"
    return trimmed(scene, Reported(first, last, speaker, (noun, noun), rule), min_words=_MIN_WORDS)


def reported_by_adjective(scene: Scene, adjective: int) -> Reported | None:
    """What somebody is sure, afraid or critical of."""
    parse = scene.parse
    copula = parse.heads[adjective]
    if parse.lower[adjective] not in ADJECTIVES or parse.lower[copula] not in COPULAS:
        return None
    if parse.tags[adjective][:2] not in {"JJ", "VB"} or not scene.outside(copula):
        return None
    found = _complement(parse, adjective, phrases=True)
    speaker = speaker_of(scene, copula) if found is not None else None
    if speaker is None or found is None or voice_of(scene, speaker) not in _SOMEBODY:
        return None
    item = Reported(found[0], found[1], speaker, (adjective, adjective), "adjective")
    return trimmed(scene, item, min_words=_MIN_WORDS)


def _complement(parse: Parse, head: int, *, phrases: bool) -> tuple[int, int, str] | None:
    """The clause, the infinitive or (with `phrases`) what follows a preposition behind a noun or adjective."""
    for child in parse.children[head]:
        first, last = parse.subtree(child)
        if child < head or first <= head:
            continue
        if parse.tags[child][:2] in {"VB", "MD"} and parse.deps[child] in {"acl", "ccomp", "relcl", "xcomp"}:
            begins = parse.lower[first]
            if begins == "that" or (begins == "to" and parse.deps[child] != "relcl"):
                return first, last, begins
        elif phrases and parse.deps[child] == "prep" and parse.lower[child] in _TOPICS:
            inner = parse.child(child, "pobj", "pcomp")
            if inner is not None and inner > child:
                return child + 1, parse.subtree(inner)[1], "about"
    return None
