"""The English words of time and what they count as; numbers in words and figures."""

__all__ = ["MONTHS", "ORDINALS", "SEASONS", "TENS", "UNITS", "WEEKDAYS", "WORD_NUMBERS", "read_count", "unit_of"]

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tues tue",
            "wednesday wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        ),
        start=1,
    )
    for name in names.split()
}
SEASONS = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}

UNITS = {
    "second": "S", "sec": "S", "minute": "MIN", "min": "MIN", "hour": "H", "hr": "H", "day": "D", "night": "D",
    "weekend": "W", "week": "W", "fortnight": "W", "month": "M", "quarter": "Q", "year": "Y", "yr": "Y",
    "decade": "DE", "century": "CE", "centurie": "CE",
}  # fmt: skip
"""Singular -> the letters of a TIMEX3 duration; MIN tells minutes from months until they are written."""

_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
WORD_NUMBERS = {word: number for number, word in enumerate(_SMALL.split())} | TENS | {"a": 1, "an": 1, "another": 1}
_SCALES = {"hundred": 100, "thousand": 1000, "dozen": 12}
_SOME = frozenset({"few", "several", "many", "some", "dozens", "hundreds", "thousands"})

_ORDINAL_WORDS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth twenty-first
"""
ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), start=1)}


def unit_of(word: str) -> str:
    """The unit a word names, in singular or plural."""
    return UNITS.get(word) or UNITS[word.removesuffix("s")]


def read_count(words: str) -> str | None:
    """A number as TIMEX3 writes it: figures, or X for "a few"; None when the words are no number."""
    words = words.replace(",", "").replace("-", " ").removesuffix(" of")
    half = words.endswith(" and a half")
    items = words.removesuffix(" and a half").split()
    if items and items[0].replace(".", "", 1).isdigit():
        return items[0] + ".5" * half if len(items) == 1 else None
    if items[-1] == "couple":
        return "2"
    if items[:1] == ["half"] or items == ["a", "half"]:
        return "0.5"
    if any(item in _SOME for item in items):
        return "X"
    total = 0
    for item in items:
        if item in _SCALES:
            total = max(1, total) * _SCALES[item]
        elif item in WORD_NUMBERS:
            total += WORD_NUMBERS[item]
        elif item != "and":
            return None
    return f"{total}" + ".5" * half
