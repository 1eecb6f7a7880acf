"""The model answers as py3langid does, though it reads all places of a text at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from wiredesk_ingest.language_model import CONTEXT_BYTES, LanguageModel

STOCK = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
MODEL = LanguageModel.from_model_file(MODEL_FILE, norm_probs=True)

TEXTS = (
    "The harbour barrier was closed for the first time on Tuesday night, the ministry said.",
    "Die Sperre im Hafen wurde in der Nacht zum Dienstag zum ersten Mal geschlossen.",
    "Порт закрыли в ночь на вторник впервые, сообщили в министерстве.",
    "港の防壁は火曜日の夜に初めて閉鎖されたと当局は発表した。",
    "أغلق حاجز الميناء للمرة الأولى ليلة الثلاثاء",
    "THE HARBOUR WAS CLOSED",
    "12 345, 67.8 %",
    "x",
    "",
)


def _assert_same(text: str) -> None:
    stock, model = STOCK.rank(text), MODEL.rank(text)
    assert dict(model) == pytest.approx(dict(stock), rel=1e-4, abs=1e-6)
    assert MODEL.classify(text) == (model[0][0], model[0][1])


@pytest.mark.parametrize("text", TEXTS)
def test_probabilities_are_those_of_py3langid(text: str) -> None:
    _assert_same(text)
    assert MODEL.classify(text)[0] == STOCK.classify(text)[0]


@given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(" ".join(TEXTS).split())).map(" ".join)))
def test_probabilities_are_those_of_py3langid_for_any_text(text: str) -> None:
    _assert_same(text)


def test_the_automaton_forgets_what_lies_further_back_than_a_feature_is_long() -> None:
    """States that any six bytes lead to one state are found backwards: first those of one row, then those whose rows

    lead to such, and so on. After as many steps as bytes all states are one.
    """
    rows = np.asarray(STOCK.tk_nextmove).reshape(-1, 256)
    row_of_state = np.asarray(STOCK.tk_row)
    weights = np.random.default_rng(1).integers(1, 1 << 62, 256, dtype=np.uint64)
    kind_of_state = row_of_state
    for _ in range(CONTEXT_BYTES - 1):
        marks = (kind_of_state.astype(np.uint64)[rows] * weights).sum(axis=1)
        kind_of_row = np.unique(marks, return_inverse=True)[1]
        kind_of_state = kind_of_row[row_of_state]
    assert set(kind_of_state.tolist()) == {0}
