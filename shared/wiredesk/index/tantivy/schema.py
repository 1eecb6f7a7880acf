"""What is indexed how, and where: fields, analysis, the folder and the version written beside it.

Six kinds of document share one index, so that one commit makes all of an article durable or none of it:
`article`, `quote` (one each), `entity` (one each, with its counts over all articles), `tombstone` (retractions),
`correction` (one for each thing users corrected) and `state` (how far corrections are applied).
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from tantivy import Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from wiredesk.errors import Unavailable, UsageError
from wiredesk.index.scripts import IDEOGRAPHS, LONGEST_WORD
from wiredesk.index.tantivy.generations import SEGMENTS_FILE, Generation, current, lead_to
from wiredesk.index.tantivy.keys import FIELD as KEY_FIELD

__all__ = [
    "READABLE",
    "VERSION",
    "analysers",
    "build_schema",
    "create_or_open",
    "last_commit",
    "location",
    "open_existing",
]

VERSION = 5
"""Raised with every change to the schema or the analysis: an index of another version has to be built anew."""
READABLE = tuple(range(1, VERSION + 1))
"""Versions whose documents store what an article is made of: `payload` and `text`."""

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
_NUMBERS = (
    *("newest", "oldest", "rank", "tie", "generation", "revision", "day", "month", "story"),
    *("people_number", "organizations_number", "places_number"),
)


def build_schema() -> Schema:
    """`card` is the JSON a hit shows, `payload` the JSON of the whole article but its text, as extraction has it;
    `tags` is what corrections make of it, as of `generation`. Numbers sort, and tell generations and revisions; `day`
    counts from the calendar's first, `month` from year 0. Clusters (`story`) and entities are numbered by `tie_of`
    their ids: numbers are counted without looking up what each is called.
    """
    builder = SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="words")
    builder.add_text_field("ideographs", tokenizer_name="ideographs")
    for name in _WORDS:
        builder.add_text_field(name, tokenizer_name="words")
    for name in (KEY_FIELD, "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("source", "language"):
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


def create_or_open(path: Path) -> tuple[Index, Path]:
    """The index in a folder, made if need be, and where its files are. Raises UsageError if it cannot be used."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        found = _of_this_version(path)
        if found is None:
            lead_to(path, found := Generation(VERSION, path))
    except OSError as error:
        raise UsageError(
            f"the index cannot be kept at {path}: {error.strerror}; name a folder this user can write"
        ) from error
    return _opened(found.folder), found.folder


def open_existing(path: Path) -> tuple[Index, Path]:
    """As create_or_open. Raises Unavailable when there is none yet, UsageError when it cannot be used."""
    try:
        found = _of_this_version(path)
        if found is None or not Index.exists(str(found.folder)):
            raise Unavailable(
                f"nothing was indexed yet at {path}; start an indexing worker with the same index address"
            )
    except OSError as error:
        raise UsageError(f"the index at {path} cannot be read: {error.strerror}") from error
    return _opened(found.folder), found.folder


def last_commit(path: Path) -> tuple[int, int]:
    """Changes with every commit and rebuild, which replace the list of segments. Raises Unavailable when it is gone."""
    try:
        found = current(path)
        listed = ((found.folder if found else path) / SEGMENTS_FILE).stat()
    except OSError as error:
        raise Unavailable(f"the index at {path} is gone: {error.strerror}") from error
    return listed.st_ino, listed.st_mtime_ns


def _opened(path: Path) -> Index:
    try:
        index = Index(build_schema(), str(path))
    except ValueError as error:
        raise UsageError(f"the index at {path} cannot be opened: {error}") from error
    for name, analyser in analysers().items():
        index.register_tokenizer(name, analyser)
    index.config_reader("Manual")
    return index


def _of_this_version(path: Path) -> Generation | None:
    """What is searched and written now; None where nothing is. Raises UsageError for another version's."""
    found = current(path)
    if found is not None and found.version != VERSION:
        cure = "`wiredesk index rebuild` makes it anew from the articles it stores"
        if found.version not in READABLE:
            cure = "name another folder and index again, or run the version that wrote it"
        raise UsageError(
            f"the index at {path} has schema {found.version}, this Wiredesk writes schema {VERSION}; {cure}"
        )
    return found
