"""The engine's answers are spaCy's: tags, heads, labels, sentences and names, on texts of every kind."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from wiredesk_extraction.segments import paragraphs

from .conftest import Read

ROOT = Path(__file__).resolve().parents[4]
ARTICLES = sorted((ROOT / "tests/eval/articles").rglob("*.txt")) + sorted((ROOT / "seeds").glob("*.txt"))

MARKS = ("\n", "  ", ". ", ", ", " “", "” ", " — ", "… ", "'s ", "n't ", " (", ") ", "; ", "$", "%", "-", "\u00a0")
WORDS = """
    the of Ada Holm said Oslo Bergen on Monday 1,200 ferries will not that Ferry Lines Ltd. who which told him her it to
    and or but is was has been because if when U.S. Mr. Jones President minister, 3 May 2024 £4m EU NATO ’ " ( ) ; : ! ?
"""


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_on_articles(path: Path, by_engine: Read, by_spacy: Read) -> None:
    text = path.read_text(encoding="utf-8")
    lines = [text[start:end] for start, end in paragraphs(text)]
    if lines:
        assert by_engine(lines) == by_spacy(lines)


def test_on_words_of_the_vocabulary_in_any_order(nlp: Language, by_engine: Read, by_spacy: Read) -> None:
    rng = random.Random(11)
    known = sorted({text for key in nlp.vocab.vectors if len(text := nlp.vocab.strings[key]) < 30})[::97]
    texts = [" ".join(rng.choices(known, k=rng.randint(1, 60))) for _ in range(60)]
    assert by_engine(texts) == by_spacy(texts)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()) | st.sampled_from(MARKS) | st.text(max_size=6), min_size=1, max_size=60))
def test_on_any_text(by_engine: Read, by_spacy: Read, parts: list[str]) -> None:
    text = " ".join(parts)
    if text.strip():
        assert by_engine([text]) == by_spacy([text])


def test_on_one_token_and_on_white_space_alone(by_engine: Read, by_spacy: Read) -> None:
    texts = ["Oslo", "   ", ".", "\n\n", "a"]
    assert by_engine(texts) == by_spacy(texts)


def test_on_a_sentence_of_four_thousand_characters(by_engine: Read, by_spacy: Read) -> None:
    texts = [("and then Ada Holm of Oslo said to the minister that " * 80)[:4000]]
    assert by_engine(texts) == by_spacy(texts)


def test_on_crossing_arcs(by_engine: Read, by_spacy: Read) -> None:
    """Sentences whose arcs the parser labels with two labels, which are then moved."""
    texts = [
        "A hearing is scheduled on the issue today, which the court did not expect.",
        "What did the minister say that the ferry company had promised to do about it?",
        "A report was published on Monday of the three fires that Ada Holm had warned about.",
        "Which of the two ships did the owner say that he believed the harbour would close for?",
    ]
    assert by_engine(texts) == by_spacy(texts)
    assert any(heads_cross(found["heads"]) for found in by_engine(texts))


def heads_cross(heads: object) -> bool:
    assert isinstance(heads, list)
    arcs = [tuple(sorted(arc)) for arc in enumerate(heads) if arc[0] != arc[1]]
    return any(a < c < b < d for a, b in arcs for c, d in arcs)


def test_documents_do_not_see_each_other(by_engine: Read) -> None:
    texts = ["Ada Holm left Oslo.", "“We sail on Monday,” said Jon Berg, who owns the line.", "It rained in Bergen."]
    assert by_engine(texts) == [found for text in texts for found in by_engine([text])]
