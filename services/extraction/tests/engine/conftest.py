"""A pipeline with spaCy's own components beside the engine over the same weights."""

import functools
from collections.abc import Callable
from itertools import pairwise

import pytest
from spacy.language import Language
from wiredesk_extraction.engine import Analysis, Engine
from wiredesk_extraction.engine.from_spacy import vectors_of, weights_of
from wiredesk_extraction.engine.weights import Weights
from wiredesk_extraction.pipeline import load_pipeline
from wiredesk_extraction.settings import DEFAULT_MODEL
from wiredesk_extraction.stock import Stock


@pytest.fixture(scope="session")
def nlp() -> Language:
    return load_pipeline(DEFAULT_MODEL)


@pytest.fixture(scope="session")
def weights(nlp: Language) -> Weights:
    return weights_of(nlp)


@pytest.fixture(scope="session")
def engine(nlp: Language, weights: Weights) -> Engine:
    return Engine(weights, vectors_of(nlp))


@pytest.fixture(scope="session")
def stock(nlp: Language) -> Stock:
    return Stock(nlp)


Read = Callable[[list[str]], list[dict[str, object]]]


def _columns(reader: Engine | Stock, texts: list[str]) -> list[dict[str, object]]:
    """What was found in each text, columns by name."""
    found: Analysis = reader.read(texts)
    return [
        {
            "starts": found.starts[first:end].tolist(),
            "lengths": found.lengths[first:end].tolist(),
            "space": found.space[first:end].tolist(),
            "tags": found.tags[first:end],
            "heads": found.heads[first:end].tolist(),
            "deps": found.deps[first:end],
            "sentences": found.sentence_start[first:end].tolist(),
            "names": [(a - first, b - first, label) for a, b, label in found.names if first <= a < end],
        }
        for first, end in pairwise(found.offsets.tolist())
    ]


@pytest.fixture(scope="session")
def by_engine(engine: Engine) -> Read:
    return functools.partial(_columns, engine)


@pytest.fixture(scope="session")
def by_spacy(stock: Stock) -> Read:
    return functools.partial(_columns, stock)
