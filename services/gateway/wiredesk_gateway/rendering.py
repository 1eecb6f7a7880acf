"""Marked text as HTML: the one place where markup is built outside a template. Pure; everything is escaped."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from wiredesk_gateway.links import entity_path
from wiredesk_gateway.marking import Close, Mark, Open, Paragraph, Text
from wiredesk_gateway.printable import printable

__all__ = ["embedded", "highlighted", "marked"]

_HTML_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?)?)?)?|P(\d{1,6}[DWH]|T\d{1,6}[HMS])", re.ASCII)
"""The TIMEX3 values that are valid in the datetime attribute of HTML too."""


_MEANT_IN_MARKUP = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}
"""As JSON escapes them: then nothing in a script element's content can end it or begin a comment."""


def marked(paragraphs: Sequence[Paragraph]) -> Markup:
    """A `<p>` for each paragraph. Within the paragraphs the text content is the text, `printable`."""
    anchored: set[str] = set()
    written = "".join(_paragraph(paragraph, anchored) for paragraph in paragraphs)
    return Markup(written)  # noqa: S704 - made of constants and of what _escaped gives


def highlighted(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """A snippet with `<mark>` around half-open code-point ranges; ranges that overlap or do not fit are left out."""
    pieces, at = [], 0
    for start, end in sorted(ranges):
        if at <= start < end <= len(text):
            pieces += [_escaped(text[at:start]), f"<mark>{_escaped(text[start:end])}</mark>"]
            at = end
    return Markup("".join([*pieces, _escaped(text[at:])]))  # noqa: S704 - as above


def embedded(value: Mapping[str, Any]) -> Markup:
    """JSON for a data block (`<script type="application/ld+json">`): ASCII, without a character of markup."""
    written = printable(json.dumps(value)).translate(_MEANT_IN_MARKUP)
    return Markup(written)  # noqa: S704 - nothing in it means anything in HTML


def _paragraph(paragraph: Paragraph, anchored: set[str]) -> str:
    body = "".join(_elements(paragraph, anchored))
    gap = _escaped(paragraph.gap)
    return f'<p dir="auto">{body}</p>{gap}' if body else gap


def _elements(paragraph: Paragraph, anchored: set[str]) -> Iterator[str]:
    closing: list[str] = []
    for token in paragraph.tokens:
        match token:
            case Text(text):
                yield _escaped(text)
            case Open(mark, first):
                name = _element(mark, linked="a" in closing)
                closing.append(name)
                anchor = mark.anchor if first and mark.anchor not in anchored else None
                anchored |= {anchor} if anchor else set()  # an id stands once on a page
                yield _start_tag(name, mark, anchor)
            case Close():
                yield f"</{closing.pop()}>"


def _element(mark: Mark, *, linked: bool) -> str:
    if mark.kind == "date":
        return "time"
    return "a" if mark.entity_id and not linked else "span"  # HTML has no link within a link


def _start_tag(name: str, mark: Mark, anchor: str | None) -> str:
    attributes = {"class": f"m {mark.kind}{' faint' if mark.faint else ''}", "title": mark.title}
    if anchor:
        attributes["id"] = anchor
    if name == "a" and mark.entity_id:
        attributes["href"] = entity_path(mark.entity_id)
    if name == "time" and mark.value and _HTML_DATE.fullmatch(mark.value):
        attributes["datetime"] = mark.value
    written = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def _escaped(text: str) -> str:
    """Text for element content and quoted attributes alike."""
    return html.escape(printable(text))
