"""What may become a name: stretches of tokens with a type and who found them, and how names look in an article."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from wiredesk_extraction.name_types import LABELS
from wiredesk_extraction.parse import Parse

__all__ = ["Candidate", "Casing", "beside", "candidates_of", "is_acronym", "is_camel"]

_MAX_ACRONYM_CHARS = 8
_MIN_CAMEL_CHARS = 3
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """Tokens `first..last`, what they name, and the rule of ours that found them (empty: the pipeline)."""

    first: int
    last: int
    type: str
    rule: str = ""


def candidates_of(parse: Parse) -> list[Candidate]:
    """The names as the pipeline found them, without figures and times."""
    return [Candidate(raw.first, raw.last, LABELS[raw.label]) for raw in parse.names if raw.label in LABELS]


def beside(parse: Parse, one: int, other: int) -> bool:
    """Whether only a space stands between two neighbouring tokens of one sentence."""
    between = parse.text[parse.ends[one] : parse.starts[other]]
    return between in {"", " ", "\u00a0"} and parse.sentence_of[one] == parse.sentence_of[other]


def is_acronym(word: str) -> bool:
    """Capitals, perhaps with figures, dots or a small letter or two among them ("NATO", "T1D", "MoD")."""
    bare = word.replace(".", "").replace("&", "")
    if not 2 <= len(bare) <= _MAX_ACRONYM_CHARS or not bare.isalnum() or not bare[0].isalpha():
        return False
    capitals = sum(c.isupper() for c in bare)
    return capitals >= 2 and capitals + sum(c.isdigit() for c in bare) > len(bare) * _MOSTLY


def is_camel(word: str) -> bool:
    """Capitals and small letters mixed as only names are ("iPad", "StreamHub", "NBCgo")."""
    if len(word) < _MIN_CAMEL_CHARS or not word.isalnum() or word.isupper() or word[1:].islower():
        return False
    if word[-1] == "s" and word[:-1].isupper():
        return False  # a plural: "MPs"
    return any(a.islower() and b.isupper() for a, b in pairwise(word)) or (word[:2].isupper() and word[-1].islower())


@dataclass(frozen=True)
class Casing:
    """How an article uses capitals: in headlines and shouting they tell nothing."""

    parse: Parse

    @cached_property
    def plain(self) -> tuple[bool, ...]:
        """For each sentence, whether most of its words are in lower case, so that a capital marks a name."""
        found = []
        initials = [word[:1] for word in self.parse.words]
        for first, last in self.parse.sentences:
            letters = list(filter(str.isalpha, initials[first : last + 1]))
            found.append(sum(map(str.islower, letters)) > len(letters) * _MOSTLY)
        return tuple(found)

    @cached_property
    def common(self) -> frozenset[str]:
        """Words that the article also writes in lower case, and so are no names by themselves."""
        return frozenset(filter(str.islower, self.parse.words))

    @cached_property
    def proper(self) -> Mapping[int, str]:
        """The tokens, in order, that are tagged as proper nouns and have a capital, in sentences where that means
        something, with their words.
        """
        parse = self.parse
        return {
            token: word
            for token, word in enumerate(parse.words)
            if not word.islower()
            and word[:1].isalpha()
            and self.plain[parse.sentence_of[token]]
            and (parse.proper[token] or is_camel(word))
        }

    def opens(self, token: int) -> bool:
        """Whether a token begins a sentence or what is quoted, where any word has a capital."""
        parse = self.parse
        if parse.sentences[parse.sentence_of[token]][0] == token:
            return True
        return not parse.words[token - 1][-1:].isalnum() and parse.words[token - 1] not in {
            ",",
            ")",
            "-",
            "&",
            "/",
            ".",
        }
