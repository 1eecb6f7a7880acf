"""Lines that belong to the page and not to the story: link labels, promotion, credits of the site itself.

A line goes only when the whole of it matches, so a sentence that merely contains such words stays. The patterns are
English with the commonest German, French, Spanish, Italian, Portuguese and Dutch labels; none names an outlet.
"""

import re
from collections.abc import Sequence

__all__ = ["is_boilerplate", "is_paywall_stub", "without_boilerplate"]

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
    r"|(?:show )?key (?:events|moments|updates)(?: only)?|live(?: updates| blog| coverage)?"
    r"|load more(?: updates| posts)?"
    r"|(?:please )?(?:turn on|enable|activate) javascript.{0,60}|privacy notice:.{0,200}"
    r"|(?:accept|reject|manage|allow) (?:all |my )?(?:cookies|preferences|consent)(?: and continue)?"
)
# What a live blog prints over each entry: who, and when.
_STAMP = (
    r"@\w{2,30}|(?:updated |posted )?\d{1,3} ?(?:m|mins?|minutes?|h|hrs?|hours?|days?) ago"
    r"|(?:(?:last )?updated (?:at )?)?\d{1,2}"
    r"(?::\d{2} ?(?:[ap]\.?m\.?)?|\.\d{2} ?(?:[ap]\.?m\.?|(?=[A-Z]{3})))(?: ?[A-Z]{2,5})?"
)
_PAYWALL = (
    r"(?:please )?(?:subscribe|sign (?:in|up)|log ?in|register|become a (?:member|subscriber))\b.{0,60}"
    r"\b(?:to|and) (?:continue|keep|finish|read|access|unlock)\b.{0,80}",
    r"(?:to|want to) (?:continue|keep|read|finish)\b.{0,60}"
    r"\b(?:subscribe|sign (?:in|up)|log ?in|register|free trial)\b.{0,80}",
    r"(?:the (?:full|rest of (?:the|this)) |this )(?:article|story|content|page|post) is (?:\w{1,12} )?"
    r"(?:for|available to|exclusive to|reserved for|limited to)\b.{0,40}\b(?:subscribers?|members)\b.{0,80}",
    r"already (?:a |an )?(?:subscriber|member|subscribed|registered|have an account|paying)\b.{0,80}",
    r"(?:start|begin|get) (?:your|a) free trial\b.{0,80}|want to read more\?.{0,80}",
    r"you(?:['’]ve| have) (?:reached|read|used)\b.{0,40}\bfree (?:articles?|stories|limit)\b.{0,80}",
    r"unlock (?:this|the (?:full|rest)|unlimited)\b.{0,80}[^.]",
    r"dieser? (?:artikel|beitrag|inhalt|text) ist (?:nur |exklusiv )?für .{0,30}(?:abonnent|mitglieder|leser).{0,80}",
    r"(?:cet article|ce contenu|la suite(?: de cet article)?) est réservée? (?:aux|à nos) abonnés.{0,80}",
    r"(?:este )?(?:artículo|contenido) (?:es )?(?:exclusivo |solo |sólo )?para (?:suscriptores|abonados).{0,80}",
    r"(?:questo )?(?:articolo|contenuto) è (?:riservato|disponibile solo) (?:agli|per gli) abbonati.{0,80}",
    r"dit artikel is (?:alleen |exclusief )?voor (?:abonnees|leden).{0,80}",
)
"""A sentence that sells the rest of the story, in place of it."""
_PATTERNS = (
    rf"(?:{_LABEL})\W*",
    rf"(?:{_LABEL})\s*[:|>»›]\s*.+",
    rf"\W*(?:{_ALONE})\W*",
    _STAMP,
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
    *_PAYWALL,
    r"(?:we|this (?:web ?)?site|our (?:web ?)?site)(?: and (?:our|its) .{0,30}partners)? uses? cookies\b.{0,160}",
    r"by (?:continuing|using|browsing) .{0,60}\bcookies?\b.{0,80}",
    r"(?:wir|diese (?:web)?seite) (?:verwend|nutz)(?:en|et|t) cookies\b.{0,160}"
    r"|(?:nous utilisons|ce site utilise) des cookies\b.{0,160}",
    r"(?:tags?|topics|keywords|categor(?:y|ies)|schlagwörter|schlagworte|mots[- ]clés|etiquetas)\s?:\s?[^.!?]{2,180}",
    # Captions without markup of their own: a credit alone, or a line that ends in an agency's credit in brackets.
    r"\(?(?:photo(?:graph)?s?|pictures?|image|foto|bild)(?: credits?)?(?: by)?\s?:\s?(?:[^.!?]|(?<=\b\w)\.){2,100}",
    r"[^()]{0,200}\([^()]{0,40}\bphotos?\s?/[^()]{1,80}\)\.?",
    r"\[(\w{2,20})[ \]].*\[/\w{2,20}\]",
)
_BOILERPLATE = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)
_LIST_MARK = re.compile(r"[-–—•*·►▶>»]\s+")
_PAYWALL_STUB = re.compile("|".join(f"(?:{pattern})" for pattern in _PAYWALL), re.IGNORECASE)
# `DON'T MISS` opens a run of links, each of which ends in a bracketed label of its own.
_TAGGED_LINK = re.compile(r".{10,160}\[[A-Z][A-Z &]{2,20}\]\W*")


def is_boilerplate(line: str) -> bool:
    """Whether a trimmed line is, as a whole, a label or promotion. Lines over 220 characters never are."""
    if len(line) > _MAX_LABEL_CHARS:
        return False
    mark = _LIST_MARK.match(line)
    return _BOILERPLATE.fullmatch(line, mark.end() if mark else 0) is not None


def is_paywall_stub(line: str) -> bool:
    """Whether a trimmed line, as a whole, sells the rest of the story. Lines over 220 characters never do."""
    return len(line) <= _MAX_LABEL_CHARS and _PAYWALL_STUB.fullmatch(line) is not None


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
