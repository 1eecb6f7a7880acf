"""Which further pipelines are loaded: those that are named, and of the languages' own those that are installed.

All are loaded at the start: the first article of a language would not have the time (five seconds and more).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wiredesk.errors import UsageError

from wiredesk_extraction.languages.registry import BY_CODE
from wiredesk_extraction.pipeline import is_installed, load_reader

if TYPE_CHECKING:
    from wiredesk_extraction.reader import Reader

__all__ = ["NONE", "load_pipelines"]

NONE = "-"
"""In place of a pipeline's name: read this language without one, though one is installed."""

_VARIABLE = "WIREDESK_MODELS"


def load_pipelines(named: Mapping[str, str], default: "Reader") -> "dict[str, Reader]":
    """Readers by language: the default one, those that are named, and of the languages' own those installed.

    Raises UsageError for a language without a file, a pipeline that cannot be loaded, or one of another language.
    """
    readers = {default.language: default}
    for code in named:
        if code not in BY_CODE:
            raise UsageError(f"{_VARIABLE}: there are no rules for {code!r}; there are for {', '.join(BY_CODE)}")
        if code == default.language:
            raise UsageError(
                f"{_VARIABLE}: the pipeline for {code!r} is the one of WIREDESK_MODEL; name it there alone"
            )
    for code, language in BY_CODE.items():
        model = named.get(code) or (language.pipeline if is_installed(language.pipeline) else NONE)
        if code == default.language or model == NONE:
            continue
        cure = f"install it, for example with: python -m spacy download {language.pipeline}"
        reader = load_reader(model, default.limit_chars, variable=_VARIABLE, cure=cure)
        if reader.language != code:
            raise UsageError(f"{_VARIABLE}: {model} is a pipeline for {reader.language!r}, not for {code!r}")
        readers[code] = reader
    return readers
