"""Blocks that are nothing but links to other pages, which an extractor would read as part of the story."""

from lxml.html import HtmlElement

__all__ = ["drop_link_blocks"]

_MIN_ITEMS = 2
_MIN_LINKS = 3
_MIN_LINKED_SHARE = 0.9


def drop_link_blocks(tree: HtmlElement) -> None:
    """Take lists whose every item is a link, and boxes of three or more links inside a paragraph, off the tree.

    The first are further reading, the second what pops up over a name. Text that follows such a block stays.
    """
    for element in list(tree.iter("ul", "ol")):
        if _is_list_of_links(element):
            element.drop_tree()
    for paragraph in list(tree.iter("p")):
        if len(paragraph) == 0:
            continue
        for element in list(paragraph.iterdescendants("span", "div")):
            if len(element.findall(".//a")) >= _MIN_LINKS and _is_linked(element, _text_chars(element)):
                element.drop_tree()


def _is_list_of_links(element: HtmlElement) -> bool:
    """Whether there are two items or more, every one of them a link; empty items don't count."""
    linked = 0
    for item in element.iterchildren("li"):
        chars = _text_chars(item)
        if chars and not _is_linked(item, chars):
            return False
        linked += chars > 0
    return linked >= _MIN_ITEMS


def _is_linked(element: HtmlElement, chars: int) -> bool:
    linked = sum(_text_chars(link) for link in element.iter("a"))
    return linked > 0 and linked >= _MIN_LINKED_SHARE * chars


def _text_chars(element: HtmlElement) -> int:
    return len("".join(element.text_content().split()))
