"""Ties each quotation to the one who spoke and to the words that say so.

Rules over the narrator's words on both sides of the quotation, nearest first, with the dependency parse for subjects;
after O'Keefe et al. 2012 ("A Sequence Labelling Approach to Quote Attribution") and the rules of textacy, which this
replaces where marks are missing, clauses inverted or speakers pronouns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from wiredesk_extraction.reporting import REPORTING, STRONG
from wiredesk_extraction.scene import Phrase, Scene
from wiredesk_extraction.speakers import is_verb, speaker_of
from wiredesk_extraction.voices import voice_of

__all__ = ["Attribution", "attribute"]

_JOINS = frozenset(
    {"and", "but", "while", "as", "although", "though", "because", "when", "after", "before", "which", "or"}
)
_DASHES = frozenset({"―", "—", "–", "-", "--"})
_MAX_AFTER = 40
_MAX_TITLE = 8
_TITLING = ("NN", "JJ", "DT", "PRP$", "POS")
_NOT_SPEECH = frozenset({"is", "was", "has", "had", "does", "did", "'s"})
_CLOSED = frozenset({"signature", "transcript"})
"""Rules that name a speaker for one statement alone."""
_MAX_SIGNATURE = 8
_MAX_TRANSCRIPT_NAME = 5
_MAX_WEAK_GAP = 10
_MAX_LIST_GAP = 6
_MIN_SENTENCE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who said it, the cue's tokens, and the rule that tells, each as far as known."""

    speaker: Phrase | None = None
    cue: tuple[int, int] | None = None
    rule: str = "unattributed"


def attribute(scene: Scene) -> list[Attribution]:
    """One attribution for each quotation of the scene, in order."""
    found = [_own(scene, number) for number in range(len(scene.quotations))]
    for number in range(len(found)):
        if found[number].speaker is None:
            found[number] = _inherited(scene, number, found)
    return found


def _own(scene: Scene, number: int) -> Attribution:
    """By the words around the quotation itself."""
    bounds = scene.tokens_of[number]
    if bounds is None:
        return Attribution()
    before = list(scene.before(bounds[0]))
    after = list(islice(scene.after(bounds[1]), _MAX_AFTER))
    quotation = scene.quotations[number]
    said = _by_transcript(scene, bounds) or _by_signature(scene, bounds[1], after)
    if said is not None:
        return said
    end = scene.parse.text[quotation.start : quotation.end][-1:]
    comma = end in {",", "?", "!", "—", "–", "-"} or (after and scene.parse.words[after[0]] in {",", "--", "—", "–"})
    ends = end in {".", "…"}
    lower = bool(after) and scene.parse.words[after[0]][:1].islower()
    found: Attribution | None = None
    if scene.parse.text[quotation.start].islower():
        found = _by_clause_before(scene, before, bounds)  # a piece of the narrator's clause, which comes first
    if found is None and (comma or (ends and lower)):
        found = _by_clause_after(scene, after)
    if found is None:
        found = _by_clause_before(scene, before, bounds)
    if found is None and not ends:
        found = _by_clause_after(scene, after)
    if found is None and comma and not before:
        found = _by_any_verb(scene, after)
    if found is None:
        found = _according_to(scene, before) or (None if ends else _according_to(scene, after))
    return found or Attribution()


def _by_transcript(scene: Scene, bounds: tuple[int, int]) -> Attribution | None:
    """'"SMITH: I do not know': a name in capitals and a colon head the quotation."""
    words = scene.parse.words
    for colon in range(bounds[0] + 1, min(bounds[1], bounds[0] + _MAX_TRANSCRIPT_NAME)):
        if words[colon] == ":" and colon > bounds[0] + 1:
            return Attribution(scene.phrase(colon - 1), (colon, colon), "transcript")
        if not words[colon].isupper() or len(words[colon]) == 1:
            return None
    return None


def _by_signature(scene: Scene, last: int, after: list[int]) -> Attribution | None:
    """'"…" — Mary Smith': a dash and a name, and then the line or the sentence ends.

    Tokenisers leave some dashes at the closing mark, `last`.
    """
    parse = scene.parse
    dash, name = (last, after) if parse.words[last][-1] in _DASHES else (after[0] if after else last, after[1:])
    if parse.words[dash][-1] not in _DASHES or not 1 <= len(name) <= _MAX_SIGNATURE:
        return None
    if not all(parse.words[t][0].isupper() or t in scene.owner for t in (name[0], name[-1])):
        return None
    speaker = scene.phrase(name[0])
    if name[-1] > speaker.last:
        if any(parse.tags[t].startswith(("VB", "MD")) for t in name):
            return None
        speaker = Phrase(name[0], name[-1], name[-1])
    return Attribution(speaker, (dash, dash), "signature")


def _by_clause_after(scene: Scene, after: list[int]) -> Attribution | None:
    """'"…," said Mr Ivanov': a verb of saying in the clause after, whose subject stands there too."""
    parse = scene.parse
    words = [t for t in after if parse.words[t] not in {",", "-", "--", "–", "—"}]
    if not words or parse.lower[words[0]] in _JOINS:
        return None
    for token in words:
        if parse.lower[token] in REPORTING and is_verb(parse, token):
            speaker = speaker_of(scene, token)
            if speaker is not None and words[0] <= speaker.head <= after[-1]:
                return Attribution(speaker, (token, token), "clause_after")
    return None


def _by_any_verb(scene: Scene, after: list[int]) -> Attribution | None:
    """'"…," Mr Ivanov shot back': after a comma that ends the quotation the subject speaks, whatever its verb."""
    parse = scene.parse
    after = [t for t in after if parse.words[t] != ","]
    if not after:
        return None
    first = after[0]
    quoted = parse.text[: parse.starts[first]].rstrip()[-2:] if first else ""
    if not quoted.startswith(",") and not quoted.endswith(","):
        return None
    name = next(
        (t for t in after[:_MAX_TITLE] if scene.owner.get(t) in scene.people or parse.lower[t] in {"he", "she"}), None
    )
    if name is None or any(not parse.tags[t].startswith(_TITLING) for t in range(first, name)):
        return None
    verb = scene.mention_of[name][1] + 1 if name in scene.owner else name + 1
    if verb not in after or parse.tags[verb] not in {"VBD", "VBZ"} or parse.lower[verb] in _NOT_SPEECH:
        return None
    return Attribution(scene.phrase(name), (verb, verb), "clause_after")


def _by_clause_before(scene: Scene, before: list[int], bounds: tuple[int, int]) -> Attribution | None:
    """'Mr Putin said … "…"': the nearest verb of saying before; a weak one must be close or govern the quoted words."""
    parse = scene.parse
    governing = _governors(scene, bounds)
    for gap, token in enumerate(before):
        if parse.lower[token] not in REPORTING:
            continue
        noun = not is_verb(parse, token)
        if noun:
            continue
        if parse.lower[token] not in STRONG and gap > _MAX_WEAK_GAP and token not in governing:
            continue
        speaker = speaker_of(scene, token)
        if speaker is not None:
            return Attribution(speaker, (token, token), "clause_before")
        speaker = _first_name(scene, before)
        if speaker is not None:
            return Attribution(speaker, (token, token), "nearest_name")
    if before and parse.words[before[0]] == ":":
        speaker = _first_name(scene, before)
        return Attribution(speaker, (before[0], before[0]), "colon") if speaker else None
    return None


def _first_name(scene: Scene, tokens: Iterable[int]) -> Phrase | None:
    """The nearest person named among the narrator's words, who is the subject when the parse shows none."""
    people = [t for t in tokens if scene.owner.get(t) in scene.people]
    return scene.phrase(people[0]) if people else None


def _governors(scene: Scene, bounds: tuple[int, int]) -> set[int]:
    """Every token outside the quotation that the quoted words hang on."""
    parse = scene.parse
    above: set[int] = set()
    for token in range(bounds[0], bounds[1] + 1):
        at = token
        while parse.heads[at] != at and parse.heads[at] not in above:
            at = parse.heads[at]
            if not bounds[0] <= at <= bounds[1]:
                above.add(at)
    return above


def _according_to(scene: Scene, tokens: list[int]) -> Attribution | None:
    parse = scene.parse
    for token in tokens:
        if parse.lower[token] == "according" and token + 2 < len(parse.words) and parse.lower[token + 1] == "to":
            head = parse.child(token + 1, "pobj")
            if head is None:
                head = parse.child(token, "pobj")
            if head is not None and scene.outside(head):
                return Attribution(scene.phrase(head), (token, token + 1), "according")
    return None


def _inherited(scene: Scene, number: int, found: list[Attribution]) -> Attribution:
    """A whole sentence in marks with no cue of its own: the speaker goes on, or is named after the next quotation."""
    quotation, bounds = scene.quotations[number], scene.tokens_of[number]
    if bounds is not None and number and _listed(scene, number):
        return Attribution(found[number - 1].speaker, rule="listed")
    if bounds is None or not _is_sentence(scene, number):
        return Attribution()
    if quotation.continues and number:
        return Attribution(found[number - 1].speaker, rule="continued")
    paragraph = scene.parse.paragraph_of[bounds[0]]
    if number and _paragraph(scene, number - 1) == paragraph and found[number - 1].speaker:
        return Attribution(found[number - 1].speaker, rule="goes_on")
    if number + 1 < len(found) and _paragraph(scene, number + 1) == paragraph and found[number + 1].speaker:
        return Attribution(found[number + 1].speaker, rule="before_next")
    colon = _after_colon(scene, bounds[0])
    if colon is not None:
        return colon
    introduced = _introduced(scene, bounds[0], paragraph)
    if introduced is not None:
        return Attribution(introduced, rule="introduced")
    above = _introduced_above(scene, bounds[0], paragraph)
    if above is not None:
        return Attribution(above, rule="introduced_above")
    previous = _previous(scene, number, paragraph, found)
    return Attribution(previous, rule="paragraph_before") if previous is not None else Attribution()


def _listed(scene: Scene, number: int) -> bool:
    """ "a "shame" and a "scandal"": a few words of one sentence stand between it and the quotation before."""
    here, before = scene.tokens_of[number], scene.tokens_of[number - 1]
    if here is None or before is None or here[0] - before[1] - 1 > _MAX_LIST_GAP:
        return False
    between = range(before[1] + 1, here[0])
    return scene.parse.sentence_of[before[0]] == scene.parse.sentence_of[here[0]] and not any(
        scene.parse.words[token] in {".", "?", "!"} for token in between
    )


def _after_colon(scene: Scene, first: int) -> Attribution | None:
    """The paragraph before ends in 'the paper reports:'."""
    parse = scene.parse
    if first == 0 or parse.words[first - 1] != ":" or not scene.outside(first - 1):
        return None
    for token in scene.before(first - 1):
        if parse.lower[token] in REPORTING and is_verb(parse, token):
            speaker = speaker_of(scene, token)
            if speaker is not None:
                return Attribution(speaker, (token, token), "colon")
    return None


def _introduced(scene: Scene, first: int, paragraph: int) -> Phrase | None:
    """The subject of the sentence before in the same paragraph, if it is a person: 'Mr Blair agreed. "…"'."""
    parse = scene.parse
    if first == 0 or parse.paragraph_of[first - 1] != paragraph:
        return None
    return _reported_in(scene, first - 1) or _subject_in(scene, first - 1)


def _introduced_above(scene: Scene, first: int, paragraph: int) -> Phrase | None:
    """A paragraph that opens with the quotation, under one of the narrator's own that ends on somebody."""
    parse = scene.parse
    if first == 0 or parse.paragraph_of[first - 1] != paragraph - 1 or not scene.outside(first - 1):
        return None
    return _subject_in(scene, first - 1)


def _reported_in(scene: Scene, token: int) -> Phrase | None:
    """Who speaks in the sentence of a token."""
    parse = scene.parse
    begin, end = parse.sentences[parse.sentence_of[token]]
    for token in range(end, begin - 1, -1):
        if parse.lower[token] in STRONG and is_verb(parse, token) and scene.outside(token):
            speaker = speaker_of(scene, token)
            if speaker is not None and speaker.head >= begin:
                return speaker
    return None


def _subject_in(scene: Scene, token: int) -> Phrase | None:
    """The person who is the subject of the sentence of a token."""
    parse = scene.parse
    begin, end = parse.sentences[parse.sentence_of[token]]
    for token in range(begin, end + 1):
        if parse.deps[token] == "nsubj" and scene.outside(token):
            phrase = scene.phrase(token)
            if phrase.entity in scene.people or parse.lower[token] in {"he", "she"}:
                return phrase
    return None


def _previous(scene: Scene, number: int, paragraph: int, found: list[Attribution]) -> Phrase | None:
    """The speaker of the paragraph before, when this paragraph is a quotation and nothing else."""
    if number == 0:
        return None
    before = _paragraph(scene, number - 1)
    speaker = found[number - 1].speaker
    if found[number - 1].rule in _CLOSED:
        return None
    return speaker if before is not None and paragraph - before == 1 and _goes_on(scene, speaker) else None


def _goes_on(scene: Scene, speaker: Phrase | None) -> bool:
    """Whether a speaker may be taken to speak on in a paragraph of its own: somebody, not a report or a study."""
    return speaker is not None and voice_of(scene, speaker) in {"entity", "pronoun", "people"}


def _paragraph(scene: Scene, number: int) -> int | None:
    bounds = scene.tokens_of[number]
    return scene.parse.paragraph_of[bounds[0]] if bounds else None


def _is_sentence(scene: Scene, number: int) -> bool:
    """Begins with a capital, follows no clause of the narrator's, and is more than a title or a label."""
    quotation = scene.quotations[number]
    words = scene.parse.text[quotation.start : quotation.end].split()
    bounds = scene.tokens_of[number]
    if bounds is None or len(words) < _MIN_SENTENCE_WORDS:
        return False
    return words[0].lstrip("'‘([")[:1].isupper() and not any(True for _ in scene.before(bounds[0]))
