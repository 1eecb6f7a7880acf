"""Lucene-style text into the query tree.

    words, "a phrase", "near words"~5, start*, misspelt~1, AND OR NOT && || + - !, ( groups ),
    field:word, field:(a group), published:2001-11, published:[2001-11-01 TO *]

NOT binds tightest, then AND, then OR; words side by side are joined by AND, so `+` changes nothing. The parser is one
pass over the tokens, linear in the text's length, which is bounded, as is the depth of groups.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple, NoReturn

from wiredesk.index.query import (
    ARTICLE_FIELDS,
    MAX_EDITS,
    And,
    DateRange,
    Field,
    FieldKind,
    Fuzzy,
    MatchAll,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    QuerySyntaxError,
    Term,
)

__all__ = ["parse"]

MAX_LENGTH = 2000
"""Characters in a query: far beyond what people type, and small enough that no query costs much to take apart."""
MAX_DEPTH = 20
MAX_SLOP = 100
MAX_PATTERNS = 16
"""Words with a star or a tilde: each is matched against the whole dictionary, some hundred of them for seconds."""


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


# Alternatives start with different characters and each repeats one class: no backtracking, whatever the text.
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<phrase>"(?P<quoted>(?:[^"\\]|\\.)*)"(?P<slop>~[0-9.]*)?)
    | (?P<unclosed>")
    | (?P<range>[\[{](?P<bounds>[^\[\]{}]*)(?P<close>[\]}]))
    | (?P<bracket>[\[\]{}])
    | (?P<open>\() | (?P<shut>\))
    | (?P<word>(?:[^\s"()\[\]{}\\]|\\.?)+)""",
    re.VERBOSE | re.DOTALL,
)
_FIELD = re.compile(r"([A-Za-z_]+):")
_EDITS = re.compile(r"(?<!\\)~([0-9.]*)\Z")
_NUMBER = re.compile(r"[0-9]{1,3}")
_BOOST = re.compile(r"(?<!\\)\^[0-9.]+\Z")
_WILDCARD = re.compile(r"(?<!\\)(?:\*|(?<=\w)\?(?=\w))")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CURLY = str.maketrans("“”„‟", '""""')
_OPERATORS = {"AND": "and", "&&": "and", "OR": "or", "||": "or", "NOT": "not"}
_SIGNS = {"+": "plus", "-": "not", "!": "not"}
_OPERANDS = ("word", "phrase", "range", "open", "unclosed", "bracket")
_FAULTS = {
    "and": ("{} without a word before it", 'add the word, or write it in "quotes"'),
    "or": ("{} without a word before it", 'add the word, or write it in "quotes"'),
    "shut": ("a closing parenthesis with nothing to close", "remove it, or add words and ( before it"),
    "unclosed": ("a quotation mark is not closed", 'end the phrase with ", or remove the mark'),
    "bracket": ("a bracket outside a range", "write a range as published:[2001-11-01 TO 2001-11-30]"),
}


def parse(text: str, fields: Mapping[str, FieldKind] = ARTICLE_FIELDS) -> Node:
    """Read a query; blank text and a lone `*` are everything. Raises QuerySyntaxError."""
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(
            "the query is too long", column=MAX_LENGTH + 1, hint=f"use up to {MAX_LENGTH} characters"
        )
    tokens = _tokens(text.translate(_CURLY))
    if not tokens:
        return MatchAll()
    parser = _Parser(tokens, fields, end=len(text) + 1)
    node = parser.either()
    if parser.next is not None:
        parser.fail(_FAULTS["shut"][0], parser.next, _FAULTS["shut"][1])
    return node


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # every character begins one of the alternatives
            raise AssertionError(f"no token at {at}")
        kind, column, at = str(match.lastgroup), at + 1, match.end()
        if kind == "word":
            tokens += _word_tokens(match[0], column, glued=at < len(text) and not text[at].isspace())
        elif kind != "space":
            tokens.append(_Token(kind, match[0], column))
    return tokens


def _word_tokens(word: str, column: int, *, glued: bool) -> list[_Token]:
    """Signs and fields are written against what they govern: `-title:foo` is three tokens; a dash alone is a word."""
    if word in _OPERATORS:
        return [_Token(_OPERATORS[word], word, column)]
    tokens = []
    if word[0] in _SIGNS and (glued or len(word) > 1):
        tokens.append(_Token(_SIGNS[word[0]], word[0], column))
        word, column = word[1:], column + 1
    if field := _FIELD.match(word):
        tokens.append(_Token("field", field[1], column))
        word, column = word[field.end() :], column + field.end()
    if word:
        tokens.append(_Token("word", word, column))
    return tokens


class _Parser:
    """Recursive descent, one method a rule; `_field` is the field whose clause is being read."""

    def __init__(self, tokens: list[_Token], fields: Mapping[str, FieldKind], *, end: int) -> None:
        self._tokens = tokens
        self._fields = fields
        self._end = end
        self._at = 0
        self._depth = 0
        self._patterns = 0
        self._field: str | None = None

    @property
    def next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def fail(self, problem: str, token: _Token | None, hint: str) -> NoReturn:
        raise QuerySyntaxError(problem, column=token.column if token else self._end, hint=hint)

    def either(self) -> Node:
        nodes = [self._all()]
        while self.next and self.next.kind == "or":
            self._operator()
            nodes.append(self._all())
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _all(self) -> Node:
        nodes = [self._clause()]
        while self.next and self.next.kind not in ("or", "shut"):
            if self.next.kind == "and":
                self._operator()
            nodes.append(self._clause())
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _operator(self) -> None:
        """Take an operator or a sign; something it governs has to follow."""
        operator = self._take()
        if self.next is None or self.next.kind in ("and", "or", "shut"):
            self.fail(f"{operator.text} without a word after it", operator, 'add the word, or write it in "quotes"')

    def _clause(self) -> Node:
        negative = False
        while self.next and self.next.kind in ("not", "plus"):
            negative ^= self.next.kind == "not"
            self._operator()
        node = self._positive()
        return Not(node) if negative else node

    def _positive(self) -> Node:
        token = self.next
        if token is None:
            self.fail("the query ends too soon", None, "add a word")
        if token.kind == "field":
            return self._in_field()
        if token.kind == "open":
            return self._group()
        if token.kind in _FAULTS:
            problem, hint = _FAULTS[token.kind]
            self.fail(problem.format(token.text), token, hint)
        self._at += 1
        kind = self._fields[self._field] if self._field else "words"
        if kind == "date":
            return self._dates(token)
        if token.kind == "range":
            self.fail("a range without a date field", token, "write published:[2001-11-01 TO 2001-11-30]")
        return self._phrase(token) if token.kind == "phrase" else self._word(token, keyword=kind == "keyword")

    def _in_field(self) -> Node:
        token = self._take()
        if token.text not in self._fields:
            known = ", ".join(self._fields)
            self.fail(f"unknown field {token.text!r}", token, f'known: {known}; write text with a colon in "quotes"')
        if self._field:
            self.fail("a field inside a field", token, "name one field for each word or group")
        if self.next is None or self.next.kind not in _OPERANDS:
            self.fail(f"nothing after {token.text}:", token, f"write {token.text}:word")
        self._field = token.text
        node = self._positive()
        self._field = None
        return Field(token.text, node)

    def _group(self) -> Node:
        token = self._take()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.fail("groups go too deep", token, f"use up to {MAX_DEPTH} levels of parentheses")
        node = self.either() if self.next else MatchAll()
        if self.next is None:
            self.fail("a parenthesis is not closed", token, "add ) where the group ends")
        self._at += 1
        self._depth -= 1
        return node

    def _phrase(self, token: _Token) -> Node:
        words, _, slop = token.text[1:].rpartition('"')
        if not words.strip():
            self.fail("an empty phrase", token, "put words between the quotation marks")
        number = int(slop[1:]) if _NUMBER.fullmatch(slop[1:]) else -1
        if slop and not 0 <= number <= MAX_SLOP:
            hint = f'write how many moves, 0 to {MAX_SLOP}: "a b"~5'
            self.fail("a phrase's ~ without a whole number", token, hint)
        return Phrase(_unescaped(words), number if slop else 0)

    def _word(self, token: _Token, *, keyword: bool) -> Node:
        text = token.text
        if keyword:
            return Term(_unescaped(text))
        if text == "*" and not self._field:
            return MatchAll()
        if edits := _EDITS.search(text):
            return self._fuzzy(token, text[: edits.start()], edits[1])
        if boost := _BOOST.search(text):
            self.fail("weights are not supported", token, f"remove {boost[0]}")
        stem = text[:-1] if text.endswith("*") and not text.endswith("\\*") else text
        if wildcard := _WILDCARD.search(stem):
            at = token._replace(column=token.column + wildcard.start())
            self.fail("a wildcard inside a word", at, 'a star goes at the end, as in govern*; or use "quotes"')
        if stem == text:
            return Term(_unescaped(text))
        if not stem:
            self.fail("a star without letters before it", token, "write how the word starts, as in govern*")
        return self._pattern(token, Prefix(_unescaped(stem)))

    def _pattern(self, token: _Token, node: Node) -> Node:
        self._patterns += 1
        if self._patterns > MAX_PATTERNS:
            self.fail("too many words with * or ~", token, f"use up to {MAX_PATTERNS} of them")
        return node

    def _fuzzy(self, token: _Token, word: str, edits: str) -> Node:
        number = int(edits) if _NUMBER.fullmatch(edits) else MAX_EDITS
        if not word or number > MAX_EDITS or (edits and not _NUMBER.fullmatch(edits)):
            self.fail("a ~ that says nothing", token, "write how many letters may differ, up to 2: govenment~1")
        return self._pattern(token, Fuzzy(_unescaped(word), number)) if number else Term(_unescaped(word))

    def _dates(self, token: _Token) -> Node:
        if token.kind != "range":
            return DateRange(*self._period(token, token.text.strip('"')))
        bounds = token.text[1:-1].split()
        if len(bounds) != 3 or bounds[1] != "TO":
            self.fail("a range that is not one", token, "write [2001-11-01 TO 2001-11-30], with * for an open end")
        first, after_first = self._period(token, bounds[0])
        before_last, last = self._period(token, bounds[2])
        if token.text[0] == "{" and after_first:
            first = self._moved(token, after_first, 1)
        if token.text[-1] == "}" and before_last:
            last = self._moved(token, before_last, -1)
        return DateRange(first, last)

    def _period(self, token: _Token, text: str) -> tuple[date | None, date | None]:
        """The first and last day of a year, a month or a day; of `*`, none."""
        if text == "*":
            return None, None
        if match := _DATE.fullmatch(text):
            year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
            last_month = month if match[2] else 12
            with suppress(ValueError):  # no such month or day
                last_day = day if match[3] else monthrange(year, last_month)[1]
                return date(year, month, day), date(year, last_month, last_day)
        return self.fail(f"{text!r} is not a date", token, "write 2001-11-23, 2001-11 or 2001")

    def _moved(self, token: _Token, day: date, days: int) -> date:
        try:
            return day + timedelta(days=days)
        except OverflowError:
            self.fail(f"there is no day beyond {day}", token, "use [ and ] here")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
