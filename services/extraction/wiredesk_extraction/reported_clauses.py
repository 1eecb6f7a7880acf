"""Reported clauses: what someone said, knew or found "that", and sentences "according to" someone."""

from wiredesk_extraction.reported import Reported, trimmed
from wiredesk_extraction.reporting import ASIDES, CLAUSES, OBJECT_FIRST, STRONG
from wiredesk_extraction.scene import Phrase, Scene
from wiredesk_extraction.speakers import is_verb, speaker_of

__all__ = ["according_to", "reported_clause"]

_CLAUSES = ("ccomp", "parataxis")
_MIN_WORDS = 3
_MAX_TITLE = 12
"""Tokens of titles and offices between what was said and the name of the speaker."""
_MAX_BEFORE = 60
"""Tokens before a speaker that are looked at, so that a sentence without end takes no longer."""
_MAX_CLAUSE = 120
"""Tokens of what was said in which another speaker is looked for."""
_TURNS = frozenset({"but", "while", "whereas", "and", "although", "though"})
_TOLD_PLAINLY = frozenset({"VBD", "VBZ", "VBP"})
_IN_TITLES = frozenset({"PRP$", "VBG", "VBN"})


def reported_clause(scene: Scene, verb: int) -> Reported | None:
    """The complement of the verb, after it ("said that …"), before it ("…, he said") or around it."""
    parse = scene.parse
    if not is_verb(parse, verb):
        return None
    if parse.lower[verb] not in CLAUSES:
        return _as_said(scene, verb)
    if parse.tags[verb] == "VBN" and parse.deps[verb] == "acl" and parse.lower[verb + 1 : verb + 2] == ("to",):
        return None  # "a video, said to show the children"
    begin, end = parse.sentences[parse.sentence_of[verb]]
    clause = _complement(scene, verb)
    if clause is None:
        return _as_said(scene, verb)
    speaker = speaker_of(scene, verb)
    if speaker is None:
        return None
    cue = (min(verb, speaker.first), max(verb, speaker.last))
    spans = [parse.subtree(c) for c in (clause, *parse.children[verb]) if c == clause or parse.deps[c] in _CLAUSES]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    follows = parse.lower[verb] in STRONG and parse.lower[verb] not in OBJECT_FIRST
    if clause < verb and not follows and not _told_someone(scene, verb, speaker):
        return None
    parted = clause < verb and _parted(scene, begin, cue[0]) and end - verb > _MIN_WORDS
    if first < cue[0] and last > cue[1] + 1 and not parted:
        return _around(scene, (max(first, begin), min(last, end)), speaker, verb)
    if parted:
        first, last = verb + 1, end
    elif clause > verb:
        first = max(parse.subtree(clause)[0], (cue[1] if speaker.first > verb else verb) + 1)
        last = _before_another(scene, first, min(parse.subtree(clause)[1], end))
    else:
        first, last = begin, _before_speaker(scene, begin, cue[0] - 1, speaker)
    return trimmed(scene, Reported(first, last, speaker, (verb, verb), "clause"), min_words=_MIN_WORDS)


def _told_someone(scene: Scene, verb: int, speaker: Phrase) -> bool:
    """ "The roof had leaked, Ann Lund told the paper": a comma parts what was said from her, and someone heard it."""
    parse = scene.parse
    heard = parse.child(verb, "dobj")
    return (
        parse.lower[verb] == "told"
        and heard is not None
        and speaker.last < verb < heard
        and speaker.first > 0
        and parse.words[speaker.first - 1] == ","
    )


def _before_another(scene: Scene, first: int, last: int) -> int:
    """Where a clause ends that goes over into what somebody else said: "said it was safe, but Ola Brand said …"."""
    parse = scene.parse
    for at in range(first + _MIN_WORDS, min(first + _MAX_CLAUSE, last - _MIN_WORDS)):
        turns = parse.words[at] == "," and parse.lower[at + 1] in _TURNS and parse.lower[at + 2] != "that"
        if turns and scene.outside(at):
            for verb in range(at + 3, min(at + 2 + _MAX_TITLE, last)):
                if parse.lower[verb] in STRONG and parse.tags[verb] in _TOLD_PLAINLY and scene.outside(verb):
                    subject = parse.child(verb, "nsubj")
                    return at - 1 if subject is not None and at < subject < verb else last
    return last


def _parted(scene: Scene, begin: int, speaker: int) -> bool:
    """Whether a semicolon parts the speaker from what stands before: "Police came; the mayor said it was too late"."""
    reach = range(max(begin, speaker - _MAX_BEFORE), speaker)
    return any(scene.parse.words[token] == ";" and scene.outside(token) for token in reach)


def _before_speaker(scene: Scene, first: int, last: int, speaker: Phrase) -> int:
    """Where what was said ends when it stands before the speaker: at the comma or the mark before his titles.

    '"It is late," Deputy Mayor Ann Lund said': the parser leaves what describes a name out of its phrase now and then.
    """
    parse = scene.parse
    for at in range(last, max(first, last - _MAX_TITLE), -1):
        if parse.words[at] == "," or not scene.outside(at):
            described = scene.mention_of.get(at - 1) if scene.owner.get(at - 1, -1) == speaker.entity else None
            return described[0] - 1 if described and described[0] > first + 1 else at
        if parse.tags[at].startswith(("VB", "MD", "PRP", "W", "EX")) and parse.tags[at] not in _IN_TITLES:
            return last
    return last


def _as_said(scene: Scene, verb: int) -> Reported | None:
    """ "The bridge is unsafe, as the report put it": the clause that the aside stands in."""
    parse = scene.parse
    if (
        parse.lower[verb] not in ASIDES
        or parse.deps[verb] != "advcl"
        or all(parse.lower[c] != "as" for c in parse.children[verb])
    ):
        return None
    said = parse.child(verb, "dobj")
    speaker = speaker_of(scene, verb)
    if speaker is None or (said is not None and parse.lower[said] != "it"):
        return None
    aside, whole = parse.subtree(verb), parse.subtree(parse.heads[verb])
    first, last = (aside[1] + 1, whole[1]) if aside[0] <= whole[0] else (whole[0], aside[0] - 1)
    return trimmed(scene, Reported(first, last, speaker, (verb, verb), "as_said"), min_words=_MIN_WORDS)


def _complement(scene: Scene, verb: int) -> int | None:
    """The head of the clause the verb governs, or, where the verb is the aside, of the clause it stands in."""
    parse = scene.parse
    for child in parse.children[verb]:
        if parse.deps[child] in _CLAUSES and parse.tags[child][:2] in {"VB", "MD"}:
            return child
    if parse.deps[verb] == "parataxis" and parse.heads[verb] != verb:
        return parse.heads[verb]
    return None


def _around(scene: Scene, span: tuple[int, int], speaker: Phrase, verb: int) -> Reported | None:
    """ "The plan, he said, would fail": the clause with the cue in its midst; left to its marks where it has some."""
    if any(not scene.outside(token) for token in range(span[0], span[1] + 1)):
        return None
    return Reported(span[0], span[1], speaker, (verb, verb), "clause")


def according_to(scene: Scene, token: int) -> Reported | None:
    """ "According to X, …" and "…, according to X"."""
    parse = scene.parse
    if parse.lower[token] != "according" or token + 1 >= len(parse.words) or parse.lower[token + 1] != "to":
        return None
    head = parse.child(token + 1, "pobj") or parse.child(token, "pobj")
    if head is None or not scene.outside(head):
        return None
    begin, end = parse.sentences[parse.sentence_of[token]]
    if token - begin >= _MIN_WORDS and parse.tags[token - 1] != "CC":
        span = (begin, token - 1)
    else:
        after = next((t for t in range(parse.subtree(head)[1], end + 1) if parse.words[t] == ","), None)
        if after is None:
            return None
        span = (after + 1, end)
    item = Reported(*span, scene.phrase(head), (token, token + 1), "according")
    return trimmed(scene, item, min_words=_MIN_WORDS)
