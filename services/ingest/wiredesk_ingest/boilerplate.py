"""Lines that belong to the page and not to the story: link labels, promotion, credits of the site itself.

A line goes only when the whole of it matches, so a sentence that merely contains such words stays. The patterns are
English with the commonest German, French, Spanish, Italian, Portuguese and Dutch labels; none names an outlet.
"""

import re
from collections.abc import Sequence

__all__ = ["is_boilerplate", "without_boilerplate"]

_MAX_LABEL_CHARS = 220  # a longer line is prose, whatever it begins with

# Labels that stand alone, or before the headline they link to.
_LABEL = (
    r"(?:please )?(?:read|see|learn|find out) (?:more|also|next)(?: (?:here|below|about it))?|(?:also|more to) read"
    r"|related(?: (?:article|story|content|link|post|coverage|new|topic|video)s?)?|recommended(?: (?:for you|reading))?"
    r"|(?:you (?:may|might) also (?:like|be interested in))|(?:don['’]t|do not) miss|most (?:read|popular|viewed)"
    r"|more (?:on|from|like) this(?: (?:story|topic))?|more (?:stories|news|coverage)|trending(?: now)?|up next"
    r"|(?:story|article) continues(?: (?:below|after)(?: (?:the )?(?:advertisement|ad|video|image|gallery))?)?"
    r"|continue reading|keep reading|lesen sie (?:auch|mehr)|mehr zum thema|weiterlesen|lire (?:aussi|la suite)"
    r"|à lire aussi|leer más|lea también|lee también|leggi anche|leia (?:mais|também)|lees (?:ook|meer|verder)"
)
_ALONE = (
    r"advert(?:isement)?s?|sponsored(?: content)?|anzeige|publicité|publicidad|pubblicità|more|also|photos?|videos?"
    r"|share(?: this)?(?: (?:story|article|post|page|on (?:facebook|twitter|x|whatsapp|linkedin)))?"
    r"|share on social media"
    r"|print(?: this)?(?: (?:page|article))?|email(?: this)?(?: (?:page|article))?|(?:view |read |show |all )?comments?"
    r"|(?:leave|post|add) a (?:comment|reply)|skip to (?:main )?content|close|click to (?:tweet|enlarge)|back to top"
    r"|(?:sign up|subscribe|register)(?: (?:now|here|today|for free))?"
    r"|watch(?: (?:now|live|below|the video(?: below)?))?"
    r"|most read in .{3,40}|tell us what you think"
)
_PATTERNS = (
    rf"(?:{_LABEL})\W*",
    rf"(?:{_LABEL})\s*[:|>»›]\s*.+",
    rf"\W*(?:{_ALONE})\W*",
    r"filed under\W.*",
    r"sources?: (?:.{0,30}\b)?(?:news )?agencies",
    r"(?:last |first )?(?:updated|published|posted)(?: (?:at|on))?:? (?=.*(?:\d{4}|\d:\d\d)).{4,50}",
    r"(?:reading time|lesezeit|temps de lecture|tiempo de lectura|tempo d[ei] lett?ura|leestijd)\b.{0,30}",
    r"\d{1,3}[- ]min(?:ute)?s? read",
    r"(?:©|\(c\) ?\d{4}|copyright ?(?:©|\(c\)|\d{4})).*|copyright (?=.*\d{4}).*[^.!?]",
    r"(?:.{0,80}[.,;] )?all rights reserved\W*(?:this material may not .*)?",
    r"(?:follow .{2,60}|(?:like|find|join) (?:us|our .{2,30}|.{2,30} page)) on "
    r"(?:twitter|facebook|instagram|youtube|linkedin|tiktok|x|telegram|whatsapp)\b.*",
    r"(?:sign up|subscribe|register) (?:here )?(?:to|for) .*\b"
    r"(?:newsletters?|(?:e-?mail|news|breaking|daily) (?:alerts?|updates|briefings?)|your inbox)\b.*",
    r"get .*\b(?:in|to|into|straight to) your (?:e-?mail )?inbox\b.*",
    r"(?:if you )?enjoy(?:ed|ing) this (?:article|story|post)\b.*",
    r"(?:click|tap) here (?:to|for) .*",
    r"have a (?:news )?tip\?.*",
    r"\[(\w{2,20})[ \]].*\[/\w{2,20}\]",
)
_BOILERPLATE = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)
_LIST_MARK = re.compile(r"[-–—•*·►▶>»]\s+")
# `DON'T MISS` opens a run of links, each of which ends in a bracketed label of its own.
_TAGGED_LINK = re.compile(r".{10,160}\[[A-Z][A-Z &]{2,20}\]\W*")


def is_boilerplate(line: str) -> bool:
    """Whether a trimmed line is, as a whole, a label or promotion. Lines over 220 characters never are."""
    if len(line) > _MAX_LABEL_CHARS:
        return False
    mark = _LIST_MARK.match(line)
    return _BOILERPLATE.fullmatch(line, mark.end() if mark else 0) is not None


def without_boilerplate(blocks: Sequence[str]) -> list[str]:
    """Blocks (paragraphs, each of one or more lines) without their boilerplate lines; emptied blocks go."""
    kept, after_label = [], False
    for block in blocks:
        lines = []
        for line in block.split("\n"):
            dropped = is_boilerplate(line) or (after_label and _TAGGED_LINK.fullmatch(line) is not None)
            after_label = dropped
            if not dropped:
                lines.append(line)
        if lines:
            kept.append("\n".join(lines))
    return kept
