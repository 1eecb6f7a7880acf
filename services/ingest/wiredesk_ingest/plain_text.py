"""Plain text: paragraphs, and the headline, deck and link labels that some publishers leave in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from wiredesk_ingest.boilerplate import is_paywall_stub, without_boilerplate
from wiredesk_ingest.bylines import is_byline, without_by
from wiredesk_ingest.characters import clean_text

__all__ = ["Story", "folded", "read_plain_text", "tidy"]

_MAX_TITLE_CHARS = 160
_MAX_WRAP_COLUMNS = 120
_MIN_WRAP_COLUMNS = 40
_WRAPPED_SHARE = 0.9
_MIN_REPEATED_LEAD_CHARS = 40  # a shorter beginning that two paragraphs share is an accident
_NO_TITLE_END = re.compile(r"[.!?…。！？؟।,;:—–-][\"'”’»)\]]*$")
_BYLINE = re.compile(r"by [^.]{2,60}|[^.]{2,60} \((?:reuters|ap|afp|dpa|efe|ansa)\)", re.IGNORECASE)
_BYLINE_WITHIN = 3  # a byline stands under the headline, perhaps after a deck and a shortened lead
_ELLIPSIS = re.compile(r"(?<!\s)\s*\[?(?:…|\.\.\.)\]?$")
_ELLIPSIS_CHARS = 5
_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_NOT_WORD_TO_BLANK = bytes(code if chr(code).isalnum() else 32 for code in range(128)).ljust(256)
_FEW_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was read out of text or a page's body. `paragraphs` is the body alone; the other fields may be empty.

    `held_back`: the text ended in an offer to read on for money.
    """

    title: str = ""
    deck: str = ""
    byline: str = ""
    paragraphs: tuple[str, ...] = ()
    held_back: bool = False


def read_plain_text(text: str, *, title: str = "") -> Story:
    """Read submitted plain text; `title` is the submitted one, if any.

    Without a title, a first block of one line (160 characters at most, no sentence-final punctuation) before a blank
    line is taken as the title. All other text stays in the body, in order, but for labels and a repeated lead.
    """
    text = clean_text(text)
    read = _blocks(text)
    held_back = any(map(is_paywall_stub, read))
    blocks = without_boilerplate(read)
    if not title and len(blocks) > 1 and "\n\n" in text and _is_title(blocks[0]):
        title, blocks = blocks[0], blocks[1:]
    story = tidy(blocks, title=title)
    return replace(story, held_back=True) if held_back else story


def tidy(blocks: Sequence[str], *, title: str = "") -> Story:
    """Take the title's own line, a byline and a repeated lead off the head of a body.

    A body of nothing else keeps them.
    """
    body, deck, byline = list(blocks), "", ""
    if title and len(body) > 1 and _begin_alike(body[0], title) and folded(body[0]) == folded(title):
        body = body[1:]
    for place in range(min(_BYLINE_WITHIN, len(body) - 1)):
        if is_byline(body[place]):
            byline = without_by(body.pop(place))
            break
    if len(body) > 1 and _repeats(body[0], body[1]):
        deck, body = body[0], body[1:]
    return Story(title=title, deck=deck, byline=byline, paragraphs=tuple(body))


def folded(text: str) -> str:
    """Letters and digits in one case, parted by single spaces: what two writings of the same words share."""
    text = text.casefold()
    if text.isascii():  # as bytes: ten times as fast as the pattern
        return b" ".join(text.encode().translate(_ASCII_NOT_WORD_TO_BLANK).split()).decode()
    return _NOT_WORD.sub(" ", text).strip()


def _begin_alike(one: str, other: str) -> bool:
    """Whether the folded beginnings of two texts agree: where they don't, no more of the texts need be folded."""
    start, beside = folded(one[:_FEW_CHARS]), folded(other[:_FEW_CHARS])
    return start.startswith(beside) or beside.startswith(start)


def _is_title(block: str) -> bool:
    return (
        "\n" not in block
        and len(block) <= _MAX_TITLE_CHARS
        and any(character.isalpha() for character in block)
        and not _NO_TITLE_END.search(block)
        and not _BYLINE.fullmatch(block)
    )


def _repeats(first: str, second: str) -> bool:
    """Whether `first` is a copy of `second`, or of its beginning (cut with an ellipsis, or long enough)."""
    cut = _ELLIPSIS.sub("", first) if "…" in first[-_ELLIPSIS_CHARS:] or "..." in first[-_ELLIPSIS_CHARS:] else first
    if not _begin_alike(cut, second):
        return False
    start = folded(cut)
    whole = folded(second[: len(first) + _MAX_TITLE_CHARS])
    if not start or not whole.startswith(start):
        return False
    return cut != first or len(start) >= _MIN_REPEATED_LEAD_CHARS or start == folded(second)


def _blocks(text: str) -> list[str]:
    """Paragraphs of clean text: blank lines part them; in text without any, every line end does.

    Hard-wrapped lines are joined first.
    """
    blocks = [block for block in text.split("\n\n") if block]
    if _is_hard_wrapped(blocks):
        return [block.replace("\n", " ") for block in blocks]
    if len(blocks) == 1:
        return blocks[0].split("\n")
    return blocks


def _is_hard_wrapped(blocks: Sequence[str]) -> bool:
    """Whether line ends stand where a column ended: the next line's first word would not have fitted any more."""
    wrapped = [lines for block in blocks if len(lines := block.split("\n")) > 1]
    breaks = sum(len(lines) - 1 for lines in wrapped)
    width = max((len(line) for lines in wrapped for line in lines), default=0)
    if breaks < 2 or not _MIN_WRAP_COLUMNS <= width <= _MAX_WRAP_COLUMNS:
        return False
    forced = sum(
        len(line) + 1 + len(following.split(" ", 1)[0]) > width
        for lines in wrapped
        for line, following in pairwise(lines)
    )
    return forced >= _WRAPPED_SHARE * breaks
