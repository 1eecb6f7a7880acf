"""Who is the subject of a verb of saying."""

from wiredesk_extraction.parse import Parse
from wiredesk_extraction.phrases import right_head
from wiredesk_extraction.reporting import OBJECT_FIRST, STRONG
from wiredesk_extraction.scene import Phrase, Scene
from wiredesk_extraction.time_lexicon import MONTHS, WEEKDAYS
from wiredesk_extraction.voices import voice_of

__all__ = ["is_verb", "speaker_of"]

_SUBJECTS = ("nsubj", "nsubjpass")
_CLIMBS = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "acl", "dep", "ccomp"})
_RELATIVES = frozenset({"who", "that", "which"})
_PHRASE_STARTS = ("DT", "NN", "PRP", "JJ", "CD", "WP")
_GAP = frozenset({"RB", "MD", "VB", "VBD", "VBZ", "VBP", "VBN", ",", "RBR"})
_MAX_CLIMB = 6
_MAX_TOGETHER = 5
"""People named as the source of one statement."""
_TIME_NOUNS = "yesterday today tonight morning afternoon evening night week month year"
_TIMES = frozenset({*WEEKDAYS, *MONTHS, *_TIME_NOUNS.split()})


def is_verb(parse: Parse, token: int) -> bool:
    """Whether a token is tagged as a verb (the tagger often takes an inverted "says" for a noun)."""
    return parse.tags[token].startswith("VB") or parse.lower[token] in {"says", "said"}


def speaker_of(scene: Scene, verb: int) -> Phrase | None:
    """The one who says: the subject after an inverted verb, before a plain one, or of the clause the verb continues."""
    if scene.parse.child(verb, "auxpass") is not None:
        return _agent(scene, verb)
    head = _aged(scene, verb)
    if head is None:
        head = _inverted(scene, verb)
    if head is None:
        head = _governed(scene, verb)
    if head is None:
        head = _nearest_before(scene, verb)
    if head is None or not scene.outside(head):
        return None
    phrase = _relative(scene, head) or _together(scene, head) or scene.phrase(head)
    return _issuer(scene, phrase) or phrase


def _agent(scene: Scene, verb: int) -> Phrase | None:
    """ "was told by an officer that …": the officer. Whoever was told says nothing."""
    parse = scene.parse
    agent = parse.child(verb, "agent")
    head = None if agent is None else parse.child(agent, "pobj")
    return None if head is None or not scene.outside(head) else scene.phrase(head)


def _together(scene: Scene, head: int) -> Phrase | None:
    """ "Ann Lund and Ola Brand said": all of them, under the name of the first. None for one alone."""
    parse, named = scene.parse, [head]
    while len(named) < _MAX_TOGETHER and (other := parse.child(named[-1], "conj")) is not None:
        named.append(other)
    owners = {scene.owner.get(token) for token in named}
    if len(named) == 1 or len(owners) < len(named) or not owners <= scene.people:
        return None
    first, last = scene.mention_of[head][0], scene.mention_of[named[-1]][1]
    in_order = first < last and all(scene.outside(token) for token in range(first, last + 1))
    return Phrase(first, last, head, scene.owner[head]) if in_order else None


def _issuer(scene: Scene, phrase: Phrase) -> Phrase | None:
    """ "The council issued a statement saying …": who had it written, where that is told."""
    parse = scene.parse
    noun = (phrase.antecedent or phrase).head
    if voice_of(scene, phrase) != "document" or parse.deps[noun] != "dobj":
        return None
    subject = parse.child(parse.heads[noun], "nsubj")
    return scene.phrase(subject) if subject is not None and subject < noun and scene.outside(subject) else None


def _relative(scene: Scene, head: int) -> Phrase | None:
    """ "the minister, who said …": the pronoun, with what it stands for. None for any other word."""
    parse = scene.parse
    if parse.lower[head] not in _RELATIVES or not parse.tags[head].startswith("W"):
        return None
    at = parse.heads[head]
    for _ in range(_MAX_CLIMB):
        if parse.deps[at] == "relcl":
            antecedent = scene.phrase(parse.heads[at])
            return Phrase(head, head, head, antecedent.entity, antecedent)
        at = parse.heads[at]
    return None


def _inverted(scene: Scene, verb: int) -> int | None:
    """ "said the Minister, Mr Ivanov, …": the noun phrase after the verb, where a mark or comma stands before it."""
    parse = scene.parse
    at = verb + 1
    if parse.lower[verb] in OBJECT_FIRST or parse.tags[verb] in {"VBG", "VB"} or at >= len(parse.words):
        return None
    opens = verb == 0 or not scene.outside(verb - 1) or parse.words[verb - 1] in {",", "-", "–", "—", "--", "...", "…"}
    if not opens or not scene.outside(at) or not parse.tags[at].startswith(_PHRASE_STARTS):
        return None
    head = right_head(parse, at)
    if (
        head is None
        or parse.lower[at] == "that"
        or {parse.lower[at], parse.lower[head]} & _TIMES
        or not scene.outside(head)
    ):
        return None
    in_marks = verb > 0 and not scene.outside(verb - 1)
    if not in_marks and parse.lower[verb] not in STRONG:
        return None  # "Mr Lind, a minister, compared it with a circus"
    after = head + 1
    while after < len(parse.words) and parse.tags[after] == "RB":
        after += 1
    if after < len(parse.words) and parse.sentence_of[after] == parse.sentence_of[verb]:
        if scene.outside(after) and parse.tags[after].startswith(("VB", "MD", "TO")):
            return None  # "said the plan would": the phrase is the subject of what was said
        if not in_marks and not scene.outside(after):
            return None  # 'said the plan "would fail"'
    return head


def _aged(scene: Scene, verb: int) -> int | None:
    """ "Ann Lund, 61, says": the name before an age, which parsers often take for no subject."""
    parse = scene.parse
    name = verb - 4
    if name < 0 or not scene.outside(name) or parse.words[verb - 1] != "," or parse.words[verb - 3] != ",":
        return None
    aged = parse.words[verb - 2].isdigit() and parse.sentence_of[name] == parse.sentence_of[verb]
    return name if aged and name in scene.owner else None


def _governed(scene: Scene, verb: int) -> int | None:
    """The verb's own subject by the parse, or that of the clause it hangs on ("described … and said")."""
    parse = scene.parse
    at = verb
    for _ in range(_MAX_CLIMB):
        subject = next((c for c in parse.children[at] if parse.deps[c] in _SUBJECTS and _may_speak(scene, c)), None)
        if subject is not None and (at != verb or subject < verb):
            return subject
        if parse.deps[at] == "acl" and parse.tags[at] == "VBG" and parse.tags[parse.heads[at]].startswith("NN"):
            return parse.heads[at]  # "a statement saying"
        if parse.deps[at] not in _CLIMBS or parse.heads[at] == at:
            return None
        at = parse.heads[at]
    return None


def _may_speak(scene: Scene, token: int) -> bool:
    return scene.outside(token) and scene.parse.lower[token] not in _TIMES and token not in scene.datelines


def _nearest_before(scene: Scene, verb: int) -> int | None:
    """The noun or pronoun right before the verb, adverbs and auxiliaries between them."""
    parse = scene.parse
    for at in scene.before(verb):
        if parse.lower[at] in _TIMES:
            continue
        if parse.tags[at].startswith(("NN", "PRP")) and parse.tags[at] != "PRP$":
            return at
        if parse.tags[at] not in _GAP:
            return None
    return None
