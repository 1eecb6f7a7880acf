"""The articles to measure with: real ones where there are any, else those of seeds/, each time as new articles."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any, Literal

from wiredesk.documents import Document, files, read_file

from .errors import BenchError

__all__ = ["KINDS", "Corpus", "Kind", "load", "plain_events"]

Kind = Literal["text", "html"]
"""What the body of an article comes as."""

KINDS: dict[Kind, str] = {"text": "text", "html": "HTML"}
"""As people call them."""

_FILES = ("articles.jsonl.gz", "articles.jsonl", "input.jsonl.gz", "input.jsonl")

_FIELDS = ("url", "source", "title", "published_at", "language", "authors")
_FEWEST_WORDS = 40
"""Shorter ones are not articles: seeds/ has an empty one, which ends as a dead letter."""

_SHORTEST, _LONGEST = 40, 60
_VOCABULARY = 100_000
"""Running words that short articles are drawn from, so that frequent ones are frequent there too."""

_PLAIN_CHARACTERS = 4096
_PLAIN_WORDS = "the pipeline moves this and every other word from stream to stream "


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where the articles of a kind come from, and those as ArticleSubmitted's fields.

    `own`: they are the project's own, because there were no real ones.
    """

    name: str
    kind: Kind
    articles: tuple[dict[str, Any], ...]
    own: bool = False

    def distinct(self, count: int, tag: str) -> list[bytes]:
        """`count` submissions as JSON, evenly drawn from the whole corpus, repeated where it is smaller.

        Two calls with one `count` draw the same articles; `tag` makes each an article of its own, by its address and a
        last line, so that no call's are duplicates of another's. A page stays as it is but for its address.
        """
        step = max(1.0, len(self.articles) / count)
        drawn = (self.articles[int(number * step) % len(self.articles)] for number in range(count))
        return [json.dumps(_distinct(article, f"{tag}-{number}")).encode() for number, article in enumerate(drawn)]

    def joined(self, words: int) -> "Corpus":
        """The same articles of plain text, put together until each has at least so many words; a rest is left out."""
        found: list[dict[str, Any]] = []
        texts: list[str] = []
        have = 0
        for article in self.articles:
            texts.append(article[self.kind])
            have += len(texts[-1].split())
            if have >= words:
                found.append({**article, self.kind: "\n\n".join(texts)})
                texts, have = [], 0
        if not found:
            raise BenchError(f"{self.name} holds fewer than {words} words")
        return Corpus(self.name, self.kind, tuple(found), self.own)

    def short(self, count: int, seed: int) -> Iterator[bytes]:
        """`count` short submissions of the corpus's own words, 40 to 60 each, drawn at random: no two are alike."""
        bodies = (article[self.kind].split() for article in self.articles)
        words = list(islice(chain.from_iterable(bodies), _VOCABULARY))
        random = Random(seed)
        for number in range(count):
            drawn = random.choices(words, k=random.randint(_SHORTEST, _LONGEST))
            article = {"url": f"https://bench.example/short/{number}", "text": f"Item {number}. {' '.join(drawn)}."}
            yield json.dumps(article).encode()

    def mean_bytes(self, count: int) -> float:
        """Bytes of a submission that `distinct` makes, on average."""
        submissions = self.distinct(count, "bytes")
        return sum(map(len, submissions)) / len(submissions)


def _distinct(article: dict[str, Any], mark: str) -> dict[str, Any]:
    changed = {**article, "url": f"https://bench.example/articles/{mark}", "external_id": mark}
    if changed.get("text"):
        changed["text"] = f"{changed['text']}\n\nThis is copy {mark}."
    return changed


def load(folder: Path, seeds: Path, kind: Kind = "text") -> Corpus:
    """The articles of a kind in the first of `folder`'s files of JSON lines, else those of the folder `seeds`.

    Raises BenchError when neither has any.
    """
    for path in (folder / name for name in _FILES):
        if path.is_file():
            return Corpus(folder.name, kind, _articles(folder.name, kind, _lines(path)))
    return Corpus(seeds.name, kind, _articles(seeds.name, kind, _seeds(seeds)), own=True)


def _articles(name: str, kind: Kind, found: Iterator[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Without the body of the other kind: ingest would take the text and leave the page alone."""
    fields = [*_FIELDS, kind]
    articles = tuple(
        {field: article[field] for field in fields if article.get(field)}
        for article in found
        if _is_article(article.get(kind) or "")
    )
    if not articles:
        raise BenchError(f"{name} holds no articles to measure with ({KINDS[kind]})")
    return articles


def _is_article(body: str) -> bool:
    return len(body.split()) >= _FEWEST_WORDS and not body.startswith("%PDF")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    data = path.read_bytes()
    for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines():
        yield json.loads(line)


def _seeds(folder: Path) -> Iterator[dict[str, Any]]:
    for file in files([str(folder)]):
        for document in read_file(file):
            if isinstance(document, Document) and document.warning is None:
                yield json.loads(document.data)


def plain_events(count: int, tag: str) -> Sequence[bytes]:
    """`count` submissions of 4 KB without anything to find, for measuring how messages are moved."""
    text = (_PLAIN_WORDS * (_PLAIN_CHARACTERS // len(_PLAIN_WORDS) + 1))[:_PLAIN_CHARACTERS]
    return [json.dumps({"external_id": f"{tag}-{number}", "text": text}).encode() for number in range(count)]
