"""Annotated articles from a folder of JSON lines: `TASK/input.jsonl[.gz]` beside `TASK/gold.jsonl` (or `gold.json`)."""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import EvalError

__all__ = ["Annotated", "load_folder", "words_of"]

_NOT_TEXT = re.compile(r"<(script|style)\b[^>]*>.*?</\1>|<[^>]*>", re.DOTALL)
_SUBMITTED = ("url", "title", "text", "html", "published_at")
_INPUTS = ("input.jsonl", "input.jsonl.gz")
_ONE_ARTICLE = "gold.json"


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article to submit and its gold annotation. `reference` is the text that annotation's offsets index.

    Without one, only body and publication date are annotated.
    """

    id: str
    submission: Mapping[str, Any]
    reference: str | None
    gold: Mapping[str, Any]

    @property
    def words(self) -> int:
        """Words between white space, of a page without its markup."""
        return words_of(self.submission)


def words_of(submission: Mapping[str, Any]) -> int:
    """Words of the text, or of the page without its tags."""
    return len((submission.get("text") or _NOT_TEXT.sub(" ", submission.get("html") or "")).split())


def load_folder(folder: Path) -> list[Annotated]:
    """What is annotated, in the order of the gold file.

    Raises EvalError when a file is missing or is not what it should be.
    """
    inputs = {str(row["id"]): row for row in _rows(_existing(folder, _INPUTS))}
    try:
        if (folder / _ONE_ARTICLE).is_file():
            return _variants(json.loads((folder / _ONE_ARTICLE).read_text()), inputs)
        return [_annotated(row, inputs) for row in _rows(_existing(folder, ("gold.jsonl", "gold.jsonl.gz")))]
    except KeyError as error:
        raise EvalError(f"{folder}: nothing of the name {error} where one is needed") from error
    except ValueError as error:
        raise EvalError(f"{folder}: {error}") from error


def _existing(folder: Path, names: Sequence[str]) -> Path:
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise EvalError(f"{folder} holds no {names[0]}")
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    try:
        lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode().split("\n")
        return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise EvalError(f"{path}: {error}") from error


def _annotated(gold: Mapping[str, Any], inputs: Mapping[str, Mapping[str, Any]]) -> Annotated:
    key = str(gold["id"])
    row = inputs[key]
    return Annotated(key, _submission(row), row.get("text"), gold)


def _submission(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _SUBMITTED if row.get(name) is not None}


def _variants(gold: Mapping[str, Any], inputs: Mapping[str, Mapping[str, Any]]) -> list[Annotated]:
    """One article, submitted with several publication dates; the accepted values of its dates depend on them."""
    name = str(gold["id"])
    found = []
    for key, row in inputs.items():
        if key != name and not key.startswith(f"{name}-"):
            continue
        day = (row.get("published_at") or "")[:10] or "none"
        dates = [{**one, "accepted": None if one.get("optional") else one["values"].get(day)} for one in gold["dates"]]
        found.append(Annotated(key, _submission(row), row["text"], {**gold, "dates": dates}))
    return found
