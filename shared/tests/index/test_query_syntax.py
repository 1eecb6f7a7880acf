"""Text into the query tree, and what is said of text that is no query."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.index import syntax
from wiredesk.index.query import (
    QUOTE_FIELDS,
    And,
    DateRange,
    Field,
    Fuzzy,
    MatchAll,
    Not,
    Or,
    Phrase,
    Prefix,
    QuerySyntaxError,
    Term,
)
from wiredesk.index.syntax import MAX_DEPTH, MAX_LENGTH, parse

A, B, C = Term("a"), Term("b"), Term("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", MatchAll()),
        ("  \n ", MatchAll()),
        ("*", MatchAll()),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a && b", And((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("a || b", Or((A, B))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("a NOT b", And((A, Not(B)))),
        ("+a -b !c", And((A, Not(B), Not(C)))),
        ("NOT -a", A),
        ("-(a b)", Not(And((A, B)))),
        ('-"a b"', Not(Phrase("a b"))),
        ("and or", And((Term("and"), Term("or")))),
        ('"a b"', Phrase("a b")),
        ("“a b”", Phrase("a b")),
        ('"a b"~5', Phrase("a b", 5)),
        ('"a \\" b"', Phrase('a " b')),
        ("foo*", Prefix("foo")),
        ("foo\\*", Term("foo*")),
        ("foo~", Fuzzy("foo", 2)),
        ("foo~1", Fuzzy("foo", 1)),
        ("foo~0", Term("foo")),
        ("title:a", Field("title", A)),
        ("-title:a", Not(Field("title", A))),
        ("title:(a OR b)", Field("title", Or((A, B)))),
        ('people:"a b" c', And((Field("people", Phrase("a b")), C))),
        ("entity:person:jane-doe", Field("entity", Term("person:jane-doe"))),
        ("10:30 c++ what? a-b -", And((Term("10:30"), Term("c++"), Term("what?"), Term("a-b"), Term("-")))),
        ("published:2001-11-23", Field("published", DateRange(date(2001, 11, 23), date(2001, 11, 23)))),
        ("published:2001-11", Field("published", DateRange(date(2001, 11, 1), date(2001, 11, 30)))),
        ("published:2004", Field("published", DateRange(date(2004, 1, 1), date(2004, 12, 31)))),
        ("published:[2001-02 TO 2001-02]", Field("published", DateRange(date(2001, 2, 1), date(2001, 2, 28)))),
        ("published:{2001-11-01 TO 2001-11-30}", Field("published", DateRange(date(2001, 11, 2), date(2001, 11, 29)))),
        ("published:[* TO 2001]", Field("published", DateRange(None, date(2001, 12, 31)))),
        ("published:[2001 TO *}", Field("published", DateRange(date(2001, 1, 1), None))),
    ],
)
def test_text_becomes_the_tree_it_says(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ('a "b c', 3, "not closed"),
        ("a (b", 3, "not closed"),
        ("a) b", 2, "nothing to close"),
        ("()", 2, "nothing to close"),
        ("a colour:red", 3, "unknown field 'colour'"),
        ("title:", 1, "nothing after title:"),
        ("title:(a text:b)", 10, "field inside a field"),
        ("a AND", 3, "AND without a word after it"),
        ("OR a", 1, "OR without a word before it"),
        ("a OR OR b", 3, "OR without a word after it"),
        ("NOT", 1, "NOT without a word after it"),
        ("fo*o", 3, "wildcard"),
        ("*foo", 1, "wildcard"),
        ("wom?n", 4, "wildcard"),
        ("foo^2", 1, "remove ^2"),
        ("foo~3", 1, "up to 2"),
        ("foo~0.7", 1, "up to 2"),
        ('"a b"~x', 1, "0 to 100"),
        ('"a b"~999', 1, "0 to 100"),
        ('""', 1, "empty phrase"),
        ("title:*", 7, "star"),
        ("published:soon", 11, "is not a date"),
        ("published:2001-02-30", 11, "is not a date"),
        ("published:[2001]", 11, "range"),
        ("published:[2001 TO x]", 11, "is not a date"),
        ("published:{9999-12-31 TO *]", 11, "no day beyond"),
        ("[a TO b]", 1, "range without a date field"),
        ("a ]", 3, "bracket outside a range"),
        ("a* b~ " * 8 + "c*", 49, "up to 16"),
    ],
)
def test_text_that_is_no_query_says_where_and_what_to_write(text, column, words):
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert caught.value.column == column
    assert words in str(caught.value)
    assert caught.value.hint


def test_quotes_have_fields_of_their_own():
    assert parse("speaker:a", QUOTE_FIELDS) == Field("speaker", A)
    with pytest.raises(QuerySyntaxError, match="unknown field 'title'"):
        parse("title:a", QUOTE_FIELDS)


@pytest.mark.parametrize("text", ["(" * MAX_LENGTH, '"' * 2001, "a" * (MAX_LENGTH + 1), "(" * (MAX_DEPTH + 1) + "a"])
def test_a_query_too_deep_or_too_long_is_refused(text):
    with pytest.raises(QuerySyntaxError):
        parse(text)


@given(st.text(max_size=200) | st.text(alphabet='ab "()[]{}:~*?\\+-!^ANDORT01', max_size=200))
def test_any_text_is_a_query_or_a_syntax_error_within_it(text):
    try:
        parse(text)
    except QuerySyntaxError as error:
        assert 1 <= error.column <= len(text) + 1  # noqa: PT017 - most texts raise nothing


@pytest.mark.parametrize("unit", ['\\"', "[", "-", "!", "a~", "(a)", "NOT ", "a:", '"a"~', "\\", "{*", "a ", '"', "* "])
def test_no_repetition_makes_the_parser_slow(unit, monkeypatch):
    monkeypatch.setattr(syntax, "MAX_LENGTH", 1_000_000)
    with contextlib.suppress(QuerySyntaxError):  # anything but linear would run into the time limit of the test
        parse((unit * 100_000)[:100_000])
