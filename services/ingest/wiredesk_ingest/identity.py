"""Identity: which article this is, whether its content changed, and which copies tell the same story."""

import hashlib
import re
from json.encoder import encode_basestring_ascii as as_json

from wiredesk_ingest.canonical_url import same_article_key
from wiredesk_ingest.characters import with_signs_as

__all__ = ["article_id", "cluster_id", "content_hash"]

_ID_CHARS = 24  # 96 bits: a collision among a thousand million articles has a chance of about 1 in 10**11

_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_NOT_WORD = bytes(code for code in range(128) if not chr(code).isalnum())


def article_id(*, url: str | None, source: str, external_id: str, title: str, text: str) -> str:
    """24 hexadecimal digits: from the canonical `url`, else from source and external id, else from the content.

    The three kinds are hashed apart, so an external id that spells an address is not that address's article.
    """
    if url:
        return _digest("url", same_article_key(url))
    if external_id:
        return _digest("external", source, external_id)
    return _digest("content", _word_characters(title), _word_characters(text))


def content_hash(title: str, text: str) -> str:
    """Tells one state of an article's title and text from another."""
    return _digest("article", title, text)


def cluster_id(text: str) -> str:
    """The same for all copies of a text that differ in case, white space and punctuation only."""
    return _digest("cluster", _word_characters(text))


def _word_characters(text: str) -> str:
    """Letters and digits alone, in one case."""
    # The ASCII part as bytes, in which no byte of another character is below 128: ten times as fast as the pattern.
    text = text if text.isascii() else with_signs_as("", text)
    text = text.casefold().encode().translate(None, _ASCII_NOT_WORD).decode()
    return text if text.isascii() else _NOT_WORD.sub("", text)


def _digest(kind: str, *values: str) -> str:
    """JSON marks where one value ends and the next begins: ("a", "bc") and ("ab", "c") differ."""
    return hashlib.sha256(f"[{', '.join(map(as_json, (kind, *values)))}]".encode()).hexdigest()[:_ID_CHARS]
