"""Whether the words around a time expression look back or ahead."""

import re

__all__ = ["speaks_of_future"]

_REACH_CHARS = 160
_AFTER_CHARS = 60
_SENTENCE_END = re.compile(r"[.!?]['\"”’)]?\s+(?=[\"'“‘A-Z])|[\r\n]")
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|St|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|a\.m|p\.m)\Z"
)
_SIGNS = re.compile(
    r"\b(?:(?:will|won['’]t|shall|would|may|might|could|going to|likely to|to be|to get|set to|are to|is to)"
    r"(?: [a-z]+){0,3}|scheduled|due|plans?|planned|planning|expects?|expected|upcoming|set for|slated|aim(?:s|ed)?|"
    r"hop(?:es?|ed|ing)|vow(?:s|ed)?|promis(?:es?|ed)|pledg(?:es?|ed)|threaten(?:s|ed)?|as early as|"
    r"intend(?:s|ed)?|begins|starts|opens|ends|meets?|takes? place|returns|arrives|leaves|faces?|hosts?|runs|airs|"
    r"expires|resumes|kicks off|votes? on)\b|['’]ll [a-z]+|"
    r"\b(?P<past>was|were|had|did|didn['’]t|said|told|went|came|took|made|met|got|began|saw|found|gave|left|held|won|"
    r"lost|killed|wrote|became|ran|fell|rose|led|sent|spoke|put|brought|paid|cut|hit|set|[a-z]{2,14}ed)\b"
)
"""Verbs, and of the future those that an auxiliary brings with it; the sign nearest before the expression decides."""


def speaks_of_future(text: str, start: int, end: int) -> bool:
    """Whether the verb nearest to `start..end` in its sentence looks ahead; one before it counts first."""
    before = text[max(0, start - _REACH_CHARS) : start]
    for match in reversed(list(_SENTENCE_END.finditer(before))):
        if not _ABBREVIATED.search(before, 0, match.start()):
            before = before[match.end() :]
            break
    signs = list(_SIGNS.finditer(before))
    if signs:
        return signs[-1]["past"] is None
    if before.endswith("by "):
        return True
    sign = _SIGNS.search(_SENTENCE_END.split(text[end : end + _AFTER_CHARS])[0])
    return sign is not None and sign["past"] is None
