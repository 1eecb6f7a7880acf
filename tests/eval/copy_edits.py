"""What outlets do to wire copy, as functions of a text: cut, dressed, rearranged, restyled, corrected."""

import re
from collections.abc import Callable, Mapping
from random import Random
from zlib import crc32

__all__ = ["ANY_LANGUAGE", "EDITS"]

_PARAGRAPHS = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"(?<=[.!?”\"»])\s+(?=[\w\"“«„])|(?<=[。！？।])")

_OWN_WORDS = (
    "There is more to this than meets the eye, our newsroom has learned.",
    "Readers have been writing in since the first bulletins of the morning.",
    "A greengrocer round the corner said she had seen it coming for years.",
    "One student had not heard of it and, having been told, wished he had not.",
    "The regional radio cleared an hour for calls, which was soon used up.",
    "A professor explained it all with the help of a drawing on a napkin.",
    "It is the talk of the market this week, between the cheese and the flowers.",
    "Our own inquiries at the ministry were met with a long silence and then a cough.",
    "People of a certain age will be reminded of the summer of the great drought.",
    "Whoever thought that nothing ever happens here has been taught better.",
    "In the archive of this paper the matter fills two boxes and half a shelf.",
    "The neighbours would not be named, but they were glad to be asked.",
    "A retired judge, reached in her garden, called it a textbook case.",
    "Children drew pictures of it at school, some of them alarming.",
    "What the opposition makes of this was to be heard in the lobby before lunch.",
    "Not everybody agrees, and those who do not have begun to collect signatures.",
    "Our photographer waited for three hours in the wet and came back with one picture.",
    "It will cost somebody something, as a treasurer put it who prefers the telephone.",
    "Abroad the news has been received with polite interest and a cartoon.",
    "For those who come to it late, we tell it once more from the beginning.",
    "An old song about a similar affair is being played in two public houses.",
    "The church council took note of it and moved on to the roof.",
    "Experts warn of hasty conclusions, and then draw a few themselves.",
    "Much about it remains unclear, not least who ordered the second cake.",
)
"""What an outlet may add of its own: each story gets some of it."""
_FOOTER = (
    "This article was sent by an agency and has not been edited by our staff. Sign up for our morning letter and never "
    "miss a story. Follow us wherever you are. All rights reserved; it may not be published, broadcast or rewritten."
)
_STYLE = {
    "per cent": "percent", "kilometres": "kilometers", "metres": "meters", "centre": "center", "neighbour": "neighbor",
    "harbour": "harbor", "colour": "color", "labour": "labor", "programme": "program", "organis": "organiz",
    "recognis": "recogniz", "Mr ": "", "Ms ": "", "Mrs ": "", "Dr ": "", "million": "mn", "eleven": "11",
    "twelve": "12", "twenty": "20", "forty": "40", "Monday": "Mon", "Tuesday": "Tue",
    "Wednesday": "Wed", "Thursday": "Thu",
}  # fmt: skip
"""One house's spelling for another's."""


def _own_words(text: str, sentences: int) -> str:
    return " ".join(Random(crc32(text.encode())).sample(_OWN_WORDS, sentences))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in _PARAGRAPHS.split(text.strip())]


def _sentences(text: str) -> list[list[str]]:
    return [_SENTENCE_END.split(paragraph) for paragraph in _paragraphs(text)]


def _first(text: str, share: float) -> str:
    """The first sentences, until they are this share of the text."""
    kept: list[str] = []
    for paragraph in _sentences(text):
        sentences: list[str] = []
        for sentence in paragraph:
            if sum(map(len, kept)) + sum(map(len, sentences)) >= share * len(text):
                break
            sentences.append(sentence)
        if sentences:
            kept.append(" ".join(sentences))
    return "\n\n".join(kept)


def _without_every(nth: int, text: str) -> str:
    count, kept = 0, []
    for paragraph in _sentences(text):
        left = []
        for sentence in paragraph:
            count += 1
            if count % nth:
                left.append(sentence)
        kept.append(" ".join(left))
    return "\n\n".join(filter(None, kept))


def _restyled(text: str) -> str:
    for ours, theirs in _STYLE.items():
        text = text.replace(ours, theirs)
    return text


def _set(text: str) -> str:
    """Other quotation marks, dashes and line ends, nothing else."""
    return re.sub(r'"([^"]*)"', r"“\1”", text).replace("'", "’").replace(" - ", " — ").replace("\n\n", "\n")


def _updated(text: str) -> str:
    """Every second figure is another by now."""
    count = 0

    def next_figure(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return str(int(match[0]) + 1) if count % 2 else match[0]

    return re.sub(r"(?<![\d.,])\d{1,3}(?![\d.,]*\d)", next_figure, text)


def _rearranged(text: str) -> str:
    first, *others = _paragraphs(text)
    return "\n\n".join([first, *reversed(others)])


def _with_dateline(text: str) -> str:
    return f"CITY DESK, Thursday (Wire) - {text}\n\n(Reporting by our correspondent; editing by the night desk)"


EDITS: Mapping[str, Callable[[str], str]] = {
    "set anew": _set,
    "cut to a half": lambda text: _first(text, 0.5),
    "own intro": lambda text: f"{_own_words(text, 3)}\n\n{text}",
    "footer": lambda text: f"{text}\n\n{_FOOTER}",
    "house style": _restyled,
    "figures updated": _updated,
    "rearranged": _rearranged,
    "sentences dropped": lambda text: _without_every(3, text),
    "dateline": _with_dateline,
    "cut to two fifths": lambda text: _first(text, 0.4),
    "own intro, cut": lambda text: f"{_own_words(text, 3)}\n\n{_first(text, 0.6)}",
    "own report added": lambda text: f"{text}\n\n{_own_words(text, 6)}",
    "edited throughout": lambda text: _with_dateline(_restyled(_without_every(4, text))),
}

ANY_LANGUAGE = ("set anew", "cut to a half", "rearranged", "sentences dropped", "footer", "cut to two fifths")
"""Those that put few or no English words into a text of another language."""
