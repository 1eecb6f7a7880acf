"""What is indexed how, and where: fields, analysis, the folder and the version written beside it.

Six kinds of document share one index, so that one commit makes all of an article durable or none of it:
`article`, `quote` (one each), `entity` (one each, with its counts over all articles), `tombstone` (retractions),
`correction` (one for each thing users corrected) and `state` (how far corrections are applied).
"""

import json
import os
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tantivy import Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from wiredesk.errors import Unavailable, UsageError
from wiredesk.index.scripts import IDEOGRAPHS, LONGEST_WORD

__all__ = ["analysers", "build_schema", "create_or_open", "last_commit", "location", "open_existing"]

VERSION = 3
"""Raised with every change to the schema or the analysis: an index of another version has to be built anew."""
_VERSION_FILE = "wiredesk.json"
_SEGMENTS_FILE = "meta.json"

_WORDS = (
    "title",
    "deck",
    "byline",
    "people",
    "organizations",
    "places",
    "source_words",
    "said",
    "around",
    "speaker",
    "name",
)
_KEYS = (
    *("kind", "article_id", "entity_id", "cluster", "speaker_id", "entity_key", "entity_type", "tombstone_id"),
    *("extracted_id", "correction_key"),
)
_FACETS = ("people_id", "organizations_id", "places_id", "source", "language")
_NUMBERS = ("newest", "oldest", "rank", "tie", "generation", "revision", "day", "month")


def build_schema() -> Schema:
    """`card` is the JSON a hit shows, `payload` the JSON of the whole article but its text, as extraction has it;
    `tags` is what corrections make of it, as of `generation`. Numbers sort, and tell generations and revisions; `day`
    counts from the calendar's first, `month` from year 0.
    """
    builder = SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="words")
    builder.add_text_field("ideographs", tokenizer_name="ideographs")
    for name in _WORDS:
        builder.add_text_field(name, tokenizer_name="words")
    for name in _KEYS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in _FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in _NUMBERS:
        builder.add_unsigned_field(name, fast=True)
    for name in ("card", "payload", "tags"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


def analysers() -> dict[str, TextAnalyzer]:
    """By tokenizer name. Words are lower-cased and without accents, never stemmed: a query finds the inflections.

    Phrases, prefixes and misspellings stay exact in every language, at half the size of an index with stems beside it.
    """
    spaceless = IDEOGRAPHS.pattern[1:-1]
    pattern = rf"[{spaceless}]|[\w--[{spaceless}]]+"
    return {"words": _analyser(Tokenizer.simple()), "ideographs": _analyser(Tokenizer.regex(pattern))}


def _analyser(tokenizer: Tokenizer) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(tokenizer)
    for step in (Filter.remove_long(LONGEST_WORD), Filter.lowercase(), Filter.ascii_fold()):
        builder = builder.filter(step)
    return builder.build()


def location(url: str) -> Path:
    """The folder of `tantivy:///absolute/path` (percent-encoded where needed). Raises UsageError."""
    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    if parts.netloc or not path.is_absolute() or path == Path("/") or parts.query or parts.fragment:
        raise UsageError(f"the index address {url!r} is not tantivy:/// and an absolute path, as tantivy:///data/index")
    return path


def create_or_open(path: Path) -> Index:
    """The index in a folder, made if need be. Raises UsageError for a folder that cannot be used."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not _has_version(path):
            _write_version(path)
    except OSError as error:
        raise UsageError(
            f"the index cannot be kept at {path}: {error.strerror}; name a folder this user can write"
        ) from error
    return _opened(path)


def open_existing(path: Path) -> Index:
    """The index in a folder. Raises Unavailable when there is none yet, UsageError when it cannot be used."""
    try:
        if not _has_version(path) or not Index.exists(str(path)):
            raise Unavailable(
                f"nothing was indexed yet at {path}; start an indexing worker with the same index address"
            )
    except OSError as error:
        raise UsageError(f"the index at {path} cannot be read: {error.strerror}") from error
    return _opened(path)


def last_commit(path: Path) -> tuple[int, int]:
    """Changes with every commit, which replaces the list of segments. Raises Unavailable when the index is gone."""
    try:
        found = (path / _SEGMENTS_FILE).stat()
    except OSError as error:
        raise Unavailable(f"the index at {path} is gone: {error.strerror}") from error
    return found.st_ino, found.st_mtime_ns


def _opened(path: Path) -> Index:
    try:
        index = Index(build_schema(), str(path))
    except ValueError as error:
        raise UsageError(f"the index at {path} cannot be opened: {error}") from error
    for name, analyser in analysers().items():
        index.register_tokenizer(name, analyser)
    index.config_reader("Manual")
    return index


def _has_version(path: Path) -> bool:
    """Whether Wiredesk made this folder an index. Raises UsageError for another version's, or another program's."""
    try:
        found = json.loads((path / _VERSION_FILE).read_bytes())["schema"]
    except FileNotFoundError:
        if (path / _SEGMENTS_FILE).exists():
            raise UsageError(f"{path} holds an index that is not Wiredesk's; name another folder") from None
        return False
    except (ValueError, KeyError, TypeError):
        found = "unreadable"
    if found != VERSION:
        raise UsageError(
            f"the index at {path} has schema {found}, this Wiredesk writes schema {VERSION}; name another folder and "
            "index again, or run the version that wrote it"
        )
    return True


def _write_version(path: Path) -> None:
    """Written before the index is, and whole or not at all, so that an index always has its version."""
    with tempfile.NamedTemporaryFile("w", dir=path, prefix=_VERSION_FILE, delete=False) as file:
        json.dump({"schema": VERSION}, file)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path / _VERSION_FILE)
