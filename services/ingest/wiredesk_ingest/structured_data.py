"""What a page states of its article in JSON-LD, microdata and RDFa, each read as a node of schema.org."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement
from wiredesk.json_ld import Node, StatedArticle, article_nodes, nodes_of, read_article

__all__ = ["stated_articles"]

_MAX_JSON_CHARS = 1_000_000
_MAX_ITEMS = 50
_MAX_PROPERTIES = 300
_MAX_DEPTH = 4
_OPENINGS = ("<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA[")
_CLOSINGS = (";", "-->", "//]]>", "// ]]>", "/*]]>*/", "]]>")


class _Notation(NamedTuple):
    """How a notation writes items: its traces in a page's source, where items are, and what names type and property."""

    traces: tuple[str, ...]
    items: XPath
    type: str
    property: str


_SCHEMA_ORG = re.compile(r"(?:https?://(?:www\.)?schema\.org/|schema:)?(\w{1,60})/?")
_NOTATIONS = (
    _Notation(("itemtype=",), XPath("//*[@itemscope and @itemtype]"), "itemtype", "itemprop"),
    _Notation(('typeof="', "typeof='"), XPath("//*[@typeof]"), "typeof", "property"),
)


def stated_articles(tree: HtmlElement, *, source: str) -> Iterator[StatedArticle]:
    """The article of the page by each notation that has one, JSON-LD first. What is malformed is passed over.

    `source` is what the tree was made of: searching it costs less than walking the tree.
    """
    nodes = list(_json_ld(tree))
    if articles := article_nodes(nodes):
        yield read_article(max(articles, key=_fullness), nodes)
    for notation in _NOTATIONS:
        if not any(trace in source for trace in notation.traces):
            continue
        items = [_item(element, notation) for element in notation.items(tree)[:_MAX_ITEMS] if _types(element, notation)]
        if articles := article_nodes(items):
            yield read_article(max(articles, key=_fullness))


def _fullness(node: Node) -> int:
    return ("datePublished" in node) + ("headline" in node)


def _json_ld(tree: HtmlElement) -> Iterator[Node]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text and len(script.text) <= _MAX_JSON_CHARS:
            try:
                value = json.loads(_unwrapped(script.text), strict=False)
            except (ValueError, RecursionError):
                continue
            yield from nodes_of(value)


def _unwrapped(script: str) -> str:
    """JSON-LD without the comment or CDATA marks that templates put around it."""
    script = script.strip()
    for opening in _OPENINGS:
        script = script.removeprefix(opening)
    for closing in _CLOSINGS:
        script = script.strip().removesuffix(closing)
    return script


def _types(element: HtmlElement, notation: _Notation) -> list[str]:
    """The names of schema.org's types that an element is said to be of."""
    return [match[1] for kind in element.get(notation.type, "").split() if (match := _SCHEMA_ORG.fullmatch(kind))]


def _item(element: HtmlElement, notation: _Notation, depth: int = 0) -> dict[str, Any]:
    """An item as a node: its properties with their values, items among them as nodes of their own."""
    node: dict[str, Any] = {"@type": _types(element, notation)}
    for owned in _properties(element, notation):
        is_item = owned.get(notation.type) is not None
        value = _item(owned, notation, depth + 1) if is_item and depth < _MAX_DEPTH else _value(owned)
        if isinstance(value, dict) and "name" not in value and "url" not in value:
            value["name"] = owned.text_content()
        for name in owned.get(notation.property).split():
            node.setdefault(name.removeprefix("schema:"), []).append(value)
    return node


def _properties(item: HtmlElement, notation: _Notation) -> Iterator[HtmlElement]:
    """The elements that are properties of this item and not of one inside it, at most 300."""
    queue = list(item)[::-1]
    found = 0
    while queue and found < _MAX_PROPERTIES:
        element = queue.pop()
        if element.get(notation.property):
            found += 1
            yield element
        if element.get(notation.type) is None:
            queue.extend(reversed(element))


def _value(element: HtmlElement) -> str:
    """A property's value as the HTML standard has it, its words where it is not told by an attribute."""
    for name in ("content", "datetime"):
        if (value := element.get(name)) is not None:
            return str(value)
    if element.tag in ("a", "link") and not (element.text or len(element)):
        return str(element.get("href", ""))
    if element.tag == "img":
        return str(element.get("src", ""))
    paragraphs = element.findall(".//p")
    if paragraphs:
        return "\n\n".join(paragraph.text_content() for paragraph in paragraphs)
    return str(element.text_content())
