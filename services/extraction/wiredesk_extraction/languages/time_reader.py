"""The words of one text beside a language's words of time: what stands at a place, and how it is written."""

from dataclasses import dataclass

from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.time_words import Lexeme, TimeWords, Word, match_at

__all__ = ["FIRST_YEAR", "TimeReader"]

FIRST_YEAR, _LAST_YEAR = 1000, 2199
"""Numbers of four digits outside these are taken for no years."""

_OPENS = frozenset({*".!?:\n„“”«»‘’—–", '"'})
_MAX_LEAD_WORDS = 3


@dataclass(frozen=True, slots=True)
class TimeReader:
    """The words of one text and the table of its language."""

    language: Language
    words: list[Word]
    table: TimeWords

    def at(self, place: int, kind: str) -> tuple[Lexeme, int] | None:
        """The phrase of a kind at a place, words on one line only, and the place behind it."""
        return match_at(self.words, self.table, place, kind)

    def small(self, place: int) -> str:
        """The word at a place in lower case; empty outside the text."""
        return self.words[place].small if 0 <= place < len(self.words) else ""

    def number(self, place: int) -> int | None:
        """A figure of at most four digits, not part of a longer number."""
        word = self.small(place)
        if not (word.isdecimal() and word.isascii()) or len(word) > 4 or self._in_number(place):
            return None
        return int(word)

    def _in_number(self, place: int) -> bool:
        """Whether another figure is glued to it by a point or comma: 21.400."""
        for sign, other in ((place - 1, place - 2), (place + 1, place + 2)):
            if self.small(sign) in {".", ","} and self.small(other).isdecimal():
                low, high = sorted((place, other))
                if self.words[low].end + 1 == self.words[high].start:
                    return True
        return False

    def year(self, place: int) -> int | None:
        """A number of four digits that may be a year."""
        number = self.number(place)
        return number if number is not None and FIRST_YEAR <= number <= _LAST_YEAR else None

    def behind(self, place: int, kind: str) -> int:
        """The place behind the phrase of a kind at a place; the place itself where there is none."""
        found = self.at(place, kind)
        return found[1] if found else place

    def lexeme(self, word: str, kind: str) -> Lexeme | None:
        """What a single word tells."""
        entries = self.table.get(word, ())
        return next(
            (lexeme for phrase, all_ in entries if phrase == (word,) for lexeme in all_ if lexeme.kind == kind), None
        )

    def is_led_to(self, place: int, kind: str = "lead") -> bool:
        """Whether a word stands before that leads to a time, or to one that is past (`since`)."""
        return any(
            (found := self.at(place - length, kind)) is not None and found[1] == place
            for length in range(1, _MAX_LEAD_WORDS + 1)
        )

    def opens(self, place: int) -> bool:
        """Whether a word begins a sentence, where anything has a capital."""
        return place == 0 or self.small(place - 1) in _OPENS

    def in_place(self, place: int) -> bool:
        """Whether a name of the calendar is written as the language does, so that it is no person's ("Domenica")."""
        return self.words[place].text[:1].isupper() == self.language.capitalises_nouns or self.opens(place)

    def as_written(self, place: int) -> bool:
        """Whether an adverb is in lower case, as no noun of its spelling is ("Morgen"), or begins a sentence."""
        return self.words[place].text[:1].islower() or self.opens(place)

    def glued(self, place: int) -> bool:
        """Whether nothing stands between a word and the next."""
        return place + 1 < len(self.words) and self.words[place].end == self.words[place + 1].start
