"""A stretch of an article's text as hits show it: plain text on one line, with ranges of code points to mark."""

from collections.abc import Iterable, Mapping

__all__ = ["LENGTH", "LONGEST_TEXT", "Snippet", "beginning", "framed"]

Snippet = tuple[str, tuple[tuple[int, int], ...]]
"""Plain text, and half-open ranges of code points within it."""

LENGTH = 240
"""Characters: some three lines, what search pages have settled on."""
LONGEST_TEXT = 100_000
"""Characters of a text that are looked through; one enormous article must not hold up a page."""

_BREAKS: Mapping[int, str] = {ord("\n"): " ", ord("\r"): " ", ord("\t"): " "}


def beginning(text: str) -> Snippet:
    """The beginning of a text, cut between words, with nothing marked."""
    if len(text) <= LENGTH:
        return text.translate(_BREAKS), ()
    head = text[: LENGTH + 1]
    cut = max(head.rfind(" "), head.rfind("\n"))
    return head[: cut if cut > LENGTH // 2 else LENGTH].translate(_BREAKS) + " …", ()


def framed(text: str, start: int, end: int, ranges: Iterable[tuple[int, int]]) -> Snippet:
    """The stretch with what says that the text goes on; a short text whole. Line breaks become blanks, one for one.

    `ranges` count from the stretch's start.
    """
    first, last = (0, len(text)) if len(text) <= LENGTH else (start, end)
    before, after = "… " if first else "", " …" if last < len(text) else ""
    moved = start - first + len(before)
    return before + text[first:last].translate(_BREAKS) + after, tuple((a + moved, b + moved) for a, b in ranges)
