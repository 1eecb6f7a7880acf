"""Finds everything reported without marks, or partly in marks, that is not itself inside something reported."""

from wiredesk_extraction.reported import Reported
from wiredesk_extraction.reported_clauses import according_to, reported_clause
from wiredesk_extraction.reported_nouns import reported_by_adjective, reported_by_noun
from wiredesk_extraction.reported_objects import reported_object
from wiredesk_extraction.reporting import BEARERS, CUES
from wiredesk_extraction.scene import Scene
from wiredesk_extraction.voices import voice_of

__all__ = ["find_reported"]


def find_reported(scene: Scene) -> list[Reported]:
    """Reported clauses, objects and complements of nouns in text order; the outermost where one is inside another."""
    cues = (token for token in scene.parse.tokens_among(CUES) if scene.outside(token))
    return _outermost([item for token in cues for item in _at(scene, token)])


def _at(scene: Scene, token: int) -> list[Reported]:
    item = (
        according_to(scene, token)
        or reported_clause(scene, token)
        or _borne(scene, token)
        or reported_object(scene, token)
        or reported_by_noun(scene, token)
        or reported_by_adjective(scene, token)
    )
    return [item] if item is not None and voice_of(scene, item.speaker) != "nobody" else []


def _borne(scene: Scene, verb: int) -> Reported | None:
    """ "voiced concern about the plan": what the noun leads on to, not the noun, is the object of the concern."""
    noun = scene.parse.child(verb, "dobj") if scene.parse.lower[verb] in BEARERS else None
    return None if noun is None else reported_by_noun(scene, noun)


def _outermost(found: list[Reported]) -> list[Reported]:
    """Longer ones first; what overlaps one that is kept, or has its cue within it, goes."""
    taken: set[int] = set()
    kept = []
    for item in sorted(found, key=lambda item: (item.first - item.last, item.first)):
        if item.cue[0] in taken or item.first in taken or item.last in taken:
            continue
        taken.update(range(item.first, item.last + 1))
        kept.append(item)
    return sorted(kept, key=lambda item: item.first)
