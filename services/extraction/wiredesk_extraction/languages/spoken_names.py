"""Names in a language without rules of its own: the pipeline's, those of people beside words of saying, and surnames.

Without a pipeline only capitals tell a name, so they count only where a name must stand: right before or behind a cue,
or in apposition to one who speaks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wiredesk_extraction.languages.cues import CueWords
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.name_types import LABELS, PERSONAL
from wiredesk_extraction.names import Name
from wiredesk_extraction.parse import Parse

__all__ = ["before_brackets", "find_names", "past_phrase"]

_MAX_WORDS = 6
_MAX_APPOSITION = 12
_MAX_PASSED = 4
_MAX_BRACKET = 8
_MIN_SURNAME_CHARS = 3
_CUE = "cue"
_RECURRENCE = "recurrence"


@dataclass(frozen=True, slots=True)
class _Run:
    """Capitalised words side by side, particles between them; `announced`: an office or form of address is before."""

    first: int
    last: int
    announced: bool = False


def find_names(parse: Parse, language: Language, cues: Sequence[CueWords]) -> list[Name]:
    """Every named mention, in order, none overlapping."""
    names = list(_of_pipeline(parse, language))
    taken = {token for name in names for token in range(name.first, name.last + 1)}
    taken.update(token for raw in parse.names for token in range(raw.first, raw.last + 1))  # of whatever label
    for run in _beside(parse, language, cues):
        if taken.isdisjoint(range(run.first, run.last + 1)):
            names.append(_named(parse, language, run.first, run.last, PERSONAL, _CUE))
            taken.update(range(names[-1].first, run.last + 1))
    names += _recurring(parse, language, names, taken)
    return sorted(names, key=lambda name: name.first)


def _of_pipeline(parse: Parse, language: Language) -> Iterator[Name]:
    """The pipeline's names without articles and offices before them."""
    end = -1
    for raw in parse.names:
        kind = language.labels.get(raw.label) or LABELS.get(raw.label)
        first, last = raw.first, raw.last
        while first < last and parse.words[first].islower() and parse.words[first] in language.articles:
            first += 1
        while kind == PERSONAL and first < last and language.office(parse.words[first]) is not None:
            first += 1
        if kind is None or first <= end or not any(word[:1].isupper() for word in parse.words[first : last + 1]):
            continue
        end = last
        yield _named(parse, language, first, last, kind, "")


def _named(parse: Parse, language: Language, first: int, last: int, kind: str, rule: str) -> Name:
    """With the forms of address before and in it."""
    bare = first
    if kind == PERSONAL:
        while bare < last and language.address(parse.words[bare]) is not None:
            bare += 1
        bound = max(0, first - _MAX_PASSED)
        while first > bound and _joined(parse, first - 1) and language.address(parse.words[first - 1]) is not None:
            first -= 1
    return Name(first, bare, last, last, kind, rule)


def _beside(parse: Parse, language: Language, cues: Sequence[CueWords]) -> Iterator[_Run]:
    for cue in cues:
        found = [_behind(parse, language, cue.last + 1)]
        if cue.kind == "verb":
            found += [_before(parse, language, cue.first - 1), _apposed(parse, language, cue.last + 1)]
        for run in found:
            if run and _is_person(parse, run):
                yield run


def _is_person(parse: Parse, run: _Run) -> bool:
    """Two words or more, none an acronym; one only where it is announced."""
    words = parse.words[run.first : run.last + 1]
    if any(word.isupper() and len(word) > 1 and "." not in word for word in words):
        return False
    return run.announced or len(words) > 1


def _behind(parse: Parse, language: Language, at: int) -> _Run | None:
    """The name that begins at `at`, words to be passed over set aside, and what someone is ("dit le maire X")."""
    at = _past_fillers(parse, language, at)
    if at < len(parse.words) and parse.lower[at] in language.prepositions:  # "a déclaré à l'AFP le maire X"
        at = _past_fillers(parse, language, past_phrase(parse, language, at + 1))
    article = at < len(parse.words) and parse.lower[at] in language.articles
    at += article
    announced = False
    while at < len(parse.words) and _describes(parse, language, at):
        announced = True
        at += 1
    if article and not announced:
        return None
    last = _run_end(parse, language, at)
    return None if last is None else _stripped(parse, language, at, last, announced=announced)


def _past_fillers(parse: Parse, language: Language, at: int) -> int:
    end = min(len(parse.words), at + _MAX_PASSED)
    while at < end and parse.lower[at] in language.passed_over and not parse.words[at][0].isupper():
        at += 1
    return at


def past_phrase(parse: Parse, language: Language, at: int) -> int:
    """The token behind an article and a noun, or a run of capitals."""
    if at < len(parse.words) and parse.lower[at] in language.articles:
        at += 1
    end = min(len(parse.words), at + _MAX_WORDS)
    at += 1
    while at < end and _is_capital(parse.words[at]) and _is_capital(parse.words[at - 1]):
        at += 1
    return at


def _describes(parse: Parse, language: Language, token: int) -> bool:
    word = parse.words[token]
    return language.office(word) is not None or language.address(word) is not None


def _run_end(parse: Parse, language: Language, first: int) -> int | None:
    """The last word of the run that begins at `first`; None when no capital stands there."""
    if first >= len(parse.words) or not _is_capital(parse.words[first]):
        return None
    last = at = first
    while at + 1 < len(parse.words) and at + 1 - first < _MAX_WORDS and _joined(parse, at):
        at += 1
        if _is_capital(parse.words[at]):
            last = at
        elif not _is_particle(parse, language, at):
            break
    return last


def _is_particle(parse: Parse, language: Language, token: int) -> bool:
    """A particle; where nouns have capitals an article is one only behind another ("von der"): else a noun follows."""
    word = parse.words[token]
    loose = language.capitalises_nouns and word in language.articles
    return word in language.particles and (not loose or parse.words[token - 1] in language.particles)


def _before(parse: Parse, language: Language, at: int) -> _Run | None:
    """The name that ends at `at`, or before a comma there; brackets between are left out."""
    while at > 0 and parse.words[at].islower() and parse.words[at] in language.passed_over:
        at -= 1
    at = before_brackets(parse, at)
    if at > 0 and parse.words[at] == ",":
        at -= 1
        if run := _run_to(parse, language, at):
            before = parse.words[run.first - 1] if run.first else ""
            return run if before == "," else None
        return None
    return _run_to(parse, language, at)


def _run_to(parse: Parse, language: Language, last: int) -> _Run | None:
    if last < 0 or not _is_capital(parse.words[last]):
        return None
    first = at = last
    while at > 0 and last - at + 1 < _MAX_WORDS and _joined(parse, at - 1):
        at -= 1
        if _is_capital(parse.words[at]):
            first = at
        elif not _is_particle(parse, language, at):
            break
    announced = first > 0 and _joined(parse, first - 1) and _describes(parse, language, first - 1)
    preposed = first > 0 and parse.lower[first - 1] in language.prepositions
    if preposed and _joined(parse, first - 1):
        return None
    article = first > 0 and parse.lower[first - 1] in language.articles and not announced
    return _stripped(parse, language, first, last, announced=announced, article=article)


def _apposed(parse: Parse, language: Language, at: int) -> _Run | None:
    """The name behind the first comma, where what someone is stands before it ("sagte die Leiterin des Amts, X")."""
    if at >= len(parse.words):
        return None
    end = min(parse.sentences[parse.sentence_of[at]][1], at + _MAX_APPOSITION)
    comma = next((token for token in range(at, end) if parse.words[token] == ","), None)
    if comma is None:
        return None
    told = any(language.office(word) is not None for word in parse.words[at:comma])
    last = _run_end(parse, language, comma + 1) if told or parse.lower[at] in language.articles else None
    return None if last is None else _stripped(parse, language, comma + 1, last)


def _stripped(
    parse: Parse, language: Language, first: int, last: int, *, announced: bool = False, article: bool = False
) -> _Run | None:
    """The run behind offices and forms of address in it, and behind what only a sentence's beginning capitalises."""
    for at in range(last, first - 1, -1):
        if _describes(parse, language, at):
            named = at < last and _is_capital(parse.words[at + 1])
            return _Run(at + 1, last, announced=True) if named else None
    opens = parse.sentences[parse.sentence_of[first]][0] == first
    if opens and parse.lower[first] in language.articles:
        return None
    if opens and first < last and _is_no_name(parse, language, first):
        first += 1
    if article or parse.lower[first] in language.articles or parse.lower[first] in language.pronouns:
        return None
    return _Run(first, last, announced)


def before_brackets(parse: Parse, at: int) -> int:
    """The token before the bracket that ends at `at` ("Karla Ost (SPD) sagte"); `at` where none does."""
    if at > 0 and parse.words[at] == ")":
        opening = next((t for t in range(at, max(-1, at - _MAX_BRACKET), -1) if parse.words[t] == "("), 0)
        return opening - 1 if opening else at
    return at


def _is_no_name(parse: Parse, language: Language, token: int) -> bool:
    word = parse.lower[token]
    return word in language.passed_over or word in language.prepositions


def _recurring(parse: Parse, language: Language, names: Sequence[Name], taken: set[int]) -> Iterator[Name]:
    """People's names where they recur: whole, or the last word alone, no article before it nor a capital beside it."""
    whole: dict[str, tuple[str, ...]] = {}
    for name in names:
        if name.type == PERSONAL and name.stem > name.bare:
            whole.setdefault(parse.words[name.bare], parse.words[name.bare : name.stem + 1])
    surnames = {words[-1] for words in whole.values() if len(words[-1]) >= _MIN_SURNAME_CHARS}
    end = -1
    for token, word in enumerate(parse.words):
        if token in taken or token <= end or (word not in whole and word not in surnames):
            continue
        words = whole.get(word, ())
        end = token + len(words) - 1
        if words and parse.words[token : end + 1] == words and taken.isdisjoint(range(token, end + 1)):
            yield _named(parse, language, token, end, PERSONAL, _RECURRENCE)
        elif word in surnames and _stands_alone(parse, language, token, taken):
            yield _named(parse, language, token, token, PERSONAL, _RECURRENCE)
            end = token
        else:
            end = token


def _stands_alone(parse: Parse, language: Language, token: int, taken: set[int]) -> bool:
    """Whether neither an article makes it a noun nor a capital beside it another's name."""
    before, after = token - 1, token + 1
    if before >= 0 and _joined(parse, before):
        opens = parse.sentences[parse.sentence_of[before]][0] == before
        capital = _is_capital(parse.words[before]) and before not in taken and not opens
        if parse.lower[before] in language.articles or (capital and not _describes(parse, language, before)):
            return False
    return not (after < len(parse.words) and _joined(parse, token) and _is_capital(parse.words[after]))


def _is_capital(word: str) -> bool:
    return word[:1].isupper()


def _joined(parse: Parse, token: int) -> bool:
    """Whether only a space, or nothing, is between a token and the next of its sentence."""
    return parse.sentence_of[token] == parse.sentence_of[token + 1] and parse.text[
        parse.ends[token] : parse.starts[token + 1]
    ] in {"", " ", "\u00a0"}
