"""Finds the words that say that somebody spoke: verbs, and phrases that a source follows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.parse import Parse

__all__ = ["MAX_FROM_AUXILIARY", "CueWords", "find_cues"]

MAX_FROM_AUXILIARY = 12
"""Tokens between an auxiliary and its participle, at most."""

_MAX_TO_PARTICLE = 16
_SHOWN_WORDS = 4
"""An auxiliary farther from its participle is not shown as part of the cue."""


@dataclass(frozen=True, slots=True)
class CueWords:
    """Tokens `first..last`; between them may stand others ("hat der Zeitung gesagt").

    `shown`: its first and last token as the event states it, an auxiliary apart from its participle left out.
    `kind`: `verb`, `according` (a source follows) or `appended` (a source follows, right behind a quotation only);
    `plural`: several speak.
    """

    first: int
    last: int
    kind: str
    shown: tuple[int, int]
    plural: bool = False


def find_cues(parse: Parse, language: Language) -> list[CueWords]:
    """Every cue, in text order."""
    phrases = _phrases(language)
    found = []
    for token, word in enumerate(parse.lower):
        if cue := _verb(parse, language, token, word):
            found.append(cue)
        found += _phrases_at(parse, phrases.get(word, ()), token)
    return found


def _verb(parse: Parse, language: Language, token: int, word: str) -> CueWords | None:
    """A participle with its auxiliary; else a finite form ("dit" is both)."""
    auxiliary = _before(parse, token, language.auxiliaries) if word in language.participles else None
    if auxiliary is not None:
        between = parse.words[auxiliary:token]
        together = len(between) < _SHOWN_WORDS and not any(w[0].isupper() for w in between)
        return CueWords(auxiliary, token, "verb", (auxiliary if together else token, token))
    particles = language.split_verbs.get(word)
    if word in language.all_verbs or (particles and _follows(parse, token, particles.split())):
        plural = word in language.plural_verbs and word not in language.verbs
        return CueWords(token, token, "verb", (token, token), plural)
    return None


def _follows(parse: Parse, token: int, words: list[str]) -> bool:
    last = min(parse.sentences[parse.sentence_of[token]][1], token + _MAX_TO_PARTICLE)
    return any(word in words for word in parse.lower[token + 1 : last + 1])


def _before(parse: Parse, token: int, words: tuple[str, ...]) -> int | None:
    """The nearest of `words` before a token in its sentence, no comma or quotation mark between."""
    first = max(parse.sentences[parse.sentence_of[token]][0], token - MAX_FROM_AUXILIARY)
    for at in range(token - 1, first - 1, -1):
        if parse.lower[at] in words:
            return at
        if not parse.words[at][0].isalnum() and parse.words[at][0] != "-":
            return None
    return None


@lru_cache(maxsize=64)
def _phrases(language: Language) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First word -> phrases that begin with it, the longest first, and their kind."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for kind, phrases in (("according", language.according), ("appended", language.appended)):
        for phrase in phrases:
            words = tuple(phrase.replace("'", "' ").split())
            table.setdefault(words[0], []).append((words, kind))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return table


def _phrases_at(parse: Parse, phrases: list[tuple[tuple[str, ...], str]] | tuple[()], token: int) -> Iterator[CueWords]:
    for words, kind in phrases:
        last = token + len(words) - 1
        if parse.lower[token : last + 1] == words:
            yield CueWords(token, last, kind, (token, last))
            return
