"""What is indexed how: one document an article, its quotes and entities nested in it, or a tombstone in its place;
and corrections, each a document too.

Words are split, lower-cased and folded as in the embedded index. OpenSearch's dictionary cannot be asked for the
inflections of a word, so titles and texts keep the stem of each word at its place, marked so that nothing but a search
for stems meets it: phrases, prefixes and misspellings stay exact.
"""

from typing import Any

from wiredesk.index.opensearch.address import Address
from wiredesk.index.scripts import IDEOGRAPHS, LONGEST_WORD

__all__ = ["INNER_HITS", "STEMS", "VERSION", "WORDS", "template"]

VERSION = 4
"""Raised with every change to the mapping, the analysis or the documents; `rebuild` leads an index to the next one."""

WORDS = "words"
STEMS = "stems"
"""Analysers a query may name: the words as they stand, and their marked stems."""

INNER_HITS = 200
"""Quotes of one article in one answer: a page has 100 at most, and one more tells that it goes on."""

_MARK = "==="
"""Longer than any misspelling allows for, and in no word: no punctuation is."""
_VALUE_GAP = 200
"""Places between two values of a field, beyond any slop: no phrase goes from one name into the next."""
_LONGEST_KEY = 8_000
"""Characters, of 4 bytes at most: Lucene refuses documents with a key over 32,766 bytes. Longer ones are left out."""
_NESTED = 100_000
"""Quotes and entities of one article, far above what a text of the largest message can hold in sense."""

_SPACELESS = IDEOGRAPHS.pattern[1:-1]
_LETTER = rf"[\p{{IsAlphabetic}}\p{{N}}&&[^{_SPACELESS}]]"


def template(address: Address) -> dict[str, Any]:
    """The index template for every index of this address and this version."""
    return {
        "index_patterns": [f"{address.index}-v{VERSION}-*"],
        "priority": 500,
        "version": VERSION,
        "_meta": {"program": "wiredesk", "schema": VERSION},
        "template": {"settings": _settings(address), "mappings": _mappings()},
    }


def _settings(address: Address) -> dict[str, Any]:
    replicas = {"auto_expand_replicas": "0-1"} if address.replicas is None else {"number_of_replicas": address.replicas}
    return {
        "index": {
            "number_of_shards": address.shards,
            **replicas,
            # Writers ask for a refresh themselves; this one serves what is copied by `rebuild`.
            "refresh_interval": "1s",
            "max_inner_result_window": INNER_HITS,
            "mapping": {"nested_objects": {"limit": _NESTED}},
        },
        "analysis": {
            "tokenizer": {
                "words": {
                    "type": "pattern",
                    # The same words as without its first part, which spares most letters the search for their class.
                    "pattern": rf"[a-zA-Z0-9]++{_LETTER}*+|[{_SPACELESS}]|{_LETTER}++",
                    "group": 0,
                }
            },
            "filter": {
                "words_only": {"type": "length", "max": LONGEST_WORD},
                "english": {"type": "stemmer", "language": "porter2"},
                "marked": {"type": "pattern_replace", "pattern": "^", "replacement": _MARK, "all": False},
                "stems_beside": {"type": "multiplexer", "filters": ["english, marked"]},
            },
            "analyzer": {
                WORDS: _analyser(),
                STEMS: _analyser("english", "marked"),
                "words_and_stems": _analyser("stems_beside"),
            },
        },
    }


def _analyser(*more: str) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": "words", "filter": ["words_only", "lowercase", "asciifolding", *more]}


def _mappings() -> dict[str, Any]:
    words = {"type": "text", "analyzer": WORDS, "position_increment_gap": _VALUE_GAP}
    # Names are short, and quotes come by date: their lengths need not be kept to weigh them.
    names = {**words, "norms": False}
    inflected = {**words, "analyzer": "words_and_stems", "search_analyzer": WORDS}
    key = {"type": "keyword", "ignore_above": _LONGEST_KEY}
    number = {"type": "long"}
    kept = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "dynamic": "strict",
        "_meta": {"program": "wiredesk", "schema": VERSION},
        "properties": {
            "kind": key,
            **dict.fromkeys(("title", "deck", "text"), inflected),
            **dict.fromkeys(("byline", "people", "organizations", "places", "source_words"), names),
            **dict.fromkeys(("people_id", "organizations_id", "places_id", "entity_id", "extracted_id"), key),
            **dict.fromkeys(("source", "language", "cluster"), key),
            **dict.fromkeys(("newest", "oldest", "tie", "revision", "generation"), number),
            "published": {"type": "date", "format": "strict_date_time_no_millis"},
            **dict.fromkeys(("url", "published_at", "opening", "payload", "tags"), kept),
            "entities": {
                "type": "nested",
                "dynamic": "strict",
                "properties": {
                    **dict.fromkeys(("id", "type", "called", "spoken", "members"), key),
                    "name": names,
                    "rank": number,
                },
            },
            "quotes": {
                "type": "nested",
                "dynamic": "strict",
                "properties": {
                    **dict.fromkeys(("said", "around", "speaker", "source_words"), names),
                    "speaker_id": key,
                    **dict.fromkeys(("newest", "at"), number),
                },
            },
        },
    }
