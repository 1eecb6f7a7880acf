"""A pipeline with spaCy's own components beside the engine over the same weights."""

import functools
from collections.abc import Callable

import pytest
from spacy.language import Language
from spacy.tokens import Doc
from wiredesk_extraction.engine import Analysis, Engine
from wiredesk_extraction.pipeline import load_pipeline
from wiredesk_extraction.settings import DEFAULT_MODEL
from wiredesk_extraction.stock import Stock


@pytest.fixture(scope="session")
def nlp() -> Language:
    return load_pipeline(DEFAULT_MODEL)


@pytest.fixture(scope="session")
def engine(nlp: Language) -> Engine:
    return Engine(nlp)


@pytest.fixture(scope="session")
def stock(nlp: Language) -> Stock:
    return Stock(nlp)


Read = Callable[[list[str]], list[dict[str, object]]]


def _columns(reader: Engine | Stock, nlp: Language, texts: list[str]) -> list[dict[str, object]]:
    """What was found in each text, columns by name."""
    docs: list[Doc] = [nlp.make_doc(text) for text in texts]
    found: Analysis = reader.read(docs)
    return [
        {
            "words": [token.text for token in doc],
            "tags": found.tags[first:end],
            "heads": found.heads[first:end].tolist(),
            "deps": found.deps[first:end],
            "sentences": found.sentence_start[first:end].tolist(),
            "names": [(a - first, b - first, label) for a, b, label in found.names if first <= a < end],
        }
        for doc, first, end in zip(docs, found.offsets[:-1].tolist(), found.offsets[1:].tolist(), strict=True)
    ]


@pytest.fixture(scope="session")
def by_engine(engine: Engine, nlp: Language) -> Read:
    return functools.partial(_columns, engine, nlp)


@pytest.fixture(scope="session")
def by_spacy(stock: Stock, nlp: Language) -> Read:
    return functools.partial(_columns, stock, nlp)
