"""What a page says about itself: JSON-LD first, then microdata, then meta elements, then the markup of the page."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from lxml.html import HtmlElement
from wiredesk.events import Image
from wiredesk.json_ld import StatedArticle, StatedImage, plain_body

from wiredesk_ingest.bylines import is_byline, people, printed_names, without_by
from wiredesk_ingest.characters import clean_line
from wiredesk_ingest.furniture import has_class
from wiredesk_ingest.lead_image import lead_image
from wiredesk_ingest.structured_data import stated_articles

__all__ = ["PageMetadata", "read_metadata"]

_MAX_TITLE_CHARS = 500
_MAX_SECTION_CHARS = 100
_MAX_MARKED = 20
_PROSE_CHARS = 80
_HOST = re.compile(r"[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}")
_TAGS = re.compile(r"<[^<>]{1,1000}>")
_BEFORE_SITE = re.compile(r"(?<!\s)\s+[|–—·•»:-]{1,2}\s+\Z")

_TITLE_METAS = ("og:title", "twitter:title", "headline", "dc.title", "dcterms.title", "parsely-title", "sailthru.title")
_DECK_METAS = ("og:description", "description", "twitter:description", "dc.description")
_AUTHOR_METAS = (
    "author",
    "article:author",
    "dc.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "citation_author",
)
_DATE_METAS = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time", "datepublished",
    "date_published", "publish-date", "publish_date", "published_time", "publishdate", "pubdate", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued", "dc.date.created",
    "dcterms.created", "citation_publication_date", "article.published", "dc.date", "dcterms.date", "date",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "article:modified", "og:updated_time", "og:article:modified_time", "datemodified",
    "date_modified", "modified_time", "dcterms.modified", "dc.date.modified", "article.updated", "lastmod",
)  # fmt: skip
_SECTION_METAS = ("article:section", "og:article:section", "articlesection", "section", "parsely-section")
_BYLINE_CLASSES = frozenset(("byline", "article-byline", "byline-name"))
_IMAGE_METAS = ("og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """Clean lines, empty where the page says nothing; dates are unread, the most trustworthy first.

    `byline` is made of the names as they are printed, `authors` are the people among them. `article_body` is the story
    as structured data gives it, unclean: some pages hold it nowhere else. `is_free` is False where the page says that
    its story is for those who pay.
    """

    title: str = ""
    deck: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    site_name: str = ""
    url: str = ""
    language: str = ""
    section: str = ""
    image: Image | None = None
    dates: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    article_body: str = ""
    is_article: bool = False
    is_free: bool = True


def read_metadata(tree: HtmlElement, *, source: str, url: str | None = None) -> PageMetadata:
    """Read a page's own account of itself; `url` is the page's address, if it is known otherwise.

    `source` is what the tree was made of, which tells quickly what is not there.
    """
    metas = _metas(tree)
    stated = list(stated_articles(tree, source=source))
    site_name = clean_line(metas.get("og:site_name")) or _first(stated, lambda one: one.publisher)
    title = _first(stated, lambda one: one.headline) or _first_line(metas, _TITLE_METAS) or _headline(tree)
    title = title or clean_line(tree.findtext(".//title"))
    link = tree.find(".//link[@rel='canonical']")
    address = (link.get("href") if link is not None else None) or metas.get("og:url", "")
    names, authors = _authors(_author_sources(tree, stated, metas, source), site_name)
    return PageMetadata(
        title=_without_site_name(title[:_MAX_TITLE_CHARS], site_name),
        deck=_first_line(metas, _DECK_METAS) or _first(stated, lambda one: one.description),
        byline=", ".join(names),
        authors=authors,
        site_name=site_name,
        url=address,
        language=tree.get("lang")
        or tree.get("xml:lang")
        or metas.get("og:locale")
        or metas.get("content-language", "")
        or _first(stated, lambda one: one.language),
        section=_section(_first(stated, lambda one: one.section)) or _section(_first_line(metas, _SECTION_METAS)),
        image=lead_image(tree, _stated_image(stated, metas), source=source, page_url=url or address or None),
        dates=(
            *(date for one in stated for date in one.published),
            *(metas[name] for name in _DATE_METAS if name in metas),
            *_marked_dates(tree),
        ),
        modified=(
            *(date for one in stated for date in one.modified),
            *(metas[name] for name in _MODIFIED_METAS if name in metas),
        ),
        article_body=next((plain_body(one.body) for one in stated if one.body), ""),
        is_article=bool(stated) or metas.get("og:type", "").strip().lower() == "article",
        is_free=all(one.is_free for one in stated) and metas.get("article:content_tier", "").strip() != "locked",
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    """The first non-empty content of each meta element, by its lower-case name."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if content and name and not content.isspace():
            found.setdefault(name.strip().lower(), content)
    return found


def _first(stated: Iterable[StatedArticle], field: Callable[[StatedArticle], str]) -> str:
    return next((line for one in stated if (line := _line(field(one)))), "")


def _first_line(metas: dict[str, str], names: tuple[str, ...]) -> str:
    return next((line for name in names if (line := clean_line(_TAGS.sub("", metas.get(name, ""))))), "")


def _line(value: str) -> str:
    """A stated value as a clean line; entities and tags in it are mistakes of the page's template."""
    return clean_line(_TAGS.sub("", unescape(value))) if value else ""


def _headline(tree: HtmlElement) -> str:
    """The only h1, or the one marked as headline."""
    headings = tree.findall(".//h1")
    marked = [heading for heading in headings if heading.get("itemprop") == "headline"]
    chosen = marked or headings
    return clean_line(chosen[0].text_content()) if len(chosen) == 1 else ""


def _without_site_name(title: str, site_name: str) -> str:
    """`Headline | Outlet` without the outlet, where the page names it so."""
    headline = title[: -len(site_name)] if site_name else title
    if title[len(headline) :].casefold() != site_name.casefold():
        return title
    match = _BEFORE_SITE.search(headline)
    return headline[: match.start()] if match else title


def _section(line: str) -> str:
    """A section's name; some templates put the site's host or a sentence there."""
    return line if len(line) <= _MAX_SECTION_CHARS and not _HOST.fullmatch(line) else ""


def _authors(sources: Iterable[Iterable[str]], site_name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names as printed and the people among them, of the first source that names people, else names at all."""
    unnamed: tuple[str, ...] = ()
    for values in sources:
        lines = [_line(value) for value in values]
        names = printed_names(lines)
        if authors := people(lines, outlet=site_name):
            return names, authors
        unnamed = unnamed or names
    return unnamed, ()


def _author_sources(
    tree: HtmlElement, stated: list[StatedArticle], metas: dict[str, str], source: str
) -> Iterator[Iterable[str]]:
    yield from ((*one.authors, *one.outlets) for one in stated)
    yield from ([metas[name]] for name in _AUTHOR_METAS if name in metas)
    yield _marked_names(tree.iterfind(".//*[@itemprop='author']"))
    yield _marked_names(tree.iterfind(".//a[@rel='author']"))
    if "byline" in source:
        yield _marked_names(element for element in tree.iter("p", "div", "span") if has_class(element, _BYLINE_CLASSES))
    yield _printed_byline(tree)


def _printed_byline(tree: HtmlElement) -> list[str]:
    """The first line over the story that says "By" and a name, without any markup that would tell so."""
    for element in tree.iter("p", "div", "span"):
        line = (element.text or "").strip()
        if len(line) > _PROSE_CHARS:
            break
        byline = line.partition(". ")[0].rstrip(".")
        if without_by(byline) != byline and is_byline(byline):
            return [byline]
    return []


def _marked_names(elements: Iterable[HtmlElement]) -> list[str]:
    """Names in elements marked as author by microdata, `rel` or class."""
    found: list[str] = []
    for element in elements:
        name = element.find(".//*[@itemprop='name']")
        found.append((element if name is None else name).text_content())
        if len(found) == _MAX_MARKED:
            break
    return found


def _marked_dates(tree: HtmlElement) -> Iterator[str]:
    """Dates in elements that are marked as the date of publication."""
    for element in tree.iter("time", "span", "abbr"):
        if element.get("itemprop") == "datePublished" or (element.tag == "time" and "pubdate" in element.attrib):
            yield element.get("datetime") or element.get("content") or element.get("title") or element.text_content()


def _stated_image(stated: list[StatedArticle], metas: dict[str, str]) -> StatedImage | None:
    image = next((one.image for one in stated if one.image), None)
    address = next((metas[name] for name in _IMAGE_METAS if name in metas), "")
    return image or (StatedImage(url=address) if address else None)
