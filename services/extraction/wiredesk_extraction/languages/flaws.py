"""What is wrong with a language's file, in words: for whoever writes one, and for the tests."""

from collections import Counter
from collections.abc import Iterable, Iterator

from wiredesk_extraction.languages.language import Calendar, Language

__all__ = ["flaws_of"]

_GENDERS = frozenset({"m", "f", ""})
_DAYS = frozenset({"yesterday", "today", "tomorrow", "before yesterday", "after tomorrow"})
_PARTS = frozenset({"morning", "afternoon", "evening", "night"})
_UNITS = frozenset({"day", "week", "month", "year"})
_SEASONS = frozenset({"spring", "summer", "autumn", "winter"})
_TYPES = frozenset({"Person", "Organization", "Place", "Group", "Event", "Work", "Product", "Law", "Language"})
_LISTS = (
    "verbs", "plural_verbs", "participles", "auxiliaries", "according", "appended", "hearsay", "articles",
    "prepositions", "particles", "fillers", "addresses", "offices", "pronouns", "split_verbs",
)  # fmt: skip
_CALENDAR_LISTS = (
    "days", "day_parts", "units", "numbers", "last", "next", "this", "leads", "ago", "ago_after", "ahead", "joints",
    "ordinals", "seasons", "decade_nouns", "decades", "looks_ahead",
)  # fmt: skip


def flaws_of(language: Language) -> list[str]:
    """One line a flaw, with the field's name first; empty when the file is well formed.

    What the words mean it cannot tell: that is what the file's examples are for.
    """
    return [
        *_names(language),
        *_marks(language),
        *(flaw for field, forms in _word_lists(language) for flaw in _forms(field, forms)),
        *_values(language),
        *(_calendar(language.calendar) if language.calendar else _without_calendar(language)),
    ]


def _names(language: Language) -> Iterator[str]:
    if len(language.code) != 2 or not language.code.islower() or not language.code.isascii():
        yield f"code: {language.code!r} is no ISO 639-1 code, as de is"
    if not language.pipeline.startswith(f"{language.code}_"):
        yield f"pipeline: {language.pipeline!r} does not begin with {language.code}_"
    if not language.examples:
        yield "examples: there is none, so nothing shows that the words are right"
    for number, example in enumerate(language.examples, start=1):
        for name, part in (("said", example.said), ("speaker", example.speaker), ("cue", example.cue)):
            if part not in example.text:
                yield f"examples: {name} of number {number}, {part!r}, is not in its text"


def _marks(language: Language) -> Iterator[str]:
    if not language.marks:
        yield "marks: there are none"
    for pair in language.marks:
        if len(pair) != 2 or any(len(mark) != 1 or mark.isalnum() for mark in pair):
            yield f"marks: {pair!r} is not an opening and a closing mark"
    for pair, count in Counter(language.marks).items():
        if count > 1:
            yield f"marks: {pair!r} is there twice"


def _word_lists(language: Language) -> Iterator[tuple[str, Iterable[str]]]:
    for field in _LISTS:
        yield field, getattr(language, field)
    calendar = language.calendar
    if calendar is None:
        return
    for field in ("months", "weekdays"):
        yield f"calendar.{field}", [form for forms in getattr(calendar, field) for form in forms.split()]
    for field in _CALENDAR_LISTS:
        yield f"calendar.{field}", getattr(calendar, field)


def _forms(field: str, forms: Iterable[str]) -> Iterator[str]:
    if isinstance(forms, str):
        yield f"{field}: {forms!r} is one string; it must be a tuple of words"
        return
    counts = Counter(list(forms))
    for form, count in counts.items():
        if count > 1:
            yield f"{field}: {form!r} is there twice"
        if not form.strip() or form != " ".join(form.split()):
            yield f"{field}: {form!r} has white space too many"
        if form != form.lower():
            yield f"{field}: {form!r} is not in lower case"
    if field in {"verbs", "plural_verbs", "participles", "articles", "pronouns"}:
        yield from (f"{field}: {form!r} is more than one word" for form in counts if " " in form)


def _values(language: Language) -> Iterator[str]:
    if not language.verbs:
        yield "verbs: there are none"
    for field in ("pronouns", "addresses", "offices"):
        for form, gender in getattr(language, field).items():
            if gender not in _GENDERS:
                yield f"{field}: {form!r} must be m, f or empty, not {gender!r}"
    for form in language.addresses:
        if form.endswith("."):
            yield f"addresses: {form!r} must be without its full stop"
    for label, kind in language.labels.items():
        if kind not in _TYPES:
            yield f"labels: {label!r} must be one of {', '.join(sorted(_TYPES))}, not {kind!r}"
    for form in set(language.verbs) & set(language.split_verbs):
        yield f"split_verbs: {form!r} is one of verbs as well, so its particle would not matter"
    if language.participles and not language.auxiliaries:
        yield "auxiliaries: there are none, so no participle is ever a cue"


def _without_calendar(language: Language) -> Iterator[str]:
    if not language.deep:
        yield "calendar: it is missing"


def _calendar(calendar: Calendar) -> Iterator[str]:
    for field, number in (("months", 12), ("weekdays", 7)):
        rows = getattr(calendar, field)
        if len(rows) != number or not all(row.split() for row in rows):
            yield f"calendar.{field}: there must be {number} items with a form each, not {len(rows)}"
    units = _UNITS | {f"{unit}s" for unit in _UNITS}
    for field, allowed in (("days", _DAYS), ("day_parts", _PARTS), ("units", units), ("seasons", _SEASONS)):
        for form, value in getattr(calendar, field).items():
            if value not in allowed:
                yield f"calendar.{field}: {form!r} must be one of {', '.join(sorted(allowed))}, not {value!r}"
    for form, tens in calendar.decades.items():
        if not 1 <= tens <= 9:
            yield f"calendar.decades: {form!r} must be 1 to 9, the tens of its years, not {tens}"
    for unit in _UNITS - set(calendar.units.values()):
        yield f"calendar.units: no word for {unit}"
