"""What the rules for speakers look at: the parsed article with its quotations and who owns which words."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from wiredesk_extraction.datelines import dateline_tokens
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.phrases import left_edge
from wiredesk_extraction.quotation_marks import Quotation
from wiredesk_extraction.reporting import REPORTING

__all__ = ["OUTSIDE", "Phrase", "Scene"]

OUTSIDE = -1
_MIN_TITLE_WORDS = 2
_MAX_TITLE_TOKENS = 10
_SMALL = "a an the of in on at to for and or but with from by as is"
_SMALL_WORDS = frozenset(_SMALL.split())
_SENTENCE_FINAL = frozenset({".", "?", "!", "…", ";"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens `first..last`, the noun or pronoun `head` among them, and the number of the entity they name, if known.

    `antecedent`: what a relative pronoun stands for ("the minister" in "the minister, who said").
    """

    first: int
    last: int
    head: int
    entity: int | None = None
    antecedent: "Phrase | None" = None


@dataclass(frozen=True)
class Scene:
    """`owner`: token -> number of the entity whose name or description it belongs to. `mention_of`: its mention.

    `people`: numbers of the entities that are persons; `named`: tokens of names, as against descriptions.
    """

    parse: Parse
    quotations: Sequence[Quotation]
    owner: Mapping[int, int]
    mention_of: Mapping[int, tuple[int, int]]
    people: frozenset[int]
    named: frozenset[int]

    @cached_property
    def quotation_of(self) -> tuple[int, ...]:
        """For each token the quotation it stands in, marks included, or OUTSIDE."""
        column = [OUTSIDE] * len(self.parse.words)
        end = 0
        for number, quotation in enumerate(self.quotations):
            first = bisect_right(self.parse.ends, quotation.outer_start, end)
            end = bisect_left(self.parse.starts, quotation.outer_end, first)
            column[first:end] = [number] * (end - first)
        return tuple(column)

    @cached_property
    def datelines(self) -> frozenset[int]:
        """The tokens of datelines."""
        return dateline_tokens(self.parse)

    def is_nickname(self, number: int) -> bool:
        """Whether a quotation is one or two capitalised words inside a name: Beauregard "Bud" Torres."""
        bounds = self.tokens_of[number]
        if bounds is None or bounds[1] - bounds[0] > 3 or bounds[0] == 0 or bounds[1] + 1 >= len(self.parse.words):
            return False
        inside = self.parse.words[bounds[0] + 1]
        around = (bounds[0] - 1, bounds[1] + 1)
        return inside[:1].isupper() and all(
            self.parse.tags[t].startswith("NNP") and self.parse.words[t][:1].isupper() for t in around
        )

    def is_title(self, number: int) -> bool:
        """Whether a quotation is a title in the midst of a sentence: She saw "The Long Way" twice.

        Every word but the small ones has a capital, no mark ends it, and no verb of saying stands before it.
        """
        bounds = self.tokens_of[number]
        if bounds is None or bounds[0] == 0 or bounds[1] - bounds[0] > _MAX_TITLE_TOKENS:
            return False
        words = [w for w in self.parse.words[bounds[0] + 1 : bounds[1]] if w[:1].isalpha()]
        content = [word for word in words if word.lower() not in _SMALL_WORDS]
        before = bounds[0] - 1
        return (
            len(content) >= _MIN_TITLE_WORDS
            and words[0][:1].isupper()
            and all(word[:1].isupper() for word in content)
            and self.parse.words[bounds[1] - 1][-1:].isalnum()
            and self.parse.sentence_of[before] == self.parse.sentence_of[bounds[0]]
            and self.parse.words[before][-1:].isalnum()
            and self.parse.lower[before] not in REPORTING
        )

    @cached_property
    def name_words(self) -> frozenset[str]:
        """The capitalised words of names: taggers miss a name that is a word as well where it heads a sentence."""
        return frozenset(self.parse.words[t] for t in self.named if self.parse.words[t][:1].isupper())

    @cached_property
    def tokens_of(self) -> tuple[tuple[int, int] | None, ...]:
        """First and last token of each quotation, marks included; None where nothing of it was parsed."""
        bounds: list[tuple[int, int] | None] = [None] * len(self.quotations)
        for token in [token for token, number in enumerate(self.quotation_of) if number != OUTSIDE]:
            number = self.quotation_of[token]
            known = bounds[number]
            bounds[number] = (known[0], token) if known else (token, token)
        return tuple(bounds)

    def outside(self, token: int) -> bool:
        """Whether a token is the narrator's."""
        return self.quotation_of[token] == OUTSIDE

    def before(self, token: int) -> Iterator[int]:
        """The narrator's tokens before `token`, nearest first, to a sentence end, quotation or paragraph start."""
        return self._narrated(token, range(token - 1, -1, -1))

    def after(self, token: int) -> Iterator[int]:
        """The narrator's tokens after `token`, to a sentence end, quotation or paragraph end."""
        return self._narrated(token, range(token + 1, len(self.parse.words)))

    def _narrated(self, token: int, tokens: Iterable[int]) -> Iterator[int]:
        """The narrator's first ones of `tokens` in the sentence and paragraph of `token`."""
        words, paragraph_of, quotation_of = self.parse.words, self.parse.paragraph_of, self.quotation_of
        paragraph = paragraph_of[token]
        for at in tokens:
            if quotation_of[at] != OUTSIDE or paragraph_of[at] != paragraph or words[at] in _SENTENCE_FINAL:
                return
            yield at

    def phrase(self, head: int) -> Phrase:
        """The noun phrase of `head`: the mention it belongs to, or one it is in apposition with, else its words."""
        owned = [token for token in (head, *self._appositions(head)) if token in self.owner]
        for token in sorted(owned, key=lambda token: token not in self.named):
            first, last = self.mention_of[token]
            return Phrase(first, last, token, self.owner[token])
        first = left_edge(self.parse, head) if self.parse.tags[head].startswith("NN") else head
        return Phrase(first, head, head)

    def _appositions(self, head: int) -> Iterator[int]:
        """People named right beside a noun: "the Minister, Mr Ivanov"."""
        parse = self.parse
        for child in parse.children[head]:
            if parse.deps[child] == "appos" and self.owner.get(child) in self.people:
                yield child
        if head + 2 < len(parse.words) and parse.words[head + 1] == ",":
            yield from (t for t in (head + 2,) if self.owner.get(t) in self.people and self.mention_of[t][0] == t)
