"""Furniture: what stands around a story in its page's markup, told by the conventions of HTML and of class names.

Captions and credits, consent notices, sign-up boxes, boxes that sell what is held back, the index of a live blog. What
is told by its words alone is in `boilerplate`.
"""

import re
from collections.abc import Container

from lxml.html import HtmlElement

from wiredesk_ingest.boilerplate import is_boilerplate, is_paywall_stub

__all__ = ["drop_furniture", "has_class", "is_caption"]

_MAX_CAPTION_CHARS = 1000
_MAX_BOX_CHARS = 800  # a box that asks for something is short; more is the story, inside a container of that name
_MAX_NOTICE_CHARS = 3000
_MIN_ENTRIES = 2
_NEVER = frozenset(("html", "body", "main", "article"))
_BOXES = frozenset(("div", "section", "aside", "form", "fieldset"))

# Any other element of these names is rare, and every further one costs time on every page.
_CONTAINERS = ("div", "section", "aside", "article", "p", "span", "li", "dd", "form", "dialog", "figcaption")
_NAMES = ("class", "id", "itemprop")
_ASKING = ("h2", "h3", "h4", "h5", "input")
_TELLING = re.compile(r"caption|consent|cookie|(?:pay|reg)wall|key-?events|live", re.IGNORECASE)
_CAPTION_CLASS = re.compile(r"(?:[\w-]{1,40}[-_])?(?:fig)?captions?(?:[-_]+text)?", re.IGNORECASE)
_NOTICE = re.compile(r"consent|cookie", re.IGNORECASE)
_HELD_BACK = re.compile(r"(?:pay|reg)wall", re.IGNORECASE)
_INDEX = re.compile(r"key-?events", re.IGNORECASE)
_SIGN_UP = re.compile(
    r"\s*(?:sign[ -]up|subscribe|register|abonnieren|abonnez-vous|suscr[ií]bete|iscriviti)\b", re.IGNORECASE
)
_ENTRY_CLASS = re.compile(r"[\w-]{0,40}live[\w-]{0,40}(?:entry|post|update|block|item|article)", re.IGNORECASE)


def has_class(element: HtmlElement, names: Container[str]) -> bool:
    """Whether one of the names is among an element's classes, whole."""
    return any(name in names for name in element.get("class", "").lower().split())


def is_caption(element: HtmlElement) -> bool:
    """Whether an element is the words under a picture: a figcaption, or of a class called so; not what holds both."""
    if element.tag != "figcaption":
        classes = element.get("class", "").split()
        if not any(_CAPTION_CLASS.fullmatch(name) for name in classes) or element.find(".//img") is not None:
            return False
    return len(element.text_content()) <= _MAX_CAPTION_CHARS


def drop_furniture(tree: HtmlElement) -> bool:
    """Take furniture off the tree; whether a box among it said that the story is held back for those who pay.

    The entries of a live blog become parts of one story, in their order: extractors read the first `article` of a page
    alone, and take an entry with the buttons under it for a menu.
    """
    held_back = False
    entries = []
    for element, name in _told_by_name(tree):
        if is_caption(element):
            _drop(element)
        elif _HELD_BACK.search(name):
            held_back = _drop_offer(element) or held_back
        elif _NOTICE.search(name) or _INDEX.search(name):
            if len(element.text_content()) <= (_MAX_NOTICE_CHARS if _NOTICE.search(name) else _MAX_BOX_CHARS):
                _drop(element)
        elif _is_entry(element):
            entries.append(element)
    if len(entries) >= _MIN_ENTRIES:
        _join(entries)
    for element in list(tree.iter(*_ASKING)):
        is_asking = element.get("type") == "email" if element.tag == "input" else _SIGN_UP.match(element.text_content())
        box = element.getparent()
        if is_asking and box is not None and box.tag in _BOXES and len(box.text_content()) <= _MAX_BOX_CHARS:
            _drop(box)
    return held_back


def _told_by_name(tree: HtmlElement) -> list[tuple[HtmlElement, str]]:
    """Elements with a class, id or property that may say that they are furniture, with class and id."""
    found = []
    seen: dict[str, bool] = {}  # a page has few names and uses them often
    for element in tree.iter(*_CONTAINERS):
        is_told = element.tag == "figcaption"
        for attribute in _NAMES:
            if (name := element.get(attribute)) is None:
                continue
            if name not in seen:
                seen[name] = _TELLING.search(name) is not None
            is_told = is_told or seen[name]
        if is_told:
            found.append((element, f"{element.get('class', '')} {element.get('id', '')}"))
    return found


def _drop_offer(element: HtmlElement) -> bool:
    """Drop a box that sells the rest of the story; a container of that name around the story stays."""
    if len(element.text_content()) > _MAX_BOX_CHARS or not any(
        is_paywall_stub(line.strip()) for line in _lines(element)
    ):
        return False
    _drop(element)
    return True


def _is_entry(element: HtmlElement) -> bool:
    classes = element.get("class", "").split()
    return element.get("itemprop") == "liveBlogUpdate" or any(map(_ENTRY_CLASS.fullmatch, classes))


def _join(entries: list[HtmlElement]) -> None:
    for entry in entries:
        entry.tag = "div"
        for link in list(entry.iter("a", "button")):
            if is_boilerplate(link.text_content().strip()):
                _drop(link)


def _lines(element: HtmlElement) -> list[str]:
    return [text for text in element.itertext() if not text.isspace()]


def _drop(element: HtmlElement) -> None:
    if element.tag not in _NEVER and element.getparent() is not None:
        element.drop_tree()
