"""What a page says about itself: JSON-LD first, then meta elements, then the markup of headline and byline."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from lxml.html import HtmlElement

from wiredesk_ingest.characters import clean_line

__all__ = ["PageMetadata", "read_metadata"]

_MAX_JSON_CHARS = 1_000_000
_MAX_NODES = 200
_MAX_NAMES = 20
_MAX_NAME_CHARS = 80
_MAX_TITLE_CHARS = 500
_ARTICLE_TYPES = re.compile(r"(?:\w*Article|\w*BlogPosting|SocialMediaPosting|Report|Review)", re.IGNORECASE)
_JSON_OPENINGS = ("<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA[")
_JSON_CLOSINGS = (";", "-->", "//]]>", "// ]]>", "/*]]>*/", "]]>")
_TAGS = re.compile(r"<[^<>]{1,1000}>")
_BEFORE_SITE = re.compile(r"(?<!\s)\s+[|–—·•»:-]{1,2}\s+\Z")
_BY = re.compile(r"^(?:by|von|par|por|di|door)[:\s]\s*", re.IGNORECASE)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """Clean lines, empty where the page says nothing; `dates` are unread, the most trustworthy first.

    `article_body` is the story as JSON-LD gives it, unclean: some pages hold it nowhere else.
    """

    title: str = ""
    deck: str = ""
    authors: tuple[str, ...] = ()
    site_name: str = ""
    url: str = ""
    language: str = ""
    dates: tuple[str, ...] = ()
    article_body: str = ""
    is_article: bool = False


def read_metadata(tree: HtmlElement) -> PageMetadata:
    """Read a page's own account of itself. Malformed JSON-LD is passed over."""
    metas = _metas(tree)
    data = _from_json_ld(tree)
    site_name = clean_line(metas.get("og:site_name")) or data.site_name
    title = data.title or _first_line(metas, _TITLE_METAS) or _headline(tree) or clean_line(tree.findtext(".//title"))
    link = tree.find(".//link[@rel='canonical']")
    return replace(
        data,
        title=_without_site_name(title[:_MAX_TITLE_CHARS], site_name),
        deck=_first_line(metas, _DECK_METAS) or data.deck,
        authors=data.authors or _meta_authors(metas) or _marked_authors(tree),
        site_name=site_name,
        url=(link.get("href") if link is not None else None) or metas.get("og:url", ""),
        language=tree.get("lang")
        or tree.get("xml:lang")
        or metas.get("og:locale")
        or metas.get("content-language", ""),
        is_article=data.is_article or metas.get("og:type", "").strip().lower() == "article",
        dates=(*data.dates, *(metas[name] for name in _DATE_METAS if name in metas), *_marked_dates(tree)),
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


def _first_line(metas: dict[str, str], names: tuple[str, ...]) -> str:
    return next((line for name in names if (line := clean_line(_TAGS.sub("", metas.get(name, ""))))), "")


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


def _meta_authors(metas: dict[str, str]) -> tuple[str, ...]:
    return next((names for meta in _AUTHOR_METAS if (names := _names([metas.get(meta)]))), ())


def _marked_authors(tree: HtmlElement) -> tuple[str, ...]:
    """Names in elements marked as author by microdata or `rel`, of the first kind that has any."""
    for path in (".//*[@itemprop='author']", ".//a[@rel='author']"):
        found = []
        for element in tree.iterfind(path):
            name = element.find(".//*[@itemprop='name']")
            found.append((element if name is None else name).text_content())
            if len(found) == _MAX_NAMES:
                break
        if names := _names(found):
            return names
    return ()


def _marked_dates(tree: HtmlElement) -> Iterator[str]:
    """Dates in elements that are marked as the date of publication."""
    for element in tree.iter("time", "span", "abbr"):
        if element.get("itemprop") == "datePublished" or (element.tag == "time" and "pubdate" in element.attrib):
            yield element.get("datetime") or element.get("content") or element.get("title") or element.text_content()


def _names(values: list[Any]) -> tuple[str, ...]:
    """Names fit to print: no addresses, no handles, each once."""
    names: dict[str, None] = {}
    for value in values:
        name = _BY.sub("", _line(value))
        if 1 < len(name) <= _MAX_NAME_CHARS and "://" not in name and "@" not in name and any(map(str.isalpha, name)):
            names.setdefault(name)
    return tuple(names)[:_MAX_NAMES]


def _from_json_ld(tree: HtmlElement) -> PageMetadata:
    """The first node of an article's type, filled up from its page's node; empty when there is none."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text and len(script.text) <= _MAX_JSON_CHARS:
            try:
                nodes.extend(_nodes(json.loads(_unwrapped(script.text), strict=False)))
            except (ValueError, RecursionError):
                continue
    articles = [node for node in nodes if any(_ARTICLE_TYPES.fullmatch(kind) for kind in _strings(node.get("@type")))]
    if not articles:
        return PageMetadata()
    article = max(articles, key=lambda node: ("datePublished" in node) + ("headline" in node))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    publisher = _resolved(article.get("publisher"), by_id)
    return PageMetadata(
        title=_line(article.get("headline")) or _line(article.get("name")),
        deck=_line(article.get("description")),
        authors=_names([_resolved(author, by_id).get("name", author) for author in _as_list(article.get("author"))]),
        site_name=_line(publisher.get("name")),
        dates=tuple(_strings(article.get("datePublished"))) or tuple(_strings(article.get("dateCreated"))),
        article_body=next(iter(_strings(article.get("articleBody"))), ""),
        is_article=True,
    )


def _unwrapped(script: str) -> str:
    """JSON-LD without the comment or CDATA marks that templates put around it."""
    script = script.strip()
    for opening in _JSON_OPENINGS:
        script = script.removeprefix(opening)
    for closing in _JSON_CLOSINGS:
        script = script.strip().removesuffix(closing)
    return script


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """The objects at the top, in arrays and in `@graph`, at most 200: what a page says of itself, not of its links."""
    queue = _as_list(value)[:_MAX_NODES]
    for node in queue:
        if isinstance(node, dict):
            yield node
            nested = [*_as_list(node.get("@graph")), *_as_list(node.get("mainEntity"))]
            queue.extend(nested[: max(0, _MAX_NODES - len(queue))])
        elif isinstance(node, list):
            queue.extend(node[: max(0, _MAX_NODES - len(queue))])


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """An object, or the one a reference points to."""
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict):
        return {}
    reference = first.get("@id")
    return by_id.get(reference, first) if "name" not in first and isinstance(reference, str) else first


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _strings(value: Any) -> list[str]:
    return [item for item in _as_list(value) if isinstance(item, str) and item.strip()]


def _line(value: Any) -> str:
    """A JSON-LD or meta value as a clean line; entities and tags in it are mistakes of the page's template."""
    first = next(iter(_strings(value)), "")
    return clean_line(_TAGS.sub("", unescape(first))) if first else ""
