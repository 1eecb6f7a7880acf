"""Characters: whatever arrived, out comes NFC text without control characters, mojibake or invisible junk."""

import re
import unicodedata

from ftfy import fix_encoding, fixes

__all__ = ["clean_line", "clean_text"]

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
# Only these can be part of mojibake; the test for it (ftfy's) costs ten times as much as this one.
_SUSPECT = re.compile("[^\x00-\x7f]{2}|[\u00c2\u00c3] ")
_ODD_SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SPACES = re.compile(" {2,}")
_LINE_EDGES = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Text of many lines: lines trimmed, runs of spaces made one, never more than one blank line in a row.

    HTML entities left in plain text are resolved unless it holds a `<`. A lone surrogate becomes U+FFFD.
    Time is linear in the length. Cleaning clean text changes nothing.
    """
    for _ in range(_MAX_ROUNDS):
        cleaned = _clean_once(text)
        if cleaned == text:
            break
        text, before = cleaned, text
        if text.isascii() and before.isascii() and "&" not in text:
            break  # nothing is left for a second round to find
    return text


def clean_line(text: str | None) -> str:
    """A field of one line: as `clean_text`, with line ends turned into spaces; empty for None."""
    return " ".join(clean_text(text).split()) if text else ""


def _clean_once(text: str) -> str:
    if "\x1b" in text:
        text = fixes.remove_terminal_escapes(text)
    if "&" in text and "<" not in text:
        text = _unescape(text)
    # Printable is what has no control, surrogate, invisible or odd space in it: most text, told in no time.
    if not text.replace("\n", "").isprintable():
        text = _INVISIBLE.sub("", _BREAKS.sub("\n", text).replace("\u2029", "\n\n"))
        text = _SURROGATES.sub("\ufffd", fixes.fix_surrogates(text))
    if not text.isascii():
        text = _repair(text)
    if not text.replace("\n", "").isprintable():
        text = _INVISIBLE.sub("", _LEFTOVERS.sub("", text))
        text = _ODD_SPACES.sub(" ", _LONE_JOINERS.sub("", text))
    text = unicodedata.normalize("NFC", text)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return _BLANK_LINES.sub("\n\n", _LINE_EDGES.sub("\n", text)).strip()


def _unescape(text: str) -> str:
    """Resolve entities to a fixed point; what does not reach one soon is crafted and stays as it is."""
    found = text
    for _ in range(_MAX_ROUNDS):
        plain = fixes.unescape_html(found)
        if plain == found:
            return plain
        found = plain
    return text


def _repair(text: str) -> str:
    """Undo mojibake line by line (Speer's ftfy: only where a line looks wrong), then stray C1 and ligatures.

    Full-width forms and quotation marks stay as they are: both carry meaning in the languages that use them.
    """
    if _SUSPECT.search(text):
        text = "\n".join(fix_encoding(line) if _SUSPECT.search(line) else line for line in text.split("\n"))
    if _LEFTOVERS.search(text):
        text = fixes.fix_c1_controls(text)
    return fixes.fix_latin_ligatures(text) if _LIGATURES.search(text) else text
