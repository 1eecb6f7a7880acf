"""Names by their capitals: proper nouns that the pipeline passed over, titles in quotation marks, odd spellings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wiredesk_extraction.candidates import Candidate, Casing, beside, is_acronym, is_camel
from wiredesk_extraction.first_names import gender_of_first_name
from wiredesk_extraction.honorifics import is_honorific
from wiredesk_extraction.name_types import OTHER, type_by_head
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.person_nouns import is_person_noun
from wiredesk_extraction.regions import STATES
from wiredesk_extraction.time_lexicon import MONTHS, WEEKDAYS

__all__ = ["with_capitals"]

_RULE = "capitals"
_MAX_RUN = 7
_JOINS = frozenset({"and", "of", "on", "for"})
_JOINED_TYPES = frozenset({"Law", "Organization", "Event"})
_COMMON_ACRONYMS_WORDS = """
    tv ceo cfo coo cto cio pm mp mps mep meps msp gp gps hq id it pr hr dna rna hiv aids iq uv gdp gnp vat er icu suv
    suvs atm cctv diy faq ipo led lgbt lgbtq mba phd ok pin ppe rsvp sms url usb vip vips cv dj ufo ivf mri ct gcse ba
    bsc md rn rip am gmt est edt bst et pt cet utc ad bc usd mph kph km kg ft sq no nos vs etc ps pc pcs cd dvd ai vr
    ep lp mc pa pac wmd ngo ngos ptsd iou bbq asap fyi aka esq jr sr ph ext tel fax
"""
_COMMON_ACRONYMS = frozenset(_COMMON_ACRONYMS_WORDS.split())
"""Abbreviations that are common nouns, titles or units."""

_NO_NAMES_WORDS = """
    god lord internet web earth sun moon heaven hell bible mom dad mum mother father grandma grandpa
    i mr mrs ms miss dr sir madam north south east west northern southern eastern western central
    part chapter section article page figure table volume round phase stage level grade class
    state government federal congress editor note photo image getty video read share post
    today tonight yesterday tomorrow former acting interim retired late new
    christmas easter thanksgiving ramadan hanukkah halloween
"""
_NO_NAMES = frozenset({*_NO_NAMES_WORDS.split(), *WEEKDAYS, *MONTHS})
"""Words with a capital that name nothing when they stand alone."""

_LOCATIVE = frozenset({"in", "near", "outside", "across"})
_SAYS = frozenset({"said", "says", "told", "added", "who", "whose"})
_OPENING = {"“": "”", '"': '"', "‘": "’", "«": "»"}
_OPENING_MARKS = frozenset(_OPENING)
_ROMAN = frozenset("IVXLCDM")
_MAX_TITLE_TOKENS = 10
_SMALL_WORDS_WORDS = """
    a an the of in on at to for and or but nor with from by as is it vs my me s n't
"""
_SMALL_WORDS = frozenset(_SMALL_WORDS_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Run:
    """Proper nouns side by side that no name covers; `opens`: the first would have a capital anyway."""

    first: int
    last: int
    opens: bool


def with_capitals(parse: Parse, candidates: Sequence[Candidate], casing: Casing) -> list[Candidate]:
    """The candidates with those that capitals betray: only from sentences in which most words have none."""
    titles = _titles(parse, candidates, casing)
    covered = {token for title in titles for token in range(title.first, title.last + 1)}
    kept = [c for c in candidates if not covered.intersection(range(c.first, c.last + 1))] + titles
    taken = covered | {token for c in kept for token in range(c.first, c.last + 1)}
    taken.update(t for raw in parse.names for t in range(raw.first, raw.last + 1))
    runs = [run for run in _runs(parse, casing, taken) if _may_name(parse, run, taken)]
    counts = Counter(parse.words[run.first] for run in runs if run.first == run.last)
    at = {token: c for c in kept for token in range(c.first, c.last + 1)}
    known = _known(parse, kept)
    for run in runs:
        kind = known.get(parse.lower[run.first]) if run.first == run.last else None
        kind = kind or _by_words(parse, run) or _listed_with(parse, run, at) or _by_neighbours(parse, run, at)
        if run.first < run.last or _is_name_alone(parse, run, casing, counts, kind):
            kept.append(Candidate(run.first, run.last, kind or OTHER, _RULE))
    return sorted(kept, key=lambda c: c.first)


def _runs(parse: Parse, casing: Casing, taken: set[int]) -> Iterator[_Run]:
    last = -1
    for token, word in casing.proper.items():
        if token <= last or token in taken or len(word) < 2 or not _fits(casing, token):
            continue
        last = _run_end(parse, casing, token, taken)
        join = last + 1
        if join < len(parse.words) and parse.lower[join] in _JOINS and _goes_on(casing, join + 1, taken):
            end = _run_end(parse, casing, join + 1, taken)
            if end > join + 1 and type_by_head(parse.words[end]) in _JOINED_TYPES:
                last = end  # "the Harbour and Fisheries Act"
        yield _Run(token, last, casing.opens(token))


def _run_end(parse: Parse, casing: Casing, first: int, taken: set[int]) -> int:
    last = first
    while _goes_on(casing, last + 1, taken) and beside(parse, last, last + 1):
        last += 1
    return last


def _goes_on(casing: Casing, token: int, taken: set[int]) -> bool:
    return token not in taken and _fits(casing, token)


def _fits(casing: Casing, token: int) -> bool:
    word = casing.proper.get(token)
    if word is None:
        return False
    spelling = word.replace(".", "").replace("'", "").replace("’", "")
    return spelling.isalnum() and len(word) < 30 and not word.startswith(("http", "www."))


def _may_name(parse: Parse, run: _Run, taken: set[int]) -> bool:
    """Not what someone is ("Majority Leader"), nor a piece of a name the pipeline read otherwise, nor a shout."""
    if run.last - run.first >= _MAX_RUN:
        return False
    around = range(max(0, run.first - 1), min(len(parse.words), run.last + 2))
    if any(is_person_noun(parse.words[t]) or is_honorific(parse.words[t]) for t in around if t >= run.first):
        return False
    after = run.last + 1
    if after in taken and beside(parse, run.last, after):
        return False
    if run.first - 1 in taken and beside(parse, run.first - 1, run.first):
        return False
    outside = [t for t in (run.first - 1, run.last + 1) if 0 <= t < len(parse.words) and t not in taken]
    shouted = any(parse.words[t].isupper() and len(parse.words[t]) > 1 and parse.words[t].isalpha() for t in outside)
    of = run.first > 1 and parse.lower[run.first - 1] in {"of", "&"} and parse.words[run.first - 2][:1].isupper()
    return not shouted and not of


def _is_name_alone(parse: Parse, run: _Run, casing: Casing, counts: Counter[str], kind: str | None) -> bool:
    """Whether one capitalised word is a name: by its spelling, by what stands beside it, or because it recurs."""
    word = parse.words[run.first]
    lower = word.lower().rstrip(".")
    if word[-1] == "s" and word[:-1].isupper():
        return False  # several of something: "HGVs"
    if lower in _NO_NAMES or lower in casing.common or len(lower) < 2 or lower in _COMMON_ACRONYMS:
        return False
    if is_acronym(word) or is_camel(word):
        return word.rstrip("s").lower() not in _COMMON_ACRONYMS and not set(word) <= _ROMAN
    if run.opens:
        return False
    return kind in {"Person", "Place"} or word in STATES or counts[word] > 1


def _known(parse: Parse, candidates: Sequence[Candidate]) -> dict[str, str]:
    """The types of names of one word, and of people's surnames."""
    known = {parse.lower[c.last]: c.type for c in candidates if c.first == c.last}
    known.update({parse.lower[c.last]: c.type for c in candidates if c.type == "Person"})
    return known


def _by_words(parse: Parse, run: _Run) -> str | None:
    """What the words of a run say it names: the noun at its end, a first name at its beginning."""
    words = parse.words[run.first : run.last + 1]
    if run.first < run.last:
        return type_by_head(words[-1]) or ("Person" if gender_of_first_name(words[0]) else None)
    dotted = "." in words[0] or not is_acronym(words[0])
    return "Place" if dotted and words[0].rstrip(".") in STATES else None


def _by_neighbours(parse: Parse, run: _Run, at: dict[int, Candidate]) -> str | None:
    """What the words beside a run say it names; an acronym that nothing tells of is taken for a body."""
    after = parse.lower[run.last + 1] if run.last + 1 < len(parse.words) else ""
    behind = parse.words[run.last + 2] if run.last + 2 < len(parse.words) else ""
    before = parse.lower[run.first - 1] if run.first else ""
    if run.opens and after == ":" and parse.words[run.last].isupper():
        return "Person"  # as transcripts put who speaks
    words = parse.words[run.first : run.last + 1]
    if any(is_acronym(w) or is_camel(w) for w in words):
        if any(c.isdigit() for w in words for c in w):
            return OTHER  # as often a strain, a road or a form as a body
        return "Organization" if words[0][:1].isupper() else "Product"
    titled = run.first > 0 and (is_honorific(parse.words[run.first - 1]) or is_person_noun(before))
    if titled or after in _SAYS or (after == "," and behind.isdigit()):
        return "Person"
    place_behind = at.get(run.last + 2) if after == "," else None
    if before in _LOCATIVE or (place_behind is not None and place_behind.type == "Place"):
        return "Place"
    return None


def _listed_with(parse: Parse, run: _Run, at: dict[int, Candidate]) -> str | None:
    """The type of the name that a comma or an "and" joins it to on the left, where that name is listed itself."""
    if run.first < 2 or parse.lower[run.first - 1] not in {",", "and"}:
        return None
    left = at.get(run.first - 2)
    if left is None or left.type not in {"Place", "Person"} or left.first < 2:
        return None
    after = parse.lower[run.last + 1] if run.last + 1 < len(parse.words) else ""
    listed = parse.words[left.first - 1] == "," or after in {",", "and"}
    return left.type if listed and parse.sentence_of[left.first] == parse.sentence_of[run.first] else None


def _titles(parse: Parse, candidates: Sequence[Candidate], casing: Casing) -> list[Candidate]:
    """Titles of works: two words or more between quotation marks of which all but the small ones have a capital."""
    marks = [mark for mark in parse.tokens_among(_OPENING_MARKS) if _opens_quotation(parse, mark)]
    at = {token: c for c in candidates for token in range(c.first, c.last + 1)} if marks else {}
    found: list[Candidate] = []
    end = -1
    for mark in marks:
        if mark <= end:
            continue
        close = _close(parse, mark)
        if close is None:
            continue
        last = close - 1
        while last > mark and parse.words[last] in {",", "."}:
            last -= 1
        if not _is_title(parse, mark + 1, last, casing):
            continue
        inside = {at[t] for t in range(mark + 1, last + 1) if t in at}
        if any((c.first, c.last) == (mark + 1, last) or c.first <= mark or c.last > last for c in inside):
            continue
        found.append(Candidate(mark + 1, last, "Work", "title-in-marks"))
        end = close
    return found


def _opens_quotation(parse: Parse, mark: int) -> bool:
    """Whether a mark stands after a space and before a word, in the middle of a sentence that goes on."""
    if mark == 0 or mark + 1 >= len(parse.words):
        return False
    glued = parse.starts[mark + 1] == parse.ends[mark]
    apart = parse.ends[mark - 1] < parse.starts[mark]
    return glued and apart and (parse.words[mark - 1][:1].isalnum() or parse.words[mark - 1] in {",", "’s", "'s"})


def _close(parse: Parse, mark: int) -> int | None:
    wanted = _OPENING[parse.words[mark]]
    for at in range(mark + 2, min(len(parse.words), mark + 2 + _MAX_TITLE_TOKENS)):
        if parse.words[at] == wanted and parse.starts[at] == parse.ends[at - 1]:
            return at
        if parse.paragraph_of[at] != parse.paragraph_of[mark]:
            return None
    return None


def _is_title(parse: Parse, first: int, last: int, casing: Casing) -> bool:
    words = parse.words[first : last + 1]
    content = [w for w in words if w[:1].isalpha() and w.lower() not in _SMALL_WORDS]
    if (
        len(content) < 2
        or is_honorific(words[0])
        or not words[0][:1].isupper()
        or not casing.plain[parse.sentence_of[first - 1]]
    ):
        return False
    if any(w in {",", ";", ".", "(", ")"} for w in words) or all(w.isupper() for w in content):
        return False
    return all(w[:1].isupper() for w in content)
