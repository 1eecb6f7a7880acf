"""Speech without marks, or with only some of it in marks: a verb of saying and the clause it governs."""

from dataclasses import dataclass

from wiredesk_extraction.parse import Parse
from wiredesk_extraction.reporting import OBJECT_FIRST, STRONG
from wiredesk_extraction.scene import Phrase, Scene
from wiredesk_extraction.speakers import is_verb, speaker_of

__all__ = ["Reported", "find_reported"]

_CLAUSES = ("ccomp", "parataxis")
_MIN_WORDS = 3
_NOBODY = frozenset({"it", "this", "that", "there", "which", "what"})
"""Subjects that say nothing: "it is believed that …"."""
_NEAR = 8
"""Clauses can only collide with those found just before."""
_OUTER = frozenset({",", ":", ";", "-", "--", "–", "—", ".", '"', "“", "”", "''", "``"})


@dataclass(frozen=True, slots=True)
class Reported:
    """The clause `first..last` as someone's speech, the cue's tokens, and who said it."""

    first: int
    last: int
    speaker: Phrase
    cue: tuple[int, int]


def find_reported(scene: Scene) -> list[Reported]:
    """Clauses governed by a strong verb of saying with a known subject, and sentences "according to" someone."""
    parse = scene.parse
    found: list[Reported] = []
    for token, word in enumerate(parse.lower):
        if not scene.outside(token):
            continue
        item = None
        if word in STRONG and is_verb(parse, token):
            item = _clause_of(scene, token)
        elif word == "according" and token + 1 < len(parse.words) and parse.lower[token + 1] == "to":
            item = _sentence_of(scene, token)
        if item is not None and parse.lower[item.speaker.head] in _NOBODY:
            continue
        if item is not None and not any(
            item.first <= other.last and other.first <= item.last for other in found[-_NEAR:]
        ):
            found.append(item)
    return found


def _clause_of(scene: Scene, verb: int) -> Reported | None:
    """The complement of the verb, after it ("said that …") or before it ("…, he said")."""
    parse = scene.parse
    begin, end = parse.sentences[parse.sentence_of[verb]]
    speaker = speaker_of(scene, verb)
    if speaker is None:
        return None
    clause = next(
        (c for c in parse.children[verb] if parse.deps[c] in _CLAUSES and parse.tags[c][:2] in {"VB", "MD"}), None
    )
    if clause is None and parse.deps[verb] == "parataxis" and parse.heads[verb] != verb:
        clause = parse.heads[verb]
    if clause is None:
        return None
    cue = (min(verb, speaker.first), max(verb, speaker.last))
    spans = [parse.subtree(c) for c in (clause, *parse.children[verb]) if c == clause or parse.deps[c] in _CLAUSES]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    if clause < verb and parse.lower[verb] in OBJECT_FIRST:
        return None
    if first < cue[0] and last > cue[1] + 1:
        return _around(scene, (max(first, begin), min(last, end)), speaker, verb)
    if clause > verb:
        first = max(parse.subtree(clause)[0], (cue[1] if speaker.first > verb else verb) + 1)
        return _trimmed(scene, (first, min(parse.subtree(clause)[1], end)), speaker, (verb, verb))
    return _trimmed(scene, (begin, cue[0] - 1), speaker, (verb, verb))


def _around(scene: Scene, span: tuple[int, int], speaker: Phrase, verb: int) -> Reported | None:
    """ "The plan, he said, would fail": the clause with the cue in its midst; left to its marks where it has some."""
    if any(not scene.outside(token) for token in range(span[0], span[1] + 1)):
        return None
    return Reported(span[0], span[1], speaker, (verb, verb))


def _sentence_of(scene: Scene, token: int) -> Reported | None:
    """ "According to X, …" and "…, according to X"."""
    parse = scene.parse
    head = parse.child(token + 1, "pobj") or parse.child(token, "pobj")
    if head is None or not scene.outside(head):
        return None
    begin, end = parse.sentences[parse.sentence_of[token]]
    speaker = scene.phrase(head)
    if token - begin >= _MIN_WORDS and parse.tags[token - 1] != "CC":
        return _trimmed(scene, (begin, token - 1), speaker, (token, token + 1))
    after = next((t for t in range(parse.subtree(head)[1], end + 1) if parse.words[t] == ","), None)
    return _trimmed(scene, (after + 1, end), speaker, (token, token + 1)) if after is not None else None


def _trimmed(scene: Scene, span: tuple[int, int], speaker: Phrase, cue: tuple[int, int]) -> Reported | None:
    """Without outer punctuation of the narrator's; None when what is left is no clause or holds its own speaker."""
    parse: Parse = scene.parse
    first, last = span
    while first <= last and parse.words[first] in _OUTER and scene.outside(first):
        first += 1
    while first <= last and parse.words[last] in _OUTER and scene.outside(last):
        last -= 1
    if last - first + 1 < _MIN_WORDS or first <= speaker.head <= last or first <= cue[0] <= last:
        return None
    return Reported(first, last, speaker, cue)
