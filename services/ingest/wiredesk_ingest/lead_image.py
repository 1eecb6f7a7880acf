"""The picture that leads an article: its address, and the caption and credit that are printed with it."""

import re
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement
from wiredesk.events import Image
from wiredesk.json_ld import StatedImage

from wiredesk_ingest.characters import clean_line
from wiredesk_ingest.furniture import has_class, is_caption

__all__ = ["as_image", "lead_image"]

_MAX_URL_CHARS = 4096
_MAX_LINE_CHARS = 1000
_PROSE_CHARS = 80
_PROSE_PARAGRAPHS = 2  # a deck and a lead: pictures after a second paragraph of that length don't lead
_SOURCES = ("src", "data-src", "data-original", "data-lazy-src")
_CREDIT_CLASSES = frozenset(("credit", "credits", "copyright", "photographer", "source", "rights", "attribution"))
_PHRASING = frozenset(("a", "b", "i", "em", "strong", "u", "q", "abbr", "sup", "sub", "mark", "small"))
_BEFORE_POINT = re.compile(r"\s(?=[,.;:!?](?:\s|$))")
_WORDS = r"(?:photo(?:graph)?s?|pictures?|image|foto|fotografie|bild|credit|illustration|photographie|fotografía)"
_CREDIT = re.compile(
    rf"(?<!\S)\(?(?:{_WORDS}(?: credits?)?(?: by|:| ?:)|©|\(c\))\s*(?P<named>\S[^()]{{0,199}}?)\)?\.?$"
    r"|\((?P<agency>[^()]{0,60}\b[Pp]hotos?\s?/[^()]{1,120}|[^()/]{2,60}/[^()]{0,60}\b(?:Images|Photos?|Pictures))\)\.?$"
    r"|(?<=[.!?”\"])\s(?P<after>[^.!?/|]{2,60}(?:/|\|)\s?[^.!?/|]{2,60})$",
    re.IGNORECASE,
)


def as_image(url: str, caption: str = "", credit: str = "", *, page_url: str | None = None) -> Image | None:
    """An image with clean lines; None where the address is not one of the web. A relative one needs the page's."""
    address = _absolute(url.strip(), page_url)
    if address is None:
        return None
    line, credit = clean_line(caption[:_MAX_LINE_CHARS]), clean_line(credit[:_MAX_LINE_CHARS])
    if not credit:
        line, credit = _parted(line)
    return Image(url=address, caption=line, credit=_bare(credit))


def lead_image(tree: HtmlElement, stated: StatedImage | None, *, source: str, page_url: str | None) -> Image | None:
    """The stated picture, else the one in front of the story, with the caption printed under it.

    `source` is what the tree was made of: one without figures need not be walked.
    """
    address = _absolute(stated.url.strip(), page_url) if stated else None
    has_figures = "<figure" in source or "wp-caption" in source
    figure = _leading_figure(tree, address) if has_figures else None
    caption, credit = _printed(figure) if figure is not None else ("", "")
    if stated and address:
        return as_image(address, stated.caption or caption, stated.credit or credit)
    return as_image(_source(figure), caption, credit, page_url=page_url) if figure is not None else None


def _absolute(url: str, page_url: str | None) -> str | None:
    try:
        url = urljoin(page_url or "", url)
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return url if named and len(url) <= _MAX_URL_CHARS and url.isprintable() and " " not in url else None


def _leading_figure(tree: HtmlElement, address: str | None) -> HtmlElement | None:
    """The figure that shows the picture of this address, else the first in front of the story."""
    first, prose = None, 0
    wanted = _file_name(address) if address else None
    for element in tree.iter("figure", "div", "p"):
        if element.tag == "p":
            prose += len(element.text or "") >= _PROSE_CHARS and not _in_figure(element)
            if prose >= _PROSE_PARAGRAPHS and not wanted:
                break
        elif (element.tag == "figure" or _is_captioned(element)) and (source := _source(element)):
            if wanted and _file_name(source) == wanted:
                return element
            if first is None and prose < _PROSE_PARAGRAPHS:
                first = element
    return first


def _is_captioned(element: HtmlElement) -> bool:
    """Whether a box holds a picture and its caption, as the commonest publishing system writes it (WordPress)."""
    return "wp-caption" in element.get("class", "").split()


def _in_figure(element: HtmlElement) -> bool:
    return next(element.iterancestors("figure"), None) is not None


def _source(figure: HtmlElement) -> str:
    image = figure.find(".//img")
    if image is None:
        return ""
    return next((str(image.get(name)) for name in _SOURCES if (image.get(name) or "data:")[:5] != "data:"), "")


def _file_name(url: str) -> str:
    """What addresses of one picture in several sizes share: the last part of the path."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _printed(figure: HtmlElement) -> tuple[str, str]:
    """Caption and credit as they stand with a picture."""
    captions = [element for element in figure.iter() if is_caption(element)]
    if not captions:
        return "", ""
    credits = [
        element for element in figure.iter("span", "cite", "small", "div", "p") if has_class(element, _CREDIT_CLASSES)
    ]
    credit = _words(credits[0]) if credits else ""
    caption = _words(captions[0])
    if credit and caption.endswith(credit):
        caption = caption[: -len(credit)].rstrip()
    return caption, credit


def _words(element: HtmlElement) -> str:
    """The words of an element as a line; elements that are no part of a phrase are parted by a space."""
    pieces = []
    for part in element.iter():
        apart = "" if part.tag in _PHRASING or part is element else " "
        pieces += [apart, part.text or "", apart, (part.tail or "") if part is not element else ""]
    return clean_line(_BEFORE_POINT.sub("", "".join(pieces)))


def _bare(credit: str) -> str:
    """A credit without its label (`Photograph:`) and the brackets around it."""
    _, named = _parted(credit)
    return named or credit


def _parted(line: str) -> tuple[str, str]:
    """A caption without the credit at its end, and the credit."""
    match = _CREDIT.search(line)
    if not match:
        return line, ""
    credit = next(one for one in match.groups() if one)
    return line[: match.start()].rstrip(" |–—-"), credit.strip(" ()")
