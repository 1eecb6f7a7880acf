"""The words by which a time expression betrays itself: where none of them stands, no pattern is tried."""

from collections.abc import Mapping

from wiredesk_extraction.time_lexicon import MONTHS, SEASONS, UNITS, WEEKDAYS

__all__ = ["TRIGGERS"]


def _classes(**words: str) -> dict[str, tuple[str, ...]]:
    """Word -> the classes of trigger it belongs to."""
    found: dict[str, tuple[str, ...]] = {}
    for name, listed in words.items():
        for word in listed.split():
            found[word] = (*found.get(word, ()), name)
    return found


_PLAIN = _classes(
    season=" ".join(f"{word} {word}s" for word in SEASONS),
    unit=" ".join(f"{word} {word}s" for word in UNITS) + " olds",
    part="morning mornings afternoon afternoons evening evenings night nights overnight dawn dusk daybreak daylight "
    "daytime nighttime nightfall sunset sunrise midday weeknights weekdays",
    century="century centuries",
    quarter="quarter quarters half",
    decade="twenties thirties forties fifties sixties seventies eighties nineties",
    deictic="yesterday today tomorrow tonight",
    vague="nowadays currently recently lately presently now days present modern being formerly moment recent current "
    "future past time point",
    set="daily nightly weekly monthly yearly annual annually quarterly hourly fortnightly biweekly weekly biennial",
    abbreviated="hrs mins secs yrs",
    clock="noon midnight clock am pm m hrs",
)
_NAMES = _classes(
    month=" ".join(word.capitalize() for word in MONTHS),
    weekday=" ".join(f"{word.capitalize()} {word.capitalize()}s" for word in WEEKDAYS),
    feast="Christmas Easter Thanksgiving Halloween Hallowe Valentine Year Day Friday July",
    bc="BC BCE B",
    quarter="Q H",
    clock="AM PM M GMT UTC",
)
TRIGGERS: Mapping[str, tuple[str, ...]] = {
    word: (*_PLAIN.get(word, ()), *_NAMES.get(word, ()), *(_PLAIN.get(word.lower(), ()) if word[0].isupper() else ()))
    for word in {*_PLAIN, *_NAMES, *(word.capitalize() for word in _PLAIN)}
}
"""Words, as written, without which no pattern of these classes matches; numbers are told apart where they are read."""
