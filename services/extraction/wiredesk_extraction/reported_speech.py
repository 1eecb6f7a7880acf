"""Finds everything reported without marks, or partly in marks, that is not itself inside something reported."""

from wiredesk_extraction.reported import Reported
from wiredesk_extraction.reported_clauses import according_to, reported_clause
from wiredesk_extraction.reported_nouns import reported_by_noun
from wiredesk_extraction.reported_objects import reported_object
from wiredesk_extraction.scene import Scene
from wiredesk_extraction.voices import voice_of

__all__ = ["find_reported"]


def find_reported(scene: Scene) -> list[Reported]:
    """Reported clauses, objects and complements of nouns in text order; the outermost where one is inside another."""
    found = [item for token in range(len(scene.parse.words)) if scene.outside(token) for item in _at(scene, token)]
    return _outermost(found)


def _at(scene: Scene, token: int) -> list[Reported]:
    item = (
        according_to(scene, token)
        or reported_clause(scene, token)
        or reported_object(scene, token)
        or reported_by_noun(scene, token)
    )
    return [item] if item is not None and voice_of(scene, item.speaker) != "nobody" else []


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
