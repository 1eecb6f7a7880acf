"""The building blocks of time patterns, and how a pattern is put together from them."""

import re

from wiredesk_extraction.time_lexicon import TENS, WORD_NUMBERS

__all__ = ["IN", "MONTH_NAMES", "ORDINAL_WORDS", "after", "compile_pattern"]

MONTH_NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"
_WEEKDAY_NAMES = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,4}(?:\.\d{1,2})?|"
    rf"(?:{'|'.join(TENS)})(?:-(?:{_ONES}))?|"
    rf"(?:(?:an?|{_ONES}) (?:hundred|thousand)|{'|'.join(word for word in WORD_NUMBERS if word not in TENS)}|"
    rf"hundred))"
    r"(?:[- ]and[- ]a[- ]half)?"
)
ORDINAL_WORDS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty-first"
)
_TO = r"(?: ?[-‐‑–—/] ?| (?:to|and|or|through|until|till) )"


def after(words: str, pattern: str) -> str:
    """The pattern, as `core`, where one of the words stands before it."""
    return r"\b(?:" + "|".join(words.split()) + f") (?P<core>{pattern})"


IN = "in of since until till by from to before after during through and between around"
_PIECES = {
    "MONTH_FULL": rf"(?P<month>(?-i:{MONTH_NAMES}))",
    "MONTH": rf"(?P<month>(?-i:{MONTH_NAMES}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?))",
    "CLEAR_MONTH": r"(?P<month>(?-i:January|February|July|September|October|November|December))",
    "NAME_MONTH": r"(?P<month>(?-i:March|April|May|June|August))",
    "DAY": r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d%])",
    "YEAR": r"(?:(?P<year>1\d{3}|20\d\d)(?!\d)(?! BC)|(?P<bc>\d{1,4}) BCE?\b)",
    "YEAR2": r"(?P<year2>1\d{3}|20\d\d)(?!\d)",
    "RECENT": r"(?P<year>1[5-9]\d\d|20\d\d)(?!\d)",
    "THAT_YEAR": r"(?P<that>that|the same|this|last|next|the following|the previous) year",
    "WEEKDAY": rf"(?P<weekday>(?-i:{_WEEKDAY_NAMES}))",
    "WEEKDAY_ANY": rf"(?P<weekday>(?-i:{_WEEKDAY_NAMES}|(?:Mon|Tues|Tue|Wed|Thurs|Thur|Thu|Fri|Sat|Sun)\b\.?))",
    "SEASON": r"(?P<season>spring|summer|autumn|fall|winter)",
    "PART": r"(?P<part>morning|afternoon|evening|night)",
    "PART_OF": r"(?:(?:the )?(?:early |late )?{PART}(?: hours)? of )?",
    "BOUND": r"(?P<bound>\b(?:the )?(?:very )?(?:end|beginning|start|middle|close|rest) of (?:the )?|"
    r"(?:early|late|mid)(?:[-‐‑–]| )(?:in )?)",
    "PART_OF_IT": r"(?:(?:the )?(?:very )?(?:end|beginning|start|middle|close|rest|remainder|course|"
    r"(?:latter|early|better) (?:part|half)) of |(?:early|late|mid)[- ]|(?:earlier|later|early|late)(?: in)? )",
    "NUMBER": _NUMBER,
    "COUNT": r"(?:(?:\d{1,3}|" + _ONES + r"|ten|twelve) ?(?:[-–]|to|or) ?)?"
    rf"(?P<count>a (?:good )?few|a couple(?: of)?|couple of|a dozen|half a dozen|dozens of|hundreds of|"
     rf"half an?|{_NUMBER}|"
    r"several|many|some|few)(?: more)?",
    "KIND": r"(?:(?:more|long|previous|preceding|following|full|whole|entire|consecutive|straight|solid|"
     r"additional|extra|further|working|business|"
    r"school|calendar|fiscal|academic|trading|short|successive|brutal|bloody|hard|difficult|separate|different|"
     r"turbulent|"
    r"painful|intense|harsh|tense|busy|crucial|critical|final|good|light|eventful|peaceful)[- ])?",
    "UNIT": r"(?P<unit>minute|hour|day|night|weekend|week|fortnight|month|year|decade|century|centurie)",
    "UNITS": r"(?P<unit>seconds|minutes|hours|days|nights|weekends|weeks|fortnights|months|quarters|years|decades|"
    r"centuries)",
    "STEP": r"(?P<unit>week|weekend|month|quarter|year|decade|century|day)",
    "ABOUT": r"(?:(?:about|around|nearly|almost|over|under|roughly|approximately|some|only|just|at least|up to|"
    r"(?:more|less|fewer|longer|better) than) )?(?:a mere |the )?",
    "REL": r"(?P<rel>last|next|this|past|coming|previous|following|that same|that|same|preceding|prior|current|"
    r"upcoming)",
    "THE": r"(?:the )?",
    "ORDINAL": rf"(?P<ordinal>\d{{1,2}}(?:st|nd|rd|th)|{ORDINAL_WORDS})",
    "TO": _TO,
    "NO_MORE": r"(?![\w%]|[.,:]\d|-\w)",
    "STOP": r"(?=[^\S\r\n]?[.,;:!?)\"”’\r\n]|\Z)",
    "BIG": r"(?-i:[A-Z])",
    "PART2": r"(?P<part2>morning|afternoon|evening|night)",
    "WEEKDAY_NAME": rf"(?-i:{_WEEKDAY_NAMES})",
    "ZONE": r"(?:\s(?-i:GMT|UTC|BST|CET|CEST|EST|EDT|CST|CDT|MST|MDT|PST|PDT|ET|PT|IST|JST)\b)?",
}  # fmt: skip


def compile_pattern(pattern: str, *, lowered: bool) -> re.Pattern[str]:
    """A space stands for up to three white-space characters of one line, a name in braces for its piece; a group whose
    name ends in a figure is another place for the part of that name. Patterns of names ignore case but where `(?-i:`
    says otherwise; `lowered` ones read the text in lower case, which is twice as fast.
    """
    for _ in range(_NESTED_PIECES):
        for name, piece in _PIECES.items():
            pattern = pattern.replace("{" + name + "}", piece if piece.startswith("(") else f"(?:{piece})")
    pattern = _CLASS_OR_SPACE.sub(_spaces, pattern)
    if lowered:
        return re.compile(_CASED_GROUP.sub(lambda match: f"(?:{match[1].lower()}", pattern))
    return re.compile(pattern, re.IGNORECASE)


_CASED_GROUP = re.compile(r"\(\?-i:([^()\[\]]*)")
_NESTED_PIECES = 2
"""How deep pieces stand in pieces."""

_CLASS_OR_SPACE = re.compile(r"\[(?:\\[^\[]|[^\[\]\\])*\]| \??")


def _spaces(match: re.Match[str]) -> str:
    """White space of one line for a space that stands in no character class."""
    found = match.group()
    return found if found[0] == "[" else r"[^\S\r\n]{0,2}" if found == " ?" else r"[^\S\r\n]{1,3}"
