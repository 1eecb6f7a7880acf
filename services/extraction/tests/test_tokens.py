"""The tokeniser remembers what recurs, within bounds, and what it remembers changes nothing."""

from collections.abc import Iterator

import pytest
import spacy
from wiredesk_extraction.tokens import Tokeniser

TEXT = "The ferry to Bergen sails on Monday (said Ada Holm, who owns it)."


@pytest.fixture
def tokeniser() -> Iterator[Tokeniser]:
    return Tokeniser(spacy.blank("en"), remembered=50)


def words(tokeniser: Tokeniser, text: str) -> list[str]:
    with tokeniser.article(text):
        return [token.text for doc in tokeniser.cut([text]) for token in doc]


def in_vocabulary(tokeniser: Tokeniser, word: str) -> bool:
    return word in tokeniser._nlp.vocab


def test_a_word_of_three_articles_is_remembered_and_one_of_two_is_not(tokeniser: Tokeniser) -> None:
    words(tokeniser, "Bergen Hamar")
    words(tokeniser, "Bergen Bergen")
    assert not in_vocabulary(tokeniser, "Bergen")
    words(tokeniser, "Bergen Hamar")
    assert in_vocabulary(tokeniser, "Bergen")
    assert not in_vocabulary(tokeniser, "Hamar")


def test_what_is_remembered_is_cut_as_before(tokeniser: Tokeniser) -> None:
    found = [words(tokeniser, TEXT) for _ in range(6)]
    assert found == found[:1] * 6
    assert found[0][-7:] == ["Holm", ",", "who", "owns", "it", ")", "."]


def test_no_more_is_remembered_than_allowed(tokeniser: Tokeniser) -> None:
    for start in range(0, 400, 20):
        text = " ".join(f"word{number}" for number in range(start, start + 20))
        for _ in range(3):
            words(tokeniser, text)
    assert sum(in_vocabulary(tokeniser, f"word{number}") for number in range(400)) == 50


def test_blobs_are_never_remembered(tokeniser: Tokeniser) -> None:
    blob = "x" * 60
    for _ in range(5):
        words(tokeniser, blob)
    assert not in_vocabulary(tokeniser, blob)


def test_only_the_features_that_are_looked_at_are_found(tokeniser: Tokeniser) -> None:
    tokeniser.keep_only({"NORM", "SHAPE"})
    with tokeniser.article("Sails 300"):
        [doc] = tokeniser.cut(["Sails 300"])
        assert [token.norm_ for token in doc] == ["sails", "300"]
        assert [token.shape_ for token in doc] == ["Xxxxx", "ddd"]
        assert not doc[1].like_num
