"""Finds time expressions by a language's calendar and puts them as `timex` has them, in English.

One step a word, each looking a few words on: linear in the length of the text.
"""

from collections.abc import Callable, Iterator

from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.time_reader import FIRST_YEAR, TimeReader
from wiredesk_extraction.languages.time_words import MONTHS, Lexeme, split_words, time_words
from wiredesk_extraction.time_expressions import Expression, find_absolute

__all__ = ["find_expressions_in", "looks_ahead_in"]

_REACH_CHARS = 120
_SENTENCE_ENDS = frozenset(".!?\n")
_SEPARATORS = frozenset("/-")
_STEPS = frozenset({"week", "month", "year"})


_Found = tuple[int, int, str, dict[str, str]]
"""First place, the place behind the last, kind and parts."""


def find_expressions_in(text: str, language: Language) -> list[Expression]:
    """Every expression in text order, none overlapping; those that read alike everywhere ("2001-11-23") included."""
    if language.calendar is None:
        return find_absolute(text)
    reader = TimeReader(language, split_words(text), time_words(language.calendar))
    found = find_absolute(text)
    place = 0
    while place < len(reader.words):
        hit = next((hit for rule in _RULES if (hit := rule(reader, place))), None)
        if hit is None:
            place += 1
            continue
        first, place, kind, parts = hit
        found.append(Expression(reader.words[first].start, reader.words[place - 1].end, kind, parts))
    return list(_apart(sorted(found, key=lambda one: (one.start, -one.end))))


def _apart(found: list[Expression]) -> Iterator[Expression]:
    end = 0
    for one in found:
        if one.start >= end:
            yield one
            end = one.end


def _date(reader: TimeReader, place: int) -> _Found | None:
    """23. November 2001, jeudi 1er mai, lunes 23 de noviembre de 2001."""
    at = place
    if weekday := reader.at(at, "weekday"):
        at = weekday[1]
        at += reader.small(at) == ","
        at += reader.small(at) in reader.language.articles
    day = reader.number(at)
    if day is None or not 1 <= day <= 31:
        return None
    at = reader.behind(at + 1, "ordinal")
    at += reader.small(at) == "."
    month = reader.at(reader.behind(at, "joint"), "month")
    if month is None:
        return None
    parts = {"day": str(day), "month": month[0].value}
    at = month[1] + (month[0].short and reader.small(month[1]) == ".")
    end = _with_year(reader, at, parts)
    # "le 3 mars dernier": which year is not for `timex` to guess by nearness.
    return None if "year" not in parts and reader.at(end, "rel") else (place, end, "date", parts)


def _with_year(reader: TimeReader, at: int, parts: dict[str, str]) -> int:
    """The place behind the year that stands at `at`, which is put into `parts`; `at` if there is none."""
    place = reader.behind(at, "joint")
    year = reader.year(place)
    if year is None:
        return at
    parts["year"] = str(year)
    return place + 1


def _numeric(reader: TimeReader, place: int) -> _Found | None:
    """23/11/2001, 23-11-2001: the day comes first in all of these languages."""
    sign = reader.small(place + 1)
    whole = sign in _SEPARATORS and reader.small(place + 3) == sign and all(map(reader.glued, range(place, place + 4)))
    day, month, year = reader.number(place), reader.number(place + 2), reader.year(place + 4)
    if not whole or day is None or month is None or year is None or not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    return place, place + 5, "date", {"day": str(day), "month": MONTHS[month - 1], "year": str(year)}


def _weekday(reader: TimeReader, place: int) -> _Found | None:
    """Donnerstag, letzten Donnerstag, jeudi dernier, Donnerstagabend, jueves por la noche."""
    before = reader.at(place, "rel")
    first = before[1] if before else place
    found = reader.at(first, "weekday")
    parts: dict[str, str] = {}
    if found is None:
        found = _joined_part(reader, first, parts)
    if found is None or not reader.in_place(first):
        return None
    parts["weekday"] = found[0].value
    at = found[1]
    after = None if before else reader.at(at, "rel")
    if rel := before or after:
        parts["rel"] = rel[0].value
        at = after[1] if after else at
    return place, _with_part(reader, at, parts), "weekday", parts


def _joined_part(reader: TimeReader, place: int, parts: dict[str, str]) -> tuple[Lexeme, int] | None:
    """A weekday that its part of the day is joined to ("donderdagavond")."""
    word = reader.small(place)
    for part, value in (reader.language.calendar.day_parts if reader.language.calendar else {}).items():
        found = reader.lexeme(word.removesuffix(part), "weekday") if word.endswith(part) else None
        if found:
            parts["part"] = value
            return found, place + 1
    return None


def _with_part(reader: TimeReader, at: int, parts: dict[str, str]) -> int:
    part = reader.at(at, "part")
    if part is None or "part" in parts:
        return at
    parts["part"] = part[0].value
    return part[1]


def _deictic(reader: TimeReader, place: int) -> _Found | None:
    """gestern, hier soir; not what an article makes a noun ("la mañana")."""
    found = reader.at(place, "deictic")
    nouns = reader.language.articles
    if found is None or reader.small(place - 1) in nouns or reader.at(place - 1, "rel") or not reader.as_written(place):
        return None
    parts = {"word": found[0].value}
    return place, _with_part(reader, found[1], parts), "deictic", parts


def _shift(reader: TimeReader, place: int) -> _Found | None:
    """vor drei Tagen, il y a trois jours, tre giorni fa."""
    before = reader.at(place, "way")
    at = before[1] if before else place
    number = reader.at(at, "number")
    count = int(number[0].value) if number else reader.number(at)
    unit = reader.at(number[1] if number else at + 1, "unit")
    if count is None or unit is None:
        return None
    after = reader.at(unit[1], "way_after")
    if way := after or before:
        start = place if before and not after else at
        end = after[1] if after else unit[1]
        return start, end, "shift", {"count": str(count), "unit": unit[0].value, "way": way[0].value}
    return None


def _relative(reader: TimeReader, place: int) -> _Found | None:
    """vergangene Woche, l'année dernière, la próxima semana; not several of them ("letzten Jahre")."""
    rel = reader.at(place, "rel")
    unit = reader.at(rel[1] if rel else place, "unit")
    if unit is None or unit[0].value not in _STEPS:
        return None
    end = unit[1]
    if rel is None:
        rel = reader.at(end, "rel")
        if rel is None or rel[0].value == "this":
            return None
        end = rel[1]
    return place, end, "relative", {"rel": rel[0].value, "unit": unit[0].value}


def _month(reader: TimeReader, place: int) -> _Found | None:
    """November 2001; behind a word that leads to a time, the month alone."""
    found = reader.at(place, "month")
    if found is None:
        return None
    parts = {"month": found[0].value}
    end = _with_year(reader, found[1] + (found[0].short and reader.small(found[1]) == "."), parts)
    if "year" not in parts and (with_rel := _with_rel(reader, place, end, parts)):
        return *with_rel, "month", parts
    if "year" not in parts and (found[0].short or not reader.is_led_to(place) or not reader.in_place(place)):
        return None
    return place, end, "month", parts


def _with_rel(reader: TimeReader, place: int, end: int, parts: dict[str, str]) -> tuple[int, int] | None:
    """Where it begins and ends with "last" or "next" beside it, which is put into `parts`; "since" is last."""
    before = next((n for n in (1, 2) if (rel := reader.at(place - n, "rel")) and rel[1] == place), 0)
    rel = reader.at(place - before if before else end, "rel")
    if rel is None or (rel[0].value == "this" and not before):
        if not reader.is_led_to(place, "since"):
            return None
        parts["rel"] = "last"
        return place, end
    parts["rel"] = rel[0].value
    return place - before, end if before else rel[1]


def _season(reader: TimeReader, place: int) -> _Found | None:
    found = reader.at(place, "season")
    if found is None:
        return None
    parts = {"season": found[0].value}
    end = _with_year(reader, found[1], parts)
    if "year" not in parts and (with_rel := _with_rel(reader, place, end, parts)):
        return *with_rel, "season", parts
    articled = reader.small(place - 1) in reader.language.articles and reader.is_led_to(place - 1)
    return (place, end, "season", parts) if "year" in parts or articled or reader.is_led_to(place) else None


def _decade(reader: TimeReader, place: int) -> _Found | None:
    """die fünfziger Jahre, 1990er-Jahre; les années 1990, los años noventa, gli anni '90."""
    suffix = reader.language.calendar.decade_suffix if reader.language.calendar else ""
    if not suffix:
        noun = reader.at(place, "decade_noun")
        if noun is None:
            return None
        at = reader.behind(noun[1], "joint")
        at += reader.small(at) in reader.language.articles or reader.small(at) == "'"
        tens = _tens(reader, at)
        return None if tens is None else (place, tens[1], "decade", tens[0])
    tens = _tens(reader, place)
    if tens is None:
        return None
    at = tens[1]
    if reader.small(place).isdecimal():
        if reader.small(at) != suffix or not reader.glued(at - 1):
            return None
        at += 1
        at += reader.small(at) == "-"
    noun = reader.at(at, "decade_noun")
    return None if noun is None else (place, noun[1], "decade", tens[0])


def _tens(reader: TimeReader, place: int) -> tuple[dict[str, str], int] | None:
    if word := reader.at(place, "decade"):
        return {"short": word[0].value}, word[1]
    number = reader.number(place)
    if number is None or number % 10 or len(reader.small(place)) not in {2, 4}:
        return None
    return ({"decade": str(number // 10)} if number >= FIRST_YEAR else {"short": str(number // 10)}), place + 1


def _year(reader: TimeReader, place: int) -> _Found | None:
    """A year behind a word that leads to one; before a noun it is a count."""
    year = reader.year(place)
    if year is None or not reader.is_led_to(place):
        return None
    after = reader.words[place + 1].text if place + 1 < len(reader.words) else ""
    if reader.language.capitalises_nouns and after[:1].isupper():
        return None
    return None if after in {"%", "€", "$", "/"} else (place, place + 1, "year", {"year": str(year)})


_RULES: tuple[Callable[[TimeReader, int], _Found | None], ...] = (
    _numeric, _date, _shift, _weekday, _deictic, _relative, _month, _season, _decade, _year,
)  # fmt: skip


def looks_ahead_in(language: Language) -> Callable[[str, int, int], bool]:
    """Tells whether the sentence of `start..end` speaks of what is to come: by a verb of the language's list."""
    verbs = frozenset(language.calendar.looks_ahead if language.calendar else ())

    def looks_ahead(text: str, start: int, end: int) -> bool:
        before = text[max(0, start - _REACH_CHARS) : start].lower()
        cut = max(before.rfind(sign) for sign in _SENTENCE_ENDS)
        after = text[end : end + _REACH_CHARS].lower()
        stop = min((at for sign in _SENTENCE_ENDS if (at := after.find(sign)) >= 0), default=len(after))
        return not verbs.isdisjoint(word.small for word in split_words(before[cut + 1 :] + "\n" + after[:stop]))

    return looks_ahead
