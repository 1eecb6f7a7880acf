"""Furniture: what stands around a story in its page's markup, told by the conventions of HTML and of class names.

Captions and credits, consent notices, sign-up boxes, boxes that sell what is held back, the index of a live blog. What
is told by its words alone is in `boilerplate`.
"""

import re
from collections.abc import Container

from lxml.etree import XPath
from lxml.html import HtmlElement

from wiredesk_ingest.boilerplate import is_paywall_stub

__all__ = ["drop_furniture", "has_class", "is_caption", "join_live_entries"]

_MAX_CAPTION_CHARS = 1000
_MAX_BOX_CHARS = 800  # a box that asks for something is short; more is the story, inside a container of that name
_MAX_NOTICE_CHARS = 3000
_MIN_ENTRIES = 2
_NEVER = frozenset(("html", "body", "main", "article"))
_BOXES = frozenset(("div", "section", "aside", "form", "fieldset"))

_CAPTIONS = XPath("//figcaption | //*[contains(@class, 'caption')]")
_CAPTION_CLASS = re.compile(r"(?:[\w-]{1,40}[-_])?(?:fig)?captions?(?:[-_]+text)?", re.IGNORECASE)
_NAMED = XPath(
    "//*[contains(@class, 'onsent') or contains(@id, 'onsent') or contains(@class, 'ookie') or contains(@id, 'ookie')"
    " or contains(@class, 'aywall') or contains(@id, 'aywall') or contains(@class, 'egwall')"
    " or contains(@class, 'key-events') or contains(@class, 'KeyEvents') or contains(@class, 'keyEvents')]"
)
_NOTICE = re.compile(r"consent|cookie", re.IGNORECASE)
_HELD_BACK = re.compile(r"(?:pay|reg)wall", re.IGNORECASE)
_ASKING = XPath("//input[@type='email'] | //h2 | //h3 | //h4 | //h5")
_SIGN_UP = re.compile(
    r"\s*(?:sign[ -]up|subscribe|register|abonnieren|abonnez-vous|suscr[ií]bete|iscriviti)\b", re.IGNORECASE
)
_ENTRIES = XPath(
    "//article[contains(@class, 'live') or contains(@itemprop, 'liveBlogUpdate') or contains(@class, 'block')]"
)


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
    """Take furniture off the tree; whether a box among it said that the story is held back for those who pay."""
    for element in _CAPTIONS(tree):
        if is_caption(element):
            _drop(element)
    held_back = False
    for element in _NAMED(tree):
        name = f"{element.get('class', '')} {element.get('id', '')}"
        words = element.text_content()
        if _HELD_BACK.search(name):
            if len(words) <= _MAX_BOX_CHARS and any(is_paywall_stub(line.strip()) for line in _lines(element)):
                held_back = True
                _drop(element)
        elif len(words) <= (_MAX_NOTICE_CHARS if _NOTICE.search(name) else _MAX_BOX_CHARS):
            _drop(element)
    for element in _ASKING(tree):
        box = element.getparent()
        if box is None or box.tag not in _BOXES or len(box.text_content()) > _MAX_BOX_CHARS:
            continue
        if element.tag == "input" or _SIGN_UP.match(element.text_content()):
            _drop(box)
    return held_back


def join_live_entries(tree: HtmlElement) -> None:
    """Make the entries of a live blog parts of one story, in their order: each is an article of its own by its tag.

    Extractors read the first article of a page alone.
    """
    entries = _ENTRIES(tree)
    if len(entries) >= _MIN_ENTRIES:
        for entry in entries:
            entry.tag = "div"


def _lines(element: HtmlElement) -> list[str]:
    return [text for text in element.itertext() if not text.isspace()]


def _drop(element: HtmlElement) -> None:
    if element.tag not in _NEVER and element.getparent() is not None:
        element.drop_tree()
