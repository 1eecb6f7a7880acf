"""The tokeniser cuts as spaCy's does, and its features of words are spaCy's."""

import numpy as np
import pytest
from spacy.language import Language
from wiredesk_extraction.engine.lexicon import FEATURES, shape_of
from wiredesk_extraction.engine.tokeniser import Rules, Tokeniser, special_patterns
from wiredesk_extraction.engine.weights import Weights

SEARCHES = {
    "prefix_search": (r"^[(<]", 0, "search"),
    "suffix_search": (r"[).>]$", 0, "search"),
    "infix_finditer": (r"-", 0, "finditer"),
}


def words(tokeniser: Tokeniser, text: str) -> list[str]:
    tokens = tokeniser.cut([text])
    spans = zip(tokens.starts.tolist(), (tokens.starts + tokens.lengths).tolist(), strict=True)
    return [text[start:end] for start, end in spans]


def of_rules(*specials: str) -> Tokeniser:
    """Special cases of one token, and of two where a + parts them."""
    parts = {special.replace("+", ""): tuple((part, 0) for part in special.split("+")) for special in specials}
    rules = Rules(SEARCHES, parts)
    return Tokeniser(Rules(SEARCHES, parts, special_patterns(rules)))


def test_affixes_come_off_and_what_is_left_is_cut_at_infixes() -> None:
    assert words(of_rules(), "(north-west).") == ["(", "north", "-", "west", ")", "."]


def test_a_special_case_is_cut_as_it_says_also_between_affixes() -> None:
    assert words(of_rules("can+not", "a.m."), "(cannot) at a.m. (a.m.)") == [
        *("(", "can", "not", ")", "at", "a.m.", "(", "a.m.", ")"),
    ]


def test_a_special_case_with_affixes_is_found_across_infixes() -> None:
    assert words(of_rules("Lt."), "x-Lt. y") == ["x", "-", "Lt.", "y"]


def test_tokens_of_a_special_case_with_a_space_between_are_none() -> None:
    assert words(of_rules("Lt."), "x-Lt .") == ["x", "-", "Lt", "."]


def test_of_special_cases_that_overlap_the_longest_is_taken() -> None:
    assert words(of_rules("-)", "Lt-)"), "x-Lt-)") == ["x", "-", "Lt-)"]


def test_white_space_beyond_a_single_space_is_a_token() -> None:
    tokens = of_rules().cut([" a  b\n c "])
    assert tokens.lengths.tolist() == [1, 1, 1, 1, 2, 1]
    assert tokens.spaced.tolist() == [0, 1, 0, 0, 0, 1]
    assert tokens.starts.tolist() == [0, 1, 3, 4, 5, 7]


def test_documents_are_counted_from_their_own_start() -> None:
    tokens = of_rules().cut(["a b", "cd (e)"])
    assert tokens.offsets.tolist() == [0, 2, 6]
    assert tokens.starts.tolist() == [0, 2, 0, 3, 4, 5]


def test_what_is_remembered_is_cut_as_before() -> None:
    tokeniser = of_rules("can+not")
    text = "The ferry (cannot) sail north-west."
    found = words(tokeniser, text)
    assert [words(tokeniser, text) for _ in range(3)] == [found] * 3
    tokeniser.forget()
    assert words(tokeniser, text) == found


@pytest.mark.parametrize(
    ("word", "shape"),
    [("Oslo", "Xxxx"), ("Christiania", "Xxxxx"), ("3,000", "d,ddd"), ("--------", "----"), ("ß中", "xx")],
)
def test_the_shape_of_a_word_shortens_runs(word: str, shape: str) -> None:
    assert shape_of(word) == shape


def test_features_of_words_are_those_of_spacy(nlp: Language, weights: Weights) -> None:
    """Among them words that spaCy has reserved numbers for, norms of its own, and lengths around the hash's blocks."""
    known = "mark case root NOUN € £ ‘ … colour realise Ünïcödé 中文 \u00a0 x xx " + " ".join(
        "abcdefghijklmnopq"[:n] for n in range(1, 18)
    )
    found = [*known.split(" "), "\n", "x" * 99, "x" * 100]
    ours = weights.lexicon.features(found)
    doc = [nlp.vocab[word] for word in found]
    theirs = [
        [lexeme.orth, lexeme.norm, lexeme.prefix, lexeme.suffix, lexeme.shape, int(lexeme.is_space)] for lexeme in doc
    ]
    assert FEATURES == ("ORTH", "NORM", "PREFIX", "SUFFIX", "SHAPE", "IS_SPACE")
    np.testing.assert_array_equal(ours, np.array(theirs, dtype=np.uint64))
