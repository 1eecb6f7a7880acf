"""The project's own gold set: news articles with their annotation inside the text, as README.md of this folder says."""

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .data import Annotated
from .errors import EvalError
from .spans import Span, overlap

__all__ = ["load_articles", "read_article"]

_FIELDS = re.compile(r"\s{2,}")
_TOKEN = re.compile(r"\{([^{}|\s]+(?: [^{}|\s]+)?)\||\}")
_PRONOUNS = frozenset(
    ("he", "him", "his", "she", "her", "hers", "it", "its", "they", "them", "their", "i", "me", "my", "we", "us", "our")
) | {"who", "whom", "whose", "which"}
_HEADER = frozenset(("title", "published", "url", "page", "byline", "send"))
_CORE = frozenset(("Person", "Organization", "Place"))
_LEAD = "lead"


@dataclass(frozen=True, slots=True)
class _Mark:
    """`{head|…}`: what the head says of a stretch of the text."""

    head: str
    start: int
    end: int


@dataclass(slots=True)
class _Attribution:
    content: list[Span] = field(default_factory=list)
    direct: list[Span] = field(default_factory=list)
    source: list[Span] = field(default_factory=list)


def load_articles(folder: Path, pages: Path) -> list[Annotated]:
    """Every article of the folder, by name. Raises EvalError, naming the article, where its marks are wrong."""
    templates = {page.name: page.read_text() for page in sorted(pages.glob("*.html"))}
    return [read_article(path.stem, path.read_text(), templates) for path in sorted(folder.glob("*.txt"))]


def read_article(name: str, annotated: str, pages: Mapping[str, str]) -> Annotated:
    """One annotated article; `pages` are templates by file name. Raises EvalError."""
    try:
        head, cast, body = annotated.split("\n---\n")
        header = dict(_header(head))
        entities = {row["id"]: row for row in map(_entity, filter(None, cast.splitlines()))}
        title = f"{{-|{header['title']}}}\n\n" if "headline" in _sends(header) else ""
        text, marks = _stripped(_unwrapped(title + body))
        return _annotated(name, header, text, _gold(header, entities, text, marks), pages)
    except (ValueError, KeyError) as error:
        raise EvalError(f"{name}: {error}") from error


def _header(lines: str) -> Iterator[tuple[str, str]]:
    for line in lines.splitlines():
        name, _, value = line.partition(":")
        if name not in _HEADER:
            raise ValueError(f"there is no header {name!r}")
        yield name, value.strip()


def _sends(header: Mapping[str, str]) -> list[str]:
    """What is sent beside a text: its `title`, the time it was `published`; `headline`: the title heads the text."""
    return header.get("send", "title published").split()


def _entity(line: str) -> dict[str, Any]:
    """`id Type Name`, and two spaces after it for a place `geonames-id latitude longitude`; the id may be `-`."""
    key, type_, rest = line.split(None, 2)
    name, *position = _FIELDS.split(rest.strip())
    row: dict[str, Any] = {"id": key, "type": type_, "name": name, "mentions": []}
    if position:
        number, latitude, longitude = position[0].split()
        row["position"] = {
            "geonames_id": None if number == "-" else int(number),
            "lat": float(latitude),
            "lon": float(longitude),
        }
    return row


def _unwrapped(body: str) -> str:
    """Paragraphs parted by blank lines; a paragraph's lines are joined."""
    paragraphs = re.split(r"\n\s*\n", body.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _stripped(annotated: str) -> tuple[str, list[_Mark]]:
    """The text without its marks, and the marks in the order of their ends."""
    parts: list[str] = []
    marks: list[_Mark] = []
    opened: list[tuple[str, int]] = []
    at = length = 0
    for match in _TOKEN.finditer(annotated):
        parts.append(annotated[at : match.start()])
        length += match.start() - at
        at = match.end()
        if match[1]:
            opened.append((match[1], length))
        elif opened:
            head, start = opened.pop()
            marks.append(_Mark(head, start, length))
        else:
            raise ValueError(f"a brace is closed that was not opened, after {annotated[max(0, at - 40) : at]!r}")
    if opened:
        raise ValueError(f"the mark {{{opened[-1][0]}| is not closed")
    parts.append(annotated[at:])
    text = "".join(parts)
    if stray := re.search(r"[{}]", text):
        raise ValueError(f"a stray brace at {text[max(0, stray.start() - 30) : stray.start() + 30]!r}")
    return text, marks


def _gold(
    header: Mapping[str, str], entities: Mapping[str, dict[str, Any]], text: str, marks: Sequence[_Mark]
) -> dict[str, Any]:
    """The annotation in the form the scorers read."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ("dates", "optional", "boilerplate", "terms")}
    said: dict[str, _Attribution] = defaultdict(_Attribution)
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        kind, rest = mark.head[0], mark.head[1:]
        span = {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end]}
        if kind in '<>"=':
            _say(said, kind, rest, (mark.start, mark.end), found["terms"])
        elif kind == "@":
            found["dates"].append({**span, **_timex(rest)})
        elif kind == "!":
            found["optional"].append(span)
        elif kind == "-":
            found["boilerplate"].append({**span, "copies": int(rest == _LEAD)})
        else:
            entities[mark.head.rstrip("~")]["mentions"].append({**span, "kind": _kind(mark.head, span["text"])})
    return {
        **_facts(entities, said, found, header),
        "body": _without(text, found["boilerplate"]),
        "clean_text": _without(text, found["boilerplate"]),
        "optional": found["optional"],
        "boilerplate": found["boilerplate"],
    }


def _say(said: Mapping[str, _Attribution], kind: str, numbers: str, span: Span, terms: list[dict[str, Any]]) -> None:
    """`<1` who said it, `>1` what was said, `"1` the part of it in quotation marks, `"?` a quoted term nobody said."""
    if numbers == "?":
        terms.append({"start": span[0], "end": span[1], "speaker": None})
        return
    for number in numbers.split(","):
        if not number.isdecimal():
            raise ValueError(f"{number!r} is no number of an attribution")
        for wanted, spans in (("<", said[number].source), (">", said[number].content), ('"', said[number].direct)):
            if kind == wanted:
                spans.append(span)


def _timex(head: str) -> dict[str, Any]:
    """`VALUE`, its type told by its form, or `TYPE VALUE`; other values that are as good follow after slashes."""
    type_, _, values = head.rpartition(" ")
    value, *others = values.split("/")
    shape = "DURATION" if value.startswith("P") else "TIME" if re.search(r"\dT", value) else "DATE"
    return {"type": type_ or shape, "value": value, "accepted": [value, *others]}


def _kind(head: str, text: str) -> str:
    if text.lower() in _PRONOUNS:
        return "pronoun"
    return "nominal" if head.endswith("~") else "name"


def _facts(
    entities: Mapping[str, dict[str, Any]],
    said: Mapping[str, _Attribution],
    found: Mapping[str, list[dict[str, Any]]],
    header: Mapping[str, str],
) -> dict[str, Any]:
    mentions = [(mention, row) for row in entities.values() for mention in row["mentions"]]
    named = [(mention, row) for mention, row in mentions if mention["kind"] == "name"]
    others = [mention for mention, row in mentions if mention["kind"] != "name" or row["type"] not in _CORE]
    for number, one in said.items():
        if not one.source or not (one.content or one.direct):
            raise ValueError(f"the attribution {number} lacks its source or its content")
    quotes = [
        {"start": start, "end": end, "speaker": _speaker(one.source, mentions)}
        for one in said.values()
        for start, end in one.direct
    ]
    return {
        "date": header["published"][:10],
        "authors": [name for name in header.get("byline", "").split(", ") if name],
        "entities": [{**row, "mentions": row["mentions"]} for row in entities.values() if row["type"] in _CORE],
        "mentions": [{**mention, "type": row["type"]} for mention, row in named if row["type"] in _CORE],
        "ignore": [*others, *found["optional"], *found["boilerplate"]],
        "quotes": [*quotes, *found["terms"]],
        "direct": [
            {"start": start, "end": end, "source": one.source} for one in said.values() for start, end in one.direct
        ],
        "attributions": [{"content": sorted(one.content or one.direct), "source": one.source} for one in said.values()],
        "timexes": found["dates"],
        "dates": found["dates"],
        "toponyms": [{**mention, **row["position"]} for mention, row in named if "position" in row],
    }


def _speaker(source: Sequence[Span], mentions: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> str:
    """The entity of the first mention in the source, else of the shortest around it. Raises ValueError for none."""
    near = [
        ((mention["start"], mention["end"]), row["id"])
        for mention, row in mentions
        if overlap((mention["start"], mention["end"]), source[0])
    ]
    inside = [(span, key) for span, key in near if source[0][0] <= span[0] and span[1] <= source[0][1]]
    if inside:
        return str(min(inside, key=lambda one: (one[0][0], -one[0][1]))[1])
    if not near:
        raise ValueError(f"who speaks at {source[0][0]} is no entity; give the speaker a line among the entities")
    return str(min(near, key=lambda one: one[0][1] - one[0][0])[1])


def _without(text: str, boilerplate: Sequence[Mapping[str, Any]]) -> str:
    kept = text
    for row in reversed(boilerplate):
        kept = kept[: row["start"]] + kept[row["end"] :]
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def _annotated(
    name: str, header: Mapping[str, str], text: str, gold: Mapping[str, Any], pages: Mapping[str, str]
) -> Annotated:
    sent: dict[str, Any] = {"url": header["url"]} if "url" in header else {}
    if "page" in header:
        return Annotated(name, {**sent, "html": _page(header, text, pages)}, text, {"id": name, **gold})
    sends = _sends(header)
    if "title" in sends:
        sent["title"] = header["title"]
    if "published" in sends:
        sent["published_at"] = header["published"]
    return Annotated(name, {**sent, "text": text}, text, {"id": name, **gold})


def _page(header: Mapping[str, str], text: str, pages: Mapping[str, str]) -> str:
    page = pages[header["page"]]
    body = "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in text.split("\n\n"))
    values = {**header, "day": header["published"][:10], "body": body}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], page)
