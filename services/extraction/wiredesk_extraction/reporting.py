"""Verbs of saying, in every inflection: the cues that tie words to a speaker."""

__all__ = ["OBJECT_FIRST", "REPORTING", "STRONG"]

_IRREGULAR = {
    "say": "says said saying", "tell": "tells told telling", "write": "writes wrote written writing",
    "think": "thinks thought thinking", "speak": "speaks spoke spoken speaking", "read": "reads read reading",
    "find": "finds found finding", "show": "shows showed shown showing", "put": "puts put putting",
    "go": "goes went gone going", "hold": "holds held holding", "swear": "swears swore sworn swearing",
    "feel": "feels felt feeling", "know": "knows knew known knowing",
    "forecast": "forecasts forecast forecasting", "sing": "sings sang sung singing",
    "quip": "quips quipped quipping", "admit": "admits admitted admitting", "plan": "plans planned planning",
    "signal": "signals signalled signaled signalling signaling", "begin": "begins began beginning",
    "see": "sees saw seen seeing", "mean": "means meant meaning", "chant": "chants chanted chanting",
    "rap": "raps rapped rapping", "understand": "understands understood understanding",
    "learn": "learns learned learnt learning",
}  # fmt: skip

_STRONG = """
    say tell add reply respond answer state declare announce claim argue insist warn explain note observe
    remark comment admit acknowledge concede confirm deny allege assert maintain contend stress emphasise
    emphasize recall write tweet quip joke shout cry yell exclaim whisper mutter conclude continue report
    reveal disclose complain testify signal estimate reiterate repeat assure caution counter retort predict
    suggest believe think ask wonder boast lament recount proclaim affirm interject muse opine bemoan
    elaborate clarify indicate vow pledge promise agree advise chant post
"""
_WEAK = """
    describe call dub term label urge demand accuse criticise criticize blast condemn praise cite mention
    propose recommend speak talk read hope fear worry expect find show hold swear feel know decide rule
    question hail denounce slam brand characterise characterize refer point quote express issue liken
    portray request order doubt forecast attack mock thank invite imply hint hear sing plan protest object
    apologise apologize greet voice deem dismiss reject welcome defend tout echo begin argue conclude
    calculate determine learn discover understand consider
"""
_OBJECT_FIRST = """
    tell call dub term label urge accuse criticise criticize praise remind inform assure quote advise order
    thank ask
"""


def _inflect(verbs: str) -> frozenset[str]:
    forms: set[str] = set()
    for verb in verbs.split():
        forms.add(verb)
        if verb in _IRREGULAR:
            forms.update(_IRREGULAR[verb].split())
        elif verb.endswith("e"):
            forms.update({verb + "s", verb + "d", verb[:-1] + "ing"})
        elif verb.endswith("y") and verb[-2] not in "aeiou":
            forms.update({verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"})
        else:
            forms.update({verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s"), verb + "ed", verb + "ing"})
    return frozenset(forms)


STRONG = _inflect(_STRONG)
"""Verbs whose subject speaks: enough for a clause without quotation marks."""

REPORTING = STRONG | _inflect(_WEAK)
"""All verbs that may introduce quoted words."""

OBJECT_FIRST = _inflect(_OBJECT_FIRST)
"""Verbs whose noun phrase after them is spoken to, or of: never the speaker of an inverted clause."""
