"""Markup: a page's tree, or a refusal of what is no page."""

import re

from lxml import etree
from lxml.etree import XPath
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from wiredesk.errors import PermanentError

__all__ = ["parse_page"]

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<[a-zA-Z!/?]")
# libxml2 takes quadratic time over the attributes of one element, so a tag with tens of thousands must not reach it.
# Scripts hold what looks like a long tag (`a<b…`), hence the high number and the quoted strings left out.
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{40000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MAX_TAG_PARTS = 20_000
_MAX_ATTRIBUTES = 200
_SNIFFED_CHARS = 4096
_MAX_BINARY_SHARE = 0.05
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
# Asked of libxml2, which makes no Python object of an element for it.
_ELEMENTS = XPath("count(descendant-or-self::*)")
_LOADED = XPath(f"descendant-or-self::*[count(@*) > {_MAX_ATTRIBUTES}]")
# What other file formats begin with once decoded as text: PDF, PostScript, ZIP and Office, PNG, GIF, JPEG, RTF.
_FOREIGN = (
    "%PDF",
    "%!PS",
    "PK\x03\x04",
    "\x89PNG",
    "\ufffdPNG",
    "GIF8",
    "\xff\xd8\xff",
    "\ufffd\ufffd\ufffd",
    "{\\rtf",
)


def parse_page(html: str, *, max_elements: int) -> HtmlElement:
    """Parse a page or a fragment; comments and processing instructions are left out.

    Raises PermanentError: `not_html` for another file format or text without a tag, `too_deep` for nesting beyond the
    256 levels at which libxml2 stops reading (what follows would be lost silently), `too_complex` for more than
    `max_elements` elements or tens of thousands of attributes on one. Time is linear in the length.
    """
    start = html[:_SNIFFED_CHARS].lstrip("\ufeff \t\r\n")
    binary = len(_NOT_XML.findall(start)) + start.count("\ufffd")
    if start.startswith(_FOREIGN) or binary > _MAX_BINARY_SHARE * len(start) or not _TAG.search(html):
        raise PermanentError("not_html", "`html` holds no HTML; send the page's source, or plain text in `text`")
    if any(_parts(tag[0]) > _MAX_TAG_PARTS for tag in _LONG_TAG.finditer(html)):
        raise PermanentError("too_complex", "`html` has thousands of attributes on one element; send another rendering")
    # A parser of its own for each page: its log tells what went wrong with this one.
    parser = HTMLParser(
        encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = document_fromstring(_xml_octets(html), parser=parser)
    except etree.ParserError:  # nothing but comments or a doctype
        raise PermanentError("no_story", "`html` holds no text; send the page as a reader's browser gets it") from None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise PermanentError(
            "too_deep", "`html` nests elements more than 256 deep; send the page without broken markup"
        )
    _check_elements(tree, max_elements)
    return tree


def _parts(tag: str) -> int:
    return len(_QUOTED.sub("", tag).split(None, _MAX_TAG_PARTS))


def _xml_octets(html: str) -> bytes:
    """UTF-8 without what XML has no place for: surrogates, controls, noncharacters."""
    octets = html.encode(errors="ignore").translate(None, _CONTROLS)
    for character in _NONCHARACTERS:
        octets = octets.replace(character, b"")
    return octets


def _check_elements(tree: HtmlElement, max_elements: int) -> None:
    """Count the elements, and take off all attributes of one with hundreds: they mean nothing and are copied often."""
    if _ELEMENTS(tree) > max_elements:
        message = f"`html` has more than {max_elements:,} elements (WIREDESK_MAX_HTML_ELEMENTS); send the article alone"
        raise PermanentError("too_complex", message)
    for element in _LOADED(tree):
        element.attrib.clear()
