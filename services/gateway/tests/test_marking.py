"""Marks over a text: whatever overlaps, the nesting is well formed and no character is lost."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk.events import ArticleExtracted
from wiredesk_gateway.marking import MAX_DEPTH, Close, Kind, Mark, Open, Text, marks_of, paragraphs
from wiredesk_gateway.printable import printable
from wiredesk_gateway.rendering import highlighted, marked

KINDS: tuple[Kind, ...] = ("quote", "speaker", "cue", "date", "person", "organization", "place", "other")
TEXTS = st.text(alphabet=st.sampled_from("ab \n\r\t<>&\"'é\u202e\u2067𝔘\x00\u0085"), max_size=60) | st.text(max_size=60)


@st.composite
def texts_with_marks(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXTS)
    position = st.integers(-2, len(text) + 2)
    marks = st.builds(
        Mark,
        start=position,
        end=position,
        kind=st.sampled_from(KINDS),
        title=st.text(max_size=8),
        entity_id=st.none() | st.text(min_size=1, max_size=8),
        anchor=st.none() | st.sampled_from(["quote-1", "quote-2"]),
        value=st.none() | st.sampled_from(["2001-11-23", "P3D", "PRESENT_REF", '"><script>']),
    )
    return text, draw(st.lists(marks, max_size=12))


class Page(HTMLParser):
    """Reads markup strictly: every end tag must end the innermost element."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.depth = 0
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("p", "a", "span", "time", "mark")
        assert not (tag == "a" and "a" in self.open)
        assert {name for name, _ in attrs} <= {"class", "title", "id", "href", "datetime", "dir"}
        self.open.append(tag)
        self.elements.append((tag, dict(attrs)))
        self.depth = max(self.depth, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(deadline=None)
@given(texts_with_marks())
def test_no_character_is_lost_and_every_mark_closes_within_its_paragraph(given_: tuple[str, list[Mark]]) -> None:
    text, marks = given_
    told = ""
    for paragraph in paragraphs(text, marks):
        assert "\n\n" not in text[paragraph.start : paragraph.end]
        stack: list[Mark] = []
        for token in paragraph.tokens:
            match token:
                case Open(mark):
                    stack.append(mark)
                case Close(mark):
                    assert stack.pop() is mark
                case Text(piece):
                    assert piece
                    told += piece
                    at = len(told) - len(piece)
                    assert all(mark.start <= at and len(told) <= mark.end for mark in stack)
        assert not stack
        told += paragraph.gap
    assert told == text


@settings(deadline=None)
@given(texts_with_marks())
def test_what_is_marked_is_marked_over_its_whole_length(given_: tuple[str, list[Mark]]) -> None:
    text, marks = given_
    covered: dict[int, set[int]] = {number: set() for number in range(len(marks))}
    gaps: set[int] = set()
    at = 0
    for paragraph in paragraphs(text, marks):
        stack: list[Mark] = []
        for token in paragraph.tokens:
            match token:
                case Open(mark):
                    stack.append(mark)
                case Close():
                    stack.pop()
                case Text(piece):
                    for mark in stack:
                        number = next(n for n, m in enumerate(marks) if m is mark)
                        covered[number] |= set(range(at, at + len(piece)))
                    at += len(piece)
        gaps |= set(range(at, at + len(paragraph.gap)))
        at += len(paragraph.gap)
    for number, mark in enumerate(marks):
        whole = set(range(mark.start, mark.end)) if 0 <= mark.start < mark.end <= len(text) else set()
        assert covered[number] == whole - gaps


@settings(deadline=None)
@given(texts_with_marks())
def test_the_html_is_well_formed_and_its_text_is_the_text(given_: tuple[str, list[Mark]]) -> None:
    text, marks = given_
    page = Page(str(marked(tuple(paragraphs(text, marks)))))
    assert page.text == printable(text)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(str(a["href"]).startswith("/entities/") for _, a in page.elements if "href" in a)


@settings(deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(-2, 62), st.integers(-2, 62)), max_size=6))
def test_a_highlighted_snippet_keeps_its_text(text: str, ranges: list[tuple[int, int]]) -> None:
    assert Page(str(highlighted(text, ranges))).text == printable(text)


@pytest.mark.parametrize("step", [0, 1])
def test_ten_thousand_crossing_marks_stay_shallow_and_linear_in_size(step: int) -> None:
    text = ("word " * 20 + "\n\n") * 100
    marks = [Mark(start=n % 5000, end=5000 + n % 4000 * step, kind="person", title="x") for n in range(10_000)]
    laid = list(paragraphs(text, marks))
    opened = sum(isinstance(token, Open) for paragraph in laid for token in paragraph.tokens)
    assert opened <= (len(marks) + len(laid)) * MAX_DEPTH
    assert Page(str(marked(tuple(laid)))).depth <= MAX_DEPTH + 1


def test_a_mark_that_crosses_another_goes_on_after_it() -> None:
    marks = [Mark(start=0, end=6, kind="quote", title="q"), Mark(start=4, end=9, kind="person", title="p")]
    (paragraph,) = paragraphs("abcdefghi", marks)
    names = [
        token.text if isinstance(token, Text) else f"{'+' if isinstance(token, Open) else '-'}{token.mark.kind}"
        for token in paragraph.tokens
    ]
    assert names == ["+quote", "abcd", "+person", "ef", "-person", "-quote", "+person", "ghi", "-person"]
    assert [token.first for token in paragraph.tokens if isinstance(token, Open)] == [True, True, False]


def test_equal_spans_nest_the_speaker_around_the_person() -> None:
    marks = [Mark(start=0, end=3, kind="person", title="p"), Mark(start=0, end=3, kind="speaker", title="s")]
    (paragraph,) = paragraphs("abc", marks)
    assert [token.mark.kind for token in paragraph.tokens if isinstance(token, Open)] == ["speaker", "person"]


def test_an_articles_facts_become_marks(plain_article: ArticleExtracted) -> None:
    marks = {(mark.kind, plain_article.text[mark.start : mark.end]) for mark in marks_of(plain_article)}
    assert marks == {
        ("quote", "We sail to Port Arven on Monday,"),
        ("speaker", "Mara Ilves"),
        ("cue", "said"),
        ("date", "Monday"),
        ("person", "Mara Ilves"),
        ("place", "Port Arven"),
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2001-11-23", True), ("2001-11", True), ("P3D", True), ("PRESENT_REF", False), ("XXXX", False)],
)
def test_only_dates_that_html_knows_are_given_to_machines(value: str, shown: bool) -> None:
    mark = Mark(start=0, end=3, kind="date", title=f"Date: {value}", value=value)
    page = Page(str(marked(tuple(paragraphs("now", [mark])))))
    assert page.elements[1] == ("time", page.elements[1][1])
    assert ("datetime" in page.elements[1][1]) is shown
