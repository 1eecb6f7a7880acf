"""Marked text as HTML: the one place where markup is built outside a template. Pure; everything is escaped."""

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from wiredesk_gateway.links import entity_path
from wiredesk_gateway.marking import Close, Mark, Open, Paragraph, Text
from wiredesk_gateway.printable import printable

__all__ = ["highlighted", "marked"]

_HTML_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?)?)?)?|P(\d{1,6}[DWH]|T\d{1,6}[HMS])", re.ASCII)
"""The TIMEX3 values that are valid in the datetime attribute of HTML too."""


def marked(paragraphs: Sequence[Paragraph]) -> Markup:
    """A `<p>` for each paragraph. Within the paragraphs the text content is the text, `printable`."""
    anchored: set[str] = set()
    return Markup("").join(_paragraph(paragraph, anchored) for paragraph in paragraphs)


def highlighted(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """A snippet with `<mark>` around half-open code-point ranges; ranges that overlap or do not fit are left out."""
    pieces, at = [], 0
    for start, end in sorted(ranges):
        if at <= start < end <= len(text):
            pieces += [_text(text[at:start]), Markup("<mark>{}</mark>").format(_text(text[start:end]))]
            at = end
    return Markup("").join([*pieces, _text(text[at:])])


def _paragraph(paragraph: Paragraph, anchored: set[str]) -> Markup:
    body = Markup("").join(_elements(paragraph, anchored))
    return Markup('<p dir="auto">{}</p>{}').format(body, paragraph.gap) if body else escape(paragraph.gap)


def _elements(paragraph: Paragraph, anchored: set[str]) -> Iterator[Markup]:
    closing: list[str] = []
    for token in paragraph.tokens:
        match token:
            case Text(text):
                yield _text(text)
            case Open(mark, first):
                name = _element(mark, linked="a" in closing)
                closing.append(name)
                anchor = mark.anchor if first and mark.anchor not in anchored else None
                anchored |= {anchor} if anchor else set()  # an id stands once on a page
                yield _start_tag(name, mark, anchor)
            case Close():
                yield Markup("</{}>").format(closing.pop())


def _element(mark: Mark, *, linked: bool) -> str:
    if mark.kind == "date":
        return "time"
    return "a" if mark.entity_id and not linked else "span"  # HTML has no link within a link


def _start_tag(name: str, mark: Mark, anchor: str | None) -> Markup:
    attributes = {"class": f"m {mark.kind}{' faint' if mark.faint else ''}", "title": mark.title}
    if anchor:
        attributes["id"] = anchor
    if name == "a" and mark.entity_id:
        attributes["href"] = entity_path(mark.entity_id)
    if name == "time" and mark.value and _HTML_DATE.fullmatch(mark.value):
        attributes["datetime"] = mark.value
    written = Markup("").join(Markup(' {}="{}"').format(key, _text(value)) for key, value in attributes.items())
    return Markup("<{}{}>").format(name, written)


def _text(text: str) -> Markup:
    return escape(printable(text))
