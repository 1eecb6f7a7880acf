"""A language's words of time as a table: first word -> phrases that begin with it, and what each tells."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from wiredesk_extraction.languages.language import Calendar

__all__ = ["MONTHS", "Lexeme", "TimeWords", "Word", "match_at", "split_words", "time_words"]

_WORD = re.compile(r"\d++|[^\W\d]++|[^\w\s]|\n")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters or digits, another character or a line end, at code points `start..end`; `small`: lower case."""

    start: int
    end: int
    text: str
    small: str


@dataclass(frozen=True, slots=True)
class Lexeme:
    """What a phrase tells: a kind (`month`, `unit` …) and its value in English or in figures; `short`: abbreviated."""

    kind: str
    value: str
    short: bool = False


TimeWords = Mapping[str, tuple[tuple[tuple[str, ...], tuple[Lexeme, ...]], ...]]


def split_words(text: str) -> list[Word]:
    """The words of a text, in order. Letters and digits side by side are two words."""
    return [Word(m.start(), m.end(), m.group(), m.group().lower().replace("’", "'")) for m in _WORD.finditer(text)]


@lru_cache(maxsize=64)
def time_words(calendar: Calendar) -> TimeWords:
    """All words of time of a language."""
    table: dict[tuple[str, ...], list[Lexeme]] = {}
    for phrase, lexeme in _lexemes(calendar):
        table.setdefault(tuple(word.small for word in split_words(phrase)), []).append(lexeme)
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[Lexeme, ...]]]] = {}
    for words, found in sorted(table.items(), key=lambda item: -len(item[0])):
        by_first.setdefault(words[0], []).append((words, tuple(found)))
    return {first: tuple(entries) for first, entries in by_first.items()}


def _lexemes(calendar: Calendar) -> Iterable[tuple[str, Lexeme]]:
    for kind, names, rows in (("month", MONTHS, calendar.months), ("weekday", _WEEKDAYS, calendar.weekdays)):
        for name, forms in zip(names, rows, strict=True):
            for number, form in enumerate(forms.split()):
                yield form, Lexeme(kind, name, short=number > 0 and len(form) <= 5 and kind == "month")
    for kind, table in (
        ("deictic", calendar.days),
        ("part", calendar.day_parts),
        ("unit", calendar.units),
        ("season", calendar.seasons),
    ):
        yield from ((phrase, Lexeme(kind, value)) for phrase, value in table.items())
    for kind, numbers in (("number", calendar.numbers), ("decade", calendar.decades)):
        yield from ((phrase, Lexeme(kind, str(value))) for phrase, value in numbers.items())
    for kind, value, phrases in (
        ("rel", "last", calendar.last),
        ("rel", "next", calendar.next),
        ("rel", "this", calendar.this),
        ("lead", "", (*calendar.leads, *calendar.since)),
        ("since", "", calendar.since),
        ("way", "ago", calendar.ago),
        ("way_after", "ago", calendar.ago_after),
        ("way", "from now", calendar.ahead),
        ("joint", "", calendar.joints),
        ("ordinal", "", calendar.ordinals),
        ("decade_noun", "", calendar.decade_nouns),
    ):
        yield from ((phrase, Lexeme(kind, value)) for phrase in phrases)


def match_at(words: list[Word], table: TimeWords, at: int, kind: str) -> tuple[Lexeme, int] | None:
    """The longest phrase of a kind that begins at `at`, and the place behind it."""
    if not 0 <= at < len(words):
        return None
    for phrase, lexemes in table.get(words[at].small, ()):
        end = at + len(phrase)
        if tuple(word.small for word in words[at:end]) != phrase:
            continue
        if found := next((lexeme for lexeme in lexemes if lexeme.kind == kind), None):
            return found, end
    return None
