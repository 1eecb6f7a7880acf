"""When a page was published: what it states, else the date printed with the headline, else htmldate's best guess."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from htmldate import find_date
from lxml.html import HtmlElement

from wiredesk_ingest.page_metadata import PageMetadata
from wiredesk_ingest.publication_date import DateReading, read_date

__all__ = ["publication_date"]

_EARLIEST_PAGE = date(1990, 12, 20)  # the first web page: an earlier date in markup is a default such as 1970-01-01
_PAGE_HORIZON = date(2100, 1, 1)
_MAX_LINE_CHARS = 80
_MAX_LINES_AFTER = 20  # between a headline and the story stand a deck, a byline and buttons
_MAX_LINES_BEFORE = 6
_PROSE_CHARS = 250
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_LABEL = re.compile(
    r"^(?:first |originally )?(?:published|posted|veröffentlicht|erstellt|publié|publicado|pubblicato|gepubliceerd)"
    r"(?: (?:on|am|le|el|em|il|op))?\s*:?\s+",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(
    r"^(?:(?:on|am|le|el|em|il|op|date|datum|data|fecha|vom|von|stand)\b\s*:?\s+|[|,•·–—-]\s*)", re.IGNORECASE
)
_BRACKETED = re.compile(r"\((?:[^\W\d]{2,20} ){0,3}(\d{1,2}\.? [^\W\d]{3,12}\.? \d{4})\)$")
_AFTER_DATE = re.compile(r"(?<!\s)\s*(?:[|,;•·–—(]|\s-\s|\buhr\b|\bby\b|\bvon\b).*", re.IGNORECASE | re.DOTALL)


def publication_date(tree: HtmlElement, metadata: PageMetadata, *, url: str | None, latest: date) -> DateReading:
    """The day or time a page was published; a value of None when it does not tell.

    `latest` bounds every candidate, so that no clock is needed.
    """
    for candidate in metadata.dates:
        reading = read_date(candidate, latest=latest)
        if reading.value and date.fromisoformat(reading.value[:10]) >= _EARLIEST_PAGE:
            return _shown_to_readers(tree, latest, before=reading.value[:10]) or reading
    for line in (*_printed(tree), *_closing_brackets(metadata.deck)):
        reading = _leading_date(line, latest)
        if reading.value:
            return DateReading(reading.value[:10])
    horizon = datetime.combine(min(latest, _PAGE_HORIZON), time.max)
    return DateReading(find_date(tree, original_date=True, url=url, max_date=horizon, deferred_url_extractor=True))


def _shown_to_readers(tree: HtmlElement, latest: date, *, before: str) -> DateReading | None:
    """The only `time` of the page, where it stands as a label and tells an earlier day than the page states.

    Systems stamp a page anew when it is saved; what they print for readers stays. A time within a sentence is the
    story's, and where there are several some are of other stories.
    """
    times = tree.findall(".//time")
    if len(times) != 1 or len((times[0].getparent().text_content()).strip()) > _MAX_LINE_CHARS:
        return None
    reading = read_date(times[0].get("datetime") or times[0].text_content(), latest=latest)
    day = (reading.value or before)[:10]
    return reading if str(_EARLIEST_PAGE) <= day < before else None


def _closing_brackets(description: str) -> Iterator[str]:
    """The date that a page's description ends with in brackets: `… (News of 14 January 2020)`."""
    if match := _BRACKETED.search(description[-_MAX_LINE_CHARS:]):
        yield match[1]


def _leading_date(line: str, latest: date) -> DateReading:
    """The date a line consists of, or begins with before a separator."""
    line = _BEFORE_DATE.sub("", _LABEL.sub("", line))
    whole = read_date(line, latest=latest)
    return whole if whole.value else read_date(_AFTER_DATE.sub("", line), latest=latest)


def _printed(tree: HtmlElement) -> Iterator[str]:
    """Short lines with a year near the only headline, nearest first below it, then above; then labelled dates."""
    headings = tree.findall(".//h1")
    lines = [(element, " ".join(text.split())) for element, text in _texts(tree)]
    if len(headings) == 1:
        within = set(headings[0].iter())
        places = [place for place, (element, _) in enumerate(lines) if element in within]
        if places:
            for _, line in lines[places[-1] + 1 : places[-1] + 1 + _MAX_LINES_AFTER]:
                if len(line) > _PROSE_CHARS:
                    break
                if _is_short_with_year(line):
                    yield line
            for _, line in reversed(lines[max(0, places[0] - _MAX_LINES_BEFORE) : places[0]]):
                if _is_short_with_year(line):
                    yield line
    yield from (line for _, line in lines if _is_short_with_year(line) and _LABEL.match(line))


def _is_short_with_year(line: str) -> bool:
    return len(line) <= _MAX_LINE_CHARS and _YEAR.search(line) is not None


def _texts(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Visible stretches of text in document order, each with the element it stands in."""
    for element in tree.iter():
        if element.tag in ("script", "style", "noscript", "head", "title", "option"):
            continue
        if element.text and not element.text.isspace():
            yield element, element.text
        # A tail stands after its element: lines are told by order alone, so it may come with the element.
        if element.tail and not element.tail.isspace():
            yield element, element.tail
