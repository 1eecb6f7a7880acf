"""What someone criticised, called for, promised to do or urged others to: speech and attitude without a clause."""

from wiredesk_extraction.parse import Parse
from wiredesk_extraction.reported import Reported, trimmed
from wiredesk_extraction.reporting import ACCUSING, INFINITIVES, NAMING, OBJECTS, PREPOSITIONS, REQUESTS
from wiredesk_extraction.scene import Phrase, Scene
from wiredesk_extraction.speakers import speaker_of
from wiredesk_extraction.voices import voice_of

__all__ = ["reported_object"]

_OBJECTS = ("dobj", "dative")
_MARKED = ("advcl", "ccomp", "xcomp")
_NAMES = ("oprd", "ccomp", "xcomp", "acomp")
_EMBEDDED = frozenset({"acl", "pcomp"})
"""Verbs that only describe a noun ("tweets attacking her") or an occasion ("before attacking her")."""
_SUBJECT_DEPS = frozenset({"nsubj", "appos", "conj", "attr"})
_REASONS = frozenset({"as", "for", "of", "to", "with", "from", "about", "over", "against"})
"""Prepositions that go on with what is said ("blamed him for the fire"), as against where and when."""


def reported_object(scene: Scene, verb: int) -> Reported | None:
    """What the verb's subject said or meant, by the first construction the verb takes that is there."""
    parse = scene.parse
    word = parse.lower[verb]
    if not parse.tags[verb].startswith("VB"):
        return None
    found = (
        (_infinitive(parse, verb) if word in INFINITIVES else None)
        or (_request(parse, verb) if word in REQUESTS else None)
        or (_accusation(parse, verb) if word in ACCUSING else None)
        or (_naming(parse, verb) if word in NAMING else None)
        or (_led_on(parse, verb) if word in PREPOSITIONS else None)
        or (_object(parse, verb) if word in OBJECTS else None)
    )
    if found is not None:
        first, last, cue_end, rule = found
        speaker = speaker_of(scene, verb)
    elif word in OBJECTS and word != "quoted" and (passive := _passive(scene, verb)) is not None:
        first, last, speaker = passive
        cue_end, rule = verb, "passive"
    else:
        return None
    if speaker is None or (rule != "passive" and not _may_mean(scene, verb, speaker)):
        return None
    last = min(last, parse.sentences[parse.sentence_of[verb]][1])
    return trimmed(scene, Reported(first, last, speaker, (verb, cue_end), rule), min_words=1)


def _may_mean(scene: Scene, verb: int, speaker: Phrase) -> bool:
    """Whether the speaker is the verb's own subject and someone: attitudes are not reported of things or of readers."""
    parse = scene.parse
    if parse.deps[verb] in _EMBEDDED or parse.deps[speaker.head] not in _SUBJECT_DEPS:
        return False
    return parse.lower[speaker.head] != "you" and voice_of(scene, speaker) not in (
        {"thing", "document"} if parse.lower[verb] in INFINITIVES else {"thing"}
    )


_Found = tuple[int, int, int, str]
"""First and last token, last token of the cue, rule."""


def _marked(parse: Parse, verb: int) -> bool:
    return any(parse.tags[c] == "TO" for c in parse.children[verb])


def _infinitive(parse: Parse, verb: int) -> _Found | None:
    """ "vowed to go"."""
    for child in parse.children[verb]:
        if child > verb and parse.deps[child] == "xcomp" and parse.tags[child] == "VB" and _marked(parse, child):
            first, last = parse.subtree(child)
            return max(first, verb + 1), last, verb, "infinitive"
    return None


def _request(parse: Parse, verb: int) -> _Found | None:
    """ "urged them to go": the parser takes "them" for its object or for the subject of "go"."""
    for child in parse.children[verb]:
        if child < verb or parse.deps[child] not in {"xcomp", "ccomp", "advcl"} or parse.tags[child] != "VB":
            continue
        if _marked(parse, child):
            asked = [c for c in parse.children[verb] if verb < c < child and parse.deps[c] in _OBJECTS]
            first = min(parse.subtree(c)[0] for c in (child, *asked))
            return max(first, verb + 1), parse.subtree(child)[1], verb, "request"
    return None


def _accusation(parse: Parse, verb: int) -> _Found | None:
    """ "accused him of lying": what stands behind "of"."""
    for child in parse.children[verb]:
        if child > verb and parse.lower[child] == "of" and parse.deps[child] == "prep":
            inner = parse.child(child, "pobj", "pcomp")
            if inner is not None:
                first, last = parse.subtree(inner)
                return max(first, child + 1), last, verb, "accusing"
    return None


def _naming(parse: Parse, verb: int) -> _Found | None:
    """ "called it a mistake", "dismissed it as a mistake": from the thing named to the end of its name."""
    after = [c for c in parse.children[verb] if c > verb]
    names = [c for c in after if parse.deps[c] in _NAMES and not _marked(parse, c)]
    names += [c for c in after if parse.lower[c] == "as" and parse.deps[c] in {"prep", "mark"}]
    if not names:
        return None
    named = [c for c in after if parse.deps[c] in (*_OBJECTS, *_NAMES, "prep")]
    first = min(parse.subtree(c)[0] for c in (*named, *names))
    return max(first, verb + 1), max(parse.subtree(c)[1] for c in names), verb, "naming"


def _led_on(parse: Parse, verb: int) -> _Found | None:
    """ "called for talks", "spoke out against the plan"."""
    leads = PREPOSITIONS[parse.lower[verb]]
    for child in parse.children[verb]:
        first, last = parse.subtree(child)
        clause = first > verb and parse.deps[child] in _MARKED and _marked(parse, child)
        if clause and parse.lower[first] == "for" and "for" in leads:
            return first + 1, last, first, "preposition"  # "called for the plan to be dropped"
        if child < verb or parse.deps[child] not in {"prep", "prt"} or parse.lower[child] not in leads:
            continue
        cue, inner = child, parse.child(child, "pobj", "pcomp")
        if inner is None and parse.deps[child] == "prt":
            inner = parse.child(verb, "dobj")
        if inner is None and (chained := parse.child(child, "prep")) is not None:
            cue, inner = chained, parse.child(chained, "pobj", "pcomp")
        if inner is not None and inner > cue:
            first, last = parse.subtree(inner)
            return max(first, cue + 1), _complements_end(parse, verb, last), cue, "preposition"
    return None


def _object(parse: Parse, verb: int) -> _Found | None:
    """ "denied the report", "denied lying"."""
    for child in parse.children[verb]:
        gerund = parse.deps[child] in {"xcomp", "pcomp"} and parse.tags[child] == "VBG"
        if child > verb and (gerund or parse.deps[child] in _OBJECTS):
            first, last = parse.subtree(child)
            return max(first, verb + 1), _complements_end(parse, verb, last), verb, "object"
    return None


def _complements_end(parse: Parse, verb: int, last: int) -> int:
    """How far what is said goes on behind the object: reasons and predicates that follow it directly."""
    for child in parse.children[verb]:
        if child > last and (
            (parse.deps[child] == "prep" and parse.lower[child] in _REASONS)
            or (parse.deps[child] in {"oprd", "xcomp", "acomp"})
        ):
            last = max(last, parse.subtree(child)[1])
    return last


def _passive(scene: Scene, verb: int) -> tuple[int, int, Phrase] | None:
    """ "was denied by the minister": the subject is what is spoken of."""
    parse = scene.parse
    agent, subject = parse.child(verb, "agent"), parse.child(verb, "nsubjpass")
    if agent is None or subject is None:
        return None
    source = parse.child(agent, "pobj")
    if source is None or not scene.outside(source):
        return None
    first, last = parse.subtree(subject)
    return first, min(last, verb - 1), scene.phrase(source)
