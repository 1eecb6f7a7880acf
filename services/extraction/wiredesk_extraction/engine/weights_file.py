"""Weights in a file that processes map into memory, so that they start without spaCy and share the pages."""

import json
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from wiredesk_extraction.columns_file import read_columns, write_columns
from wiredesk_extraction.engine.lexicon import Lexicon
from wiredesk_extraction.engine.primer import Primer
from wiredesk_extraction.engine.tokeniser import Rules
from wiredesk_extraction.engine.weights import Embedding, Encoder, Layer, Tagger, Transitions, Weights

__all__ = ["read_weights", "write_weights"]

COMPILED = Path(__file__).with_name("weights.compiled")
"""The weights of one pipeline; only taken for that pipeline."""

_FORMAT = 3
"""To be raised when the classes of `weights.py` change, or what they hold."""

_OBJECTS = "objects"
_CLASSES = {
    each.__name__: each for each in (Weights, Rules, Lexicon, Encoder, Embedding, Layer, Tagger, Transitions, Primer)
}

_ELSEWHERE = ("vectors", "key2row", "strings.json")
"""Files of the vocabulary that weights are not made of."""


def read_weights(pipeline: Path, path: Path = COMPILED) -> Weights | None:
    """The compiled weights of the pipeline in that folder; None when there are none, or those of another."""
    try:
        columns = read_columns(path, _source(pipeline))
    except OSError:
        return None
    if columns is None:
        return None
    weights = _unpacked(json.loads(bytes(columns[_OBJECTS])), columns)
    assert isinstance(weights, Weights)  # noqa: S101 - the source names the format
    return weights


def write_weights(pipeline: Path, weights: Weights, path: Path = COMPILED) -> None:
    """Write the file that `read_weights` reads those of this pipeline from. Raises OSError."""
    columns: dict[str, memoryview] = {}
    objects = json.dumps(_packed(weights, columns)).encode()
    write_columns(path, _source(pipeline), {_OBJECTS: memoryview(objects), **columns})


def _packed(value: Any, columns: dict[str, memoryview]) -> Any:
    """A tree that JSON can hold; its arrays go to `columns`."""
    if isinstance(value, np.ndarray):
        name = str(len(columns))
        columns[name] = np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
        return {"array": name, "dtype": value.dtype.str, "shape": value.shape}
    if is_dataclass(value):
        parts = {field.name: _packed(getattr(value, field.name), columns) for field in fields(value)}
        return {"class": type(value).__name__, "parts": parts}
    if isinstance(value, dict):
        return {"items": {key: _packed(each, columns) for key, each in value.items()}}
    if isinstance(value, tuple):
        return [_packed(each, columns) for each in value]
    return value


def _unpacked(value: Any, columns: dict[str, Any]) -> Any:
    """What was packed; arrays lie where the columns do."""
    match value:
        case list():
            return tuple([_unpacked(each, columns) for each in value])
        case {"array": name, "dtype": dtype, "shape": shape}:
            return np.frombuffer(columns[name], dtype=dtype).reshape(shape)
        case {"class": name, "parts": parts}:
            return _CLASSES[name](**{key: _unpacked(each, columns) for key, each in parts.items()})
        case {"items": items}:
            return {key: _unpacked(each, columns) for key, each in items.items()}
    return value


def _source(pipeline: Path) -> str:
    """What the weights are made of, and by what."""
    digest = blake2b(digest_size=16)
    for path in sorted(pipeline.rglob("*")):
        if path.is_file() and path.name not in _ELSEWHERE:
            digest.update(path.read_bytes())
    return f"weights {_FORMAT}, spaCy {version('spacy')}, numpy {np.__version__}, {digest.hexdigest()}"
