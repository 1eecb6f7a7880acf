"""Finds English time expressions in plain text and takes them apart; what they mean is for `timex`.

Every pattern is linear: no unbounded repeat stands inside another.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["MONTHS", "NUMBERS", "SEASONS", "UNITS", "WEEKDAYS", "Expression", "find_absolute", "find_expressions"]

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
    "second": "S", "minute": "M", "hour": "H", "day": "D", "night": "D", "weekend": "W", "week": "W", "fortnight": "W",
    "month": "M", "quarter": "Q", "season": "SEASON", "year": "Y", "decade": "DE", "century": "CE", "centurie": "CE",
}  # fmt: skip
_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS.split())} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a": 1, "an": 1,
    "hundred": 100, "thousand": 1000, "dozen": 12, "half": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression: code points `start..end`, what kind it is, and its parts by name."""

    start: int
    end: int
    kind: str
    parts: Mapping[str, str]


def _after(words: str, pattern: str) -> str:
    """The pattern, as `core`, where one of the words stands before it, capitalised or not."""
    return r"\b(?:" + "|".join(f"[{w[0].upper()}{w[0]}]{w[1:]}" for w in words.split()) + f") (?P<core>{pattern})"


_IN = "in of since until till by from to before after during through and between"
_PIECES = {
    "MONTH": r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December)",
    "MONTH_ANY": r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)",
    "CLEAR_MONTH": r"(?P<month>January|February|July|September|October|November|December)",
    "NAME_MONTH": r"(?P<month>March|April|May|June|August)",
    "DAY": r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d%])",
    "YEAR": r"(?P<year>1\d{3}|20\d\d)(?!\d)",
    "THAT_YEAR": r"(?P<that>that|the same|this|last|next) year",
    "WEEKDAY": r"(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
    "WEEKDAY_ANY": r"(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|"
    r"(?:Mon|Tues|Tue|Wed|Thurs|Thur|Thu|Fri|Sat|Sun)\b\.?)",
    "SEASON": r"(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)",
    "PART": r"(?P<part>morning|afternoon|evening|night)",
    "BOUND": r"(?P<bound>(?:[Tt]he )?(?:very )?(?:end|beginning|start|middle|close) of (?:the )?|"
    r"(?:[Ee]arly|[Ll]ate|[Mm]id)(?:[-‐‑–]| )(?:in )?)",
    "COUNT": r"(?P<count>\d{1,4}(?:\.\d)?|a few|a couple of|a dozen|a|an|half an?|couple of|dozens of|hundreds of|"
    r"hundred|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|several|many|some|few|[A-Z][a-z]{2,8})",
    "UNIT": r"(?P<unit>minute|hour|day|night|weekend|week|fortnight|month|quarter|year|decade|century|centurie)",
    "ABOUT": r"(?:(?:about|around|nearly|almost|over|under|roughly|some|only|just|(?:more|less|fewer) than) )?",
    "REL": r"(?P<rel>[Ll]ast|[Nn]ext|[Tt]his|[Pp]ast|[Cc]oming|[Pp]revious|[Ff]ollowing|[Tt]hat|[Ss]ame|[Pp]receding)",
    "THE": r"(?:[Tt]he )?",
    "ORDINAL": r"(?P<ordinal>\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|"
    r"eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|"
    r"twenty-first)",
    "NO_MORE": r"(?![\w%]|[.,:]\d|-\w)",
}  # fmt: skip
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", r"(?<![\d-])(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
     r"(?:T(?P<time>\d\d:\d\d))?(?![\d-])"),
    ("dotted", r"(?<![\d.])(?P<day>0?[1-9]|[12]\d|3[01])\.(?P<month>0?[1-9]|1[0-2])\.(?P<year>[12]\d{3})(?!\.?\d)"),
    ("slashed", r"(?<![\d/])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>[12]\d{3})(?![\d/])"),
    (
        "date",
        r"(?:{WEEKDAY_ANY},? )?(?:{THE}{PART} of )?\b{MONTH_ANY} {DAY}(?!:\d)(?:,? {YEAR}| of {THAT_YEAR})?",
    ),
    (
        "date",
        r"(?:{WEEKDAY_ANY},? )?(?:{THE}{PART} of )?{THE}(?<![\d.,:$£€]){DAY}(?: of)? {MONTH_ANY}(?!\w)"
        r"(?:,? {YEAR}| of {THAT_YEAR})?",
    ),
    ("month", r"{BOUND}?\b{MONTH_ANY}(?:,? (?:of )?{YEAR}| of {THAT_YEAR})"),
    ("month", r"{BOUND}?\b{CLEAR_MONTH}(?![\w-])"),
    ("month", _after(_IN, r"{NAME_MONTH}(?![\w-]| [A-Z])")),
    ("month", r"{BOUND}{NAME_MONTH}(?![\w-])"),
    ("month", r"\b(?P<month>April|June|August)(?![\w-]| [A-Z])"),
    ("month", r"{THE}\b{REL} {MONTH}\b"),
    ("season", r"{THE}(?:(?:early|late|mid)[- ])?\b{SEASON}(?: of)? {YEAR}"),
    ("season", r"{THE}\b{SEASON} of {THAT_YEAR}"),
    ("season", r"{THE}\b{REL} {SEASON}\b"),
    ("season", _after(_IN, r"(?:the |early |late )?{SEASON}(?![\w-]| of | [a-z]+s\b)")),
    ("bc", r"(?:(?:[Cc]a?\.|circa) )?(?<![\d.,])(?P<number>\d{1,4}) (?:BCE?\b|B\.\s?C\b\.?)"),
    ("year", r"{BOUND}{YEAR}{NO_MORE}"),
    (
        "year",
        r"(?<![\w.,:$£€#/-])(?:[Tt]he year )?{YEAR}(?P<to>[-–/]\d\d(?!\d))?"
        r"(?![\w%]|[.,:]\d|-[A-Za-z]|-\d{3}(?!\d))",
    ),
    ("year", r"(?<=\d[-–/]){YEAR}{NO_MORE}"),
    ("shortyear", r"(?<!\w)['’](?P<short>\d\d)(?![\w'’])"),
    ("decade", r"{THE}(?:(?:[Ee]arly|[Ll]ate|[Mm]id)[- ])?(?<!\w)(?P<decade>1\d\d|20\d)0['’]?s\b"),
    (
        "decade",
        r"[Tt]he (?:(?:early|late|mid)[- ])?(?:['’](?P<short>[2-9])0s|"
        r"(?P<word>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties))\b",
    ),
    ("century", r"{THE}(?:(?:early|late|mid|middle of the)[- ])?\b{ORDINAL}[- ][Cc]entury(?: (?P<era>BCE?))?\b"),
    ("quarter", r"{THE}(?P<ordinal>first|second|third|fourth) (?P<unit>quarter|half) (?:of )?{YEAR}"),
    ("deictic", r"\b(?P<word>[Yy]esterday|[Tt]oday|[Tt]omorrow)(?: {PART})?\b"),
    ("deictic", r"\b(?P<word>[Tt]onight)\b"),
    ("vague", r"\b(?P<word>[Nn]owadays|[Cc]urrently|[Rr]ecently|[Nn]ow(?! that))\b"),
    ("relative", r"{THE}\b{REL} (?P<unit>week|weekend|month|quarter|year|decade|century|day)\b(?!-)"),
    ("bounded", r"{THE}\b(?:[Ee]nd|[Bb]eginning|[Ss]tart|[Mm]iddle) of (?:the|this) (?P<unit>week|month|year)\b"),
    ("bounded", r"\b(?:[Ll]ater?|[Ee]arl(?:ier|y)) (?:in )?(?P<rel>this|that|the) (?P<unit>week|month|year|day)\b"),
    ("weekday", r"(?:{THE}\b{REL} )?\b{WEEKDAY}(?: {PART})?\b(?!['’]?s\b)"),
    ("daypart", r"(?:[Ee]arly |[Ll]ate )?\b(?P<rel>[Tt]his|[Ll]ast|[Tt]he next|[Tt]he following|[Tt]hat) {PART}\b"),
    ("shift", r"\b{ABOUT}{COUNT} {UNIT}s? (?P<way>ago|later|earlier|before|from now|hence)\b"),
    ("shift", r"\b[Tt]he (?P<unit>day|week|month|year|night) (?P<way>before|after)\b"),
    ("window", r"{THE}\b(?:past|last|next|coming|following|previous|first|final) {COUNT} {UNIT}s?\b(?! (?:ago|later))"),
    ("span", r"\b{ABOUT}{COUNT}[- ]{UNIT}s?\b(?!-|s\b| old\b| (?:ago|later|earlier|from now)\b)"),
    ("vaguespan", _after("for in over after within", r"(?P<unit>hours|days|weeks|months|years|decades|centuries)\b")),
    ("vaguespan", r"\b(?P<unit>hour|day|week|month|year|decade)s?-long\b"),
    ("set", r"\b(?P<word>[Dd]aily|[Nn]ightly|[Ww]eekly|[Mm]onthly|[Yy]early|[Aa]nnually|[Qq]uarterly)\b(?! [A-Z])"),
    ("set", r"\b(?:[Ee]very|[Ee]ach|[Pp]er) (?:{WEEKDAY}|{COUNT} (?P<units>day|week|month|year|hour|minute)s)\b"),
    ("set", r"\b(?:[Ee]very|[Ee]ach|[Pp]er) (?P<unit>day|week|month|year|night|hour|minute|decade|morning|quarter)\b"),
    (
        "clock",
        r"(?<![\d.,:$£€])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[aApP])(?:\.\s?[mM]\.|[mM]\b)",
    ),
    ("clock", r"(?<![\d.,:$£€-])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?:\s?(?:hrs|GMT|UTC|h)\b)?(?![\d:])"),
    ("clock", r"\b(?P<word>noon|midnight)\b"),
    ("ordinal", _after("on by until", r"the (?P<day>[12]?\d|3[01])(?:st|nd|rd|th)\b(?! [a-zA-Z]{3})")),
    ("feast", r"\b(?P<word>Christmas(?: (?:Day|Eve))?|New Year['’]s (?:Day|Eve))(?:,? {YEAR})?\b(?! (?:tree|card))"),
)  # fmt: skip
"""A space stands for up to three white-space characters of one line, a name in braces for its piece above."""


def _compile(pattern: str) -> re.Pattern[str]:
    for name, piece in _PIECES.items():
        pattern = pattern.replace("{" + name + "}", piece if piece.startswith("(") else f"(?:{piece})")
    return re.compile(re.sub(r"(?<!\[-) (?!\])", r"[^\\S\\r\\n]{1,3}", pattern))


_COMPILED = tuple((kind, _compile(pattern)) for kind, pattern in _PATTERNS)
_Patterns = Sequence[tuple[str, re.Pattern[str]]]
_ABSOLUTE = frozenset({"iso", "dotted"})
_COUNTED = re.compile(
    r"\s{1,2}(?:people|troops|men|women|soldiers|children|dead|euros|dollars|pounds|miles|metres|meters|feet|votes|"
    r"jobs|homes|houses|patients|students|workers|employees|members|copies|kilometres|kilometers|km|m\b|ft|acres|"
    r"tons|tonnes|others|protesters|prisoners|refugees|points|calories|rpm|hours|times|or so)"
)
"""What follows a number that only looks like a year."""


def find_expressions(text: str) -> list[Expression]:
    """Every expression in text order; of overlapping ones the longest, then the first."""
    return _longest(text, _COMPILED)


def find_absolute(text: str) -> list[Expression]:
    """Only what reads the same in any language: ISO and dotted numeric dates."""
    return _longest(text, [(kind, pattern) for kind, pattern in _COMPILED if kind in _ABSOLUTE])


def _longest(text: str, patterns: _Patterns) -> list[Expression]:
    found = sorted(_matches(text, patterns), key=lambda e: (e.start - e.end, e.start))
    taken: list[Expression] = []
    covered = bytearray(len(text))
    for expression in found:
        if not any(covered[expression.start : expression.end]):
            covered[expression.start : expression.end] = b"\x01" * (expression.end - expression.start)
            taken.append(expression)
    return sorted(taken, key=lambda e: e.start)


def _matches(text: str, patterns: _Patterns) -> Iterator[Expression]:
    for kind, pattern in patterns:
        for match in pattern.finditer(text):
            parts = {name: value for name, value in match.groupdict().items() if value is not None}
            core = "core" if parts.pop("core", None) is not None else 0
            if kind == "year" and "bound" not in parts and _COUNTED.match(text, match.end()):
                continue
            start, end = match.span(core)
            yield Expression(start, end, kind, parts)
