"""Loads a spaCy pipeline by name or path, and keeps of it what the facts need."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from wiredesk.errors import UsageError

if TYPE_CHECKING:
    from spacy.language import Language

    from wiredesk_extraction.reader import Reader

__all__ = ["is_installed", "load_pipeline", "load_reader", "pipeline_folder"]

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

_NOT_NEEDED = ("lemmatizer", "attribute_ruler", "senter")
"""Components whose output no rule reads: a third of the time of an English pipeline."""

_RANK_WORDS = """
    Brig. Lt. Col. Maj. Capt. Sgt. Cpl. Pvt. Pfc. Cmdr. Cdr. Supt. Insp. Det. Sens. Reps. Govs. Gens. Messrs. Hon.
"""
_RANKS = tuple(_RANK_WORDS.split())
"""Ranks and offices as American stylebooks shorten them."""


def is_installed(package: str) -> bool:
    """Whether a package of that name can be imported."""
    return importlib.util.find_spec(package) is not None


def load_reader(model: str, limit_chars: int, *, variable: str = "WIREDESK_MODEL", cure: str | None = None) -> "Reader":
    """Load a pipeline and what reads with it: the engine where it knows the pipeline, else spaCy itself.

    The compiled weights of the default pipeline need no spaCy at all. Raises UsageError as `load_pipeline` does.
    """
    from wiredesk_extraction.engine import Engine, UnknownArchitecture
    from wiredesk_extraction.engine.vectors import word_vectors
    from wiredesk_extraction.engine.weights_file import read_weights
    from wiredesk_extraction.reader import Reader

    folder = _find(model, variable, cure or _CURE)
    weights = read_weights(folder) if folder else None
    try:
        if folder and weights:
            return Reader(weights.meta, Engine(weights, word_vectors(folder)), limit_chars)
        from wiredesk_extraction.engine.from_spacy import vectors_of, weights_of

        nlp = load_pipeline(model, variable=variable, cure=cure, lean=True)
        weights = weights_of(nlp)
        return Reader(weights.meta, Engine(weights, vectors_of(nlp)), limit_chars)
    except (UnknownArchitecture, OSError) as reason:
        from wiredesk_extraction.stock import Stock

        _log.warning("pipeline.read_by_spacy", model=model, reason=str(reason), effect="several times slower")
        nlp = load_pipeline(model, variable=variable, cure=cure)
        return Reader({key: str(nlp.meta[key]) for key in ("lang", "name", "version")}, Stock(nlp), limit_chars)


def load_pipeline(
    model: str, *, variable: str = "WIREDESK_MODEL", cure: str | None = None, lean: bool = False
) -> "Language":
    """Load a spaCy pipeline: an installed package, a package that carries one in a folder, or a path.

    With `lean` without the texts of its vocabulary, and with its vectors mapped: enough for the engine, 200 MB less.
    Raises UsageError when it is not there or does not fit the installed spaCy: `variable` named it, `cure` helps.
    """
    import spacy

    cure = cure or _CURE
    path = _find(model, variable, cure)
    try:
        nlp = spacy.load(path or model, exclude=(*_NOT_NEEDED, "strings", "vectors") if lean else _NOT_NEEDED)
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise UsageError(f"{variable}: {model} cannot be loaded: {str(error)[:200]}; {cure}") from error
    if not nlp.pipe_names:
        raise UsageError(f"{variable}: the pipeline {model} has no components to find names with; {cure}")
    if lean:
        _map_vectors(nlp)
    _use_numpy_products(nlp)
    if nlp.lang == "en":
        _know_ranks(nlp)
    return nlp


def _map_vectors(nlp: "Language") -> None:
    from wiredesk_extraction.engine.vectors import word_vectors

    if vectors := word_vectors(nlp.path):
        nlp.vocab.vectors = vectors
    else:
        nlp.vocab.vectors.from_disk(nlp.path / "vocab", exclude=["strings"])


_CURE = (
    "install the default one with: pip install --no-deps --ignore-requires-python --require-hashes "
    "-r services/extraction/model.lock"
)


def pipeline_folder(model: str) -> Path | None:
    """The folder that an installed package carries a pipeline in; None when there is none."""
    try:
        return _find(model, "", "")
    except UsageError:
        return None


def _find(model: str, variable: str, cure: str) -> Path | None:
    """The folder of a pipeline: `model` itself, or the one inside a package of that name; None: leave it to spaCy."""
    if Path(model).is_dir():
        return Path(model)
    try:
        spec = importlib.util.find_spec(model.replace("-", "_")) if "/" not in model else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"{variable}: no spaCy pipeline {model} is installed; {cure}")
    folder = Path(next(iter(spec.submodule_search_locations)))
    return next((path.parent for path in sorted(folder.glob("*/config.cfg"))), None)


def _know_ranks(nlp: "Language") -> None:
    """Have the tokeniser keep the dot of abbreviated ranks, which would end a sentence: it knows Gen. but not Lt."""
    tokenizer: Any = nlp.tokenizer
    for rank in _RANKS:
        tokenizer.add_special_case(rank, [{"ORTH": rank}])


def _use_numpy_products(nlp: "Language") -> None:
    """Use numpy's OpenBLAS for matrix products: about twice as fast as thinc's BLIS at these sizes."""
    from thinc.api import NumpyOps

    ops = NumpyOps(use_blis=False)
    for _, component in nlp.pipeline:
        for node in getattr(getattr(component, "model", None), "walk", list)():
            node.ops = ops
