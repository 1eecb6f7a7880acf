"""Verbs of saying, in every inflection: the cues that tie words to a speaker."""

__all__ = ["OBJECT_FIRST", "REPORTING", "STRONG"]

_IRREGULAR = {
    "say": "says said saying", "tell": "tells told telling", "write": "writes wrote written writing",
    "think": "thinks thought thinking", "speak": "speaks spoke spoken speaking", "read": "reads read reading",
    "swear": "swears swore sworn swearing", "forecast": "forecasts forecast forecasting",
    "quip": "quips quipped quipping", "admit": "admits admitted admitting", "refer": "refers referred referring",
    "signal": "signals signalled signaled signalling signaling", "slam": "slams slammed slamming",
    "label": "labels labelled labeled labelling labeling",
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
    propose recommend speak talk read hope fear worry swear question hail denounce slam brand characterise
    characterize refer point quote express issue liken portray request doubt forecast attack mock thank
    invite laud applaud commend compare scold lambaste decry deride ridicule chide rebuke admonish introduce
    imply hint protest apologise apologize greet voice deem dismiss reject welcome defend tout echo
    calculate
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
