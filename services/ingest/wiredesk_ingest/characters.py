"""Characters: whatever arrived, out comes NFC text without control characters, mojibake or invisible junk."""

import re
import unicodedata

from ftfy import fix_encoding, fixes

__all__ = ["clean_line", "clean_text", "with_signs_as"]

_MAX_ROUNDS = 4  # text encoded wrongly more than three times over has not been seen; the bound stops crafted input
_BREAKS = re.compile("\r\n?|[\x0b\x0c\u2028]")
# Controls, bidirectional overrides, byte order marks and other code points that show nothing. U+00AD and C1 are not
# among them yet: mojibake is made of them, so they go only after it is repaired.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f"
    + "".join(f"{chr(p << 16 | 0xFFFE)}{chr(p << 16 | 0xFFFF)}" for p in range(1, 17))
    + "]"
)
_LEFTOVERS = re.compile("[\x80-\x9f\u00ad]")
# Joiners shape Indic and Arabic letters and join emoji; beside anything in ASCII, or at an edge, they are junk.
_LONE_JOINERS = re.compile("(?<![^\x00-\x7f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\u200c\u200d])")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
# Dashes, quotation marks and the ellipsis: what English text has beyond ASCII. Beside each other they are right as they
# are, and no normal form, ligature or mark is among them.
_TYPOGRAPHY = "\u2010-\u2019\u201c\u201d\u2026"
_COMMON_SIGNS = "’“”—–‘…"
_BEYOND_TYPOGRAPHY = re.compile(f"[^\x00-\x7f{_TYPOGRAPHY}]")
# Only these can be part of mojibake; the test for it (ftfy's) costs ten times as much as this one. A pattern that
# begins with one set of characters, as this and that of the marks do, is searched for four times as fast.
_NEUTRAL = f"\u00a0{_TYPOGRAPHY}"
_SUSPECT = re.compile(
    f"[^\x00-\x7f](?:(?<=[^{_NEUTRAL}])[^\x00-\x7f]|(?<=[{_NEUTRAL}])[^\x00-\x7f{_NEUTRAL}]|(?<=[\u00c2\u00c3]) )"
)
_ODD_SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Putting combining marks in order takes quadratic time over a run of them; the Stream-Safe Text Format of Unicode
# (UAX 15, section 13) allows 30, more than any orthography needs.
_MARKS = re.compile(r"[^\w\s\x00-\x7f][^\w\s\x00-\x7f]{30,}")
_MAX_MARKS = 30
_SPACES = re.compile(" {2,}")
_LINE_EDGES = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Text of many lines: lines trimmed, runs of spaces made one, never more than one blank line in a row.

    HTML entities left in plain text are resolved unless it holds a `<`. A lone surrogate becomes U+FFFD.
    Time is linear in the length. Cleaning clean text changes nothing.
    """
    if _is_plain(text):
        return _spaced(text)
    for _ in range(_MAX_ROUNDS):
        text = _repaired(text)
        was_printable = _is_printable(text)
        text = _settled(text)
        if was_printable:  # then only line ends and spaces were touched, and nothing new can have come to light
            break
    return text


def clean_line(text: str | None) -> str:
    """A field of one line: as `clean_text`, with line ends turned into spaces; empty for None."""
    return " ".join(clean_text(text).split()) if text else ""


def with_signs_as(replacement: str, text: str) -> str:
    """The text with the commonest signs beyond ASCII replaced: most often that leaves ASCII, which is fast to read."""
    for sign in _COMMON_SIGNS:
        text = text.replace(sign, replacement)
    return text


def _is_plain(text: str) -> bool:
    """Whether there is nothing to repair, to resolve or to compose: most text, told in a tenth of the time."""
    return (
        _is_printable(text)
        and ("&" not in text or "<" in text)
        and (text.isascii() or _BEYOND_TYPOGRAPHY.search(text) is None)
    )


def _is_printable(text: str) -> bool:
    """Whether no control, surrogate, invisible or odd space but the line end is in it; most text, told in no time."""
    return text.replace("\n", "").isprintable()


def _repaired(text: str) -> str:
    """Line ends in one form, nothing invisible, and every mistake of encoding undone as often as it was made."""
    for _ in range(_MAX_ROUNDS):
        if not _is_printable(text):
            text = _BREAKS.sub("\n", text).replace("\u2029", "\n\n")
            text = _INVISIBLE.sub("", fixes.remove_terminal_escapes(text) if "\x1b" in text else text)
            text = _SURROGATES.sub("\ufffd", fixes.fix_surrogates(text))
        repaired = _unescape(text) if "&" in text and "<" not in text else text
        repaired = repaired if repaired.isascii() else _decoded(repaired)
        if repaired == text:
            break
        text = repaired
    return text


def _settled(text: str) -> str:
    """NFC, plain spaces, trimmed lines; what repairing left of the code points that mojibake is made of goes."""
    if not _is_printable(text):
        text = _INVISIBLE.sub("", _LEFTOVERS.sub("", text))
        text = _ODD_SPACES.sub(" ", _LONE_JOINERS.sub("", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", _MARKS.sub(_stream_safe, text))
    return _spaced(text)


def _spaced(text: str) -> str:
    """Lines trimmed, single spaces, no more than one blank line in a row."""
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = _LINE_EDGES.sub("\n", text)
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip()


def _stream_safe(match: re.Match[str]) -> str:
    """The matched marks and signs, with no more than 30 combining marks in a row."""
    kept, run = [], 0
    for character in match[0]:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _unescape(text: str) -> str:
    """Resolve entities to a fixed point; what does not reach one soon is crafted and stays as it is."""
    found = text
    for _ in range(_MAX_ROUNDS):
        plain = fixes.unescape_html(found)
        if plain == found:
            return plain
        found = plain
    return text


def _decoded(text: str) -> str:
    """Undo mojibake line by line (Speer's ftfy: only where a line looks wrong), then stray C1 and ligatures.

    Full-width forms and quotation marks stay as they are: both carry meaning in the languages that use them.
    """
    if _SUSPECT.search(text):
        text = "\n".join(fix_encoding(line) if _SUSPECT.search(line) else line for line in text.split("\n"))
    if _LEFTOVERS.search(text):
        text = fixes.fix_c1_controls(text)
    return fixes.fix_latin_ligatures(text) if _LIGATURES.search(text) else text
