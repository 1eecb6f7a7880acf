"""schema.org articles in JSON-LD: what one states, and its fields as those of a submission. Pure.

Publishers send such objects, and pages carry them; both are read here. `wiredesk.news_article` writes them.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

__all__ = [
    "ARTICLE_ID",
    "NoArticle",
    "StatedArticle",
    "StatedImage",
    "article_nodes",
    "is_json_ld",
    "nodes_of",
    "plain_body",
    "read_article",
    "submission_fields",
]

Node = Mapping[str, Any]

ARTICLE_ID = "wiredesk:article_id"
"""The `propertyID` of our own id in what we write; it is no publisher's number when it comes back."""

_MAX_NODES = 200
_MAX_VALUES = 50
_ARTICLE = re.compile(
    r"(?:https?://schema\.org/|schema:)?(?:\w*Article|\w*BlogPosting|SocialMediaPosting|Report|Review)", re.IGNORECASE
)
_ALSO_SCHEMA_ORG = frozenset(("url", "image", "text"))
"""Names that mean something in a submission and in schema.org."""

_BLOCK_TAG = re.compile(
    r"</?(?:p|div|h[1-6]|ul|ol|li|blockquote|figure|section|table|tr)\b[^<>]{0,1000}>", re.IGNORECASE
)
_LINE_TAG = re.compile(r"<br\b[^<>]{0,100}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")


class NoArticle(ValueError):
    """JSON-LD without one article that could be read; the message names the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedImage:
    """A picture as stated; `url` may be relative."""

    url: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedArticle:
    """What an article's node states, uncleaned; empty where it says nothing.

    `authors` are its people and whatever is not said to be none, `outlets` the organisations among its authors.
    `is_free` is False where the story is said to be held back from readers who don't pay.
    """

    headline: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    section: str = ""
    body: str = ""
    image: StatedImage | None = None
    url: str = ""
    language: str = ""
    publisher: str = ""
    identifier: str = ""
    is_free: bool = True


def is_json_ld(value: Mapping[str, Any]) -> bool:
    """Whether an object is a node of JSON-LD or a graph of them."""
    return "@type" in value or "@graph" in value


def nodes_of(value: Any) -> list[Node]:
    """The objects at the top, in arrays, in `@graph` and in `mainEntity`, at most 200.

    These are what a document says of itself; what it links to stays out.
    """
    queue = _list(value)[:_MAX_NODES]
    found: list[Node] = []
    for node in queue:
        nested: list[Any] = []
        if isinstance(node, dict):
            found.append(node)
            nested = [one for key in ("@graph", "mainEntity", "mainEntityOfPage") for one in _list(node.get(key))]
        elif isinstance(node, list):
            nested = node
        queue.extend(nested[: max(0, _MAX_NODES - len(queue))])
    return found


def article_nodes(nodes: Iterable[Node]) -> list[Node]:
    """Those of an article's type: NewsArticle, ReportageNewsArticle, BlogPosting, Report and the like."""
    return [node for node in nodes if any(_ARTICLE.fullmatch(kind) for kind in _strings(node.get("@type")))]


def read_article(article: Node, nodes: Iterable[Node] = ()) -> StatedArticle:
    """What a node states; `nodes` are where its references (`{"@id": …}`) point."""
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    credited = [*_named(article.get("author"), known)] or [*_named(article.get("creator"), known)]
    line = _text(article.get("creditText"))
    return StatedArticle(
        headline=_text(article.get("headline")) or _text(article.get("name")),
        description=_text(article.get("description")) or _text(article.get("abstract")),
        authors=tuple(name for name, is_person in credited if is_person) or ((line,) if line and not credited else ()),
        outlets=tuple(name for name, is_person in credited if not is_person),
        published=tuple(_strings(article.get("datePublished")) or _strings(article.get("dateCreated"))),
        modified=tuple(_strings(article.get("dateModified"))),
        section=_text(article.get("articleSection")),
        body=_text(article.get("articleBody")) or _text(article.get("text")) or _live_entries(article),
        image=_image(article.get("image"), known) or _image(article.get("thumbnailUrl"), known),
        url=_text(article.get("url")) or _page_of(article),
        language=_language(article.get("inLanguage")),
        publisher=next((name for name, _ in _named(article.get("publisher"), known)), ""),
        identifier=_identifier(article.get("identifier")),
        is_free=not any(one in (False, "False", "false") for one in _list(article.get("isAccessibleForFree"))),
    )


def submission_fields(value: Node, *, own: Container[str]) -> dict[str, Any]:
    """The fields of a submission that a JSON-LD article amounts to. `own` names the fields that a submission has:

    those that stand in the object itself win. Raises NoArticle.
    """
    nodes = nodes_of(value)
    node = _only_article(nodes)
    article = read_article(node, nodes)
    fields: dict[str, Any] = {
        "url": article.url,
        "source": article.publisher,
        "title": article.headline,
        "deck": article.description,
        "text": plain_body(article.body),
        "published_at": next(iter(article.published), ""),
        "modified_at": next(iter(article.modified), ""),
        "section": article.section,
        "language": article.language,
        "authors": list(article.authors or article.outlets),
        "external_id": article.identifier,
    }
    if article.image:
        image = {"url": article.image.url, "caption": article.image.caption, "credit": article.image.credit}
        fields["image"] = {name: text for name, text in image.items() if text}
    read_already = _ALSO_SCHEMA_ORG if node is value else frozenset()
    merged = {name: one for name, one in value.items() if name in own and name not in read_already}
    found = {name: one for name, one in fields.items() if one} | merged
    if not found.get("text") and not found.get("html"):
        raise NoArticle("the article has no words; give them in `articleBody`, or its page in `html`")
    return found


def plain_body(body: str) -> str:
    """An `articleBody` without tags, which some templates leave in it; blocks become paragraphs."""
    if not _BLOCK_TAG.search(body) and not _LINE_TAG.search(body):
        return body
    return unescape(_TAG.sub("", _LINE_TAG.sub("\n", _BLOCK_TAG.sub("\n\n", body))))


def _only_article(nodes: list[Node]) -> Node:
    articles = article_nodes(nodes)
    if not articles:
        kinds = ", ".join(dict.fromkeys(kind for node in nodes for kind in _strings(node.get("@type")))) or "none"
        raise NoArticle(
            f"this JSON-LD holds no article (`@type` is {kinds[:100]}); send a NewsArticle, or leave `@type` out"
        )
    bodies = [node for node in articles if _text(node.get("articleBody"))]
    if len(bodies) > 1:
        raise NoArticle(f"`@graph` holds {len(bodies)} articles; send each as an object of its own")
    return (bodies or articles)[0]


def _named(value: Any, known: Mapping[str, Node]) -> Iterator[tuple[str, bool]]:
    """Names with whether they may be people's: strings, and nodes that are not said to be an organisation."""
    for one in _list(value)[:_MAX_VALUES]:
        if isinstance(one, str):
            yield one, True
        elif isinstance(one, dict):
            node = _resolved(one, known)
            name = _text(node.get("name")) or " ".join(
                part for key in ("givenName", "familyName") if (part := _text(node.get(key)))
            )
            if name:
                yield name, not any(kind.endswith("Organization") for kind in _strings(node.get("@type")))


def _live_entries(article: Node) -> str:
    """The entries of a LiveBlogPosting, in the order given, as one text."""
    entries = [one for one in _list(article.get("liveBlogUpdate"))[:_MAX_NODES] if isinstance(one, dict)]
    return "\n\n".join(body for one in entries if (body := _text(one.get("articleBody"))))


def _image(value: Any, known: Mapping[str, Node]) -> StatedImage | None:
    """The first picture with an address."""
    for one in _list(value)[:_MAX_VALUES]:
        if isinstance(one, str) and one.strip():
            return StatedImage(url=one)
        if not isinstance(one, dict):
            continue
        node = _resolved(one, known)
        url = _text(node.get("url")) or _text(node.get("contentUrl"))
        if url:
            credits = [
                node.get("creditText"),
                *(name for name, _ in _credited(node, known)),
                node.get("copyrightNotice"),
            ]
            caption = _text(node.get("caption")) or _text(node.get("description"))
            return StatedImage(url=url, caption=caption, credit=next(filter(None, map(_text, credits)), ""))
    return None


def _credited(node: Node, known: Mapping[str, Node]) -> Iterator[tuple[str, bool]]:
    for key in ("creator", "author", "copyrightHolder"):
        yield from _named(node.get(key), known)


def _page_of(article: Node) -> str:
    """The address of the page whose main entity the article is, or its own id where that is an address."""
    for one in (article.get("mainEntityOfPage"), article):
        page = _text(one.get("@id") or one.get("url")) if isinstance(one, dict) else _text(one)
        if page.startswith(("http://", "https://")):
            return page
    return ""


def _language(value: Any) -> str:
    for one in _list(value)[:1]:
        if isinstance(one, dict):
            return _text(one.get("alternateName")) or _text(one.get("@value")) or _text(one.get("name"))
    return _text(value)


def _identifier(value: Any) -> str:
    """A string, a number, or the value of a PropertyValue that is not our own id."""
    for one in _list(value)[:_MAX_VALUES]:
        if isinstance(one, dict):
            if one.get("propertyID") != ARTICLE_ID and (found := _identifier(one.get("value"))):
                return found
        elif isinstance(one, int) and not isinstance(one, bool):
            return str(one) if abs(one) < 1 << 63 else ""
        elif isinstance(one, str) and one.strip():
            return one
    return ""


def _resolved(node: Node, known: Mapping[str, Node]) -> Node:
    """The node itself, or the one it refers to by its id alone."""
    reference = node.get("@id")
    return known.get(reference, node) if isinstance(reference, str) and node.keys() <= {"@id", "@type"} else node


def _list(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("@list"), list):
        value = value["@list"]
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _strings(value: Any) -> list[str]:
    plain = [one.get("@value") if isinstance(one, dict) else one for one in _list(value)[:_MAX_VALUES]]
    return [one for one in plain if isinstance(one, str) and one.strip()]


def _text(value: Any) -> str:
    return next(iter(_strings(value)), "")
