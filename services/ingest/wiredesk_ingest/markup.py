"""Markup: a page's tree, or a refusal of what is no page."""

import re
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from wiredesk.errors import PermanentError

__all__ = ["parse_page"]

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<[a-zA-Z!/?]")
# A tag of this length with so many parts is no page's; libxml2 takes quadratic time over the attributes of one element.
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{10000,}")
_MAX_TAG_PARTS = 1000
_SNIFFED_CHARS = 4096
_MAX_BINARY_SHARE = 0.05
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
    `max_elements` elements or thousands of attributes on one. Time is linear in the length.
    """
    start = html[:_SNIFFED_CHARS].lstrip("\ufeff \t\r\n")
    binary = len(_NOT_XML.findall(start)) + start.count("\ufffd")
    if start.startswith(_FOREIGN) or binary > _MAX_BINARY_SHARE * len(start) or not _TAG.search(html):
        raise PermanentError("not_html", "`html` holds no HTML; send the page's source, or plain text in `text`")
    if any(len(tag[0].split(None, _MAX_TAG_PARTS)) > _MAX_TAG_PARTS for tag in _LONG_TAG.finditer(html)):
        raise PermanentError("too_complex", "`html` has thousands of attributes on one element; send another rendering")
    # A parser of its own for each page: its log tells what went wrong with this one.
    parser = HTMLParser(
        encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = document_fromstring(_NOT_XML.sub("", html).encode(), parser=parser)
    except etree.ParserError:  # nothing but comments or a doctype
        raise PermanentError("no_story", "`html` holds no text; send the page as a reader's browser gets it") from None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise PermanentError(
            "too_deep", "`html` nests elements more than 256 deep; send the page without broken markup"
        )
    if sum(1 for _ in islice(tree.iter(), max_elements + 1)) > max_elements:
        message = f"`html` has more than {max_elements:,} elements (WIREDESK_MAX_HTML_ELEMENTS); send the article alone"
        raise PermanentError("too_complex", message)
    return tree
