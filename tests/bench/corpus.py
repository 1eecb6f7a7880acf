"""The articles to measure with: real ones where there are any, else those of seeds/, each time as new articles."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

from wiredesk.documents import Document, files, read_file

from .errors import BenchError

__all__ = ["Corpus", "load", "plain_events"]

_FIELDS = ("url", "source", "title", "text", "html", "published_at", "language", "authors")
_FEWEST_WORDS = 40
"""Shorter ones are not articles: seeds/ has an empty and a broken one, which end as dead letters."""

_SHORTEST, _LONGEST = 40, 60
_VOCABULARY = 100_000
"""Running words that short articles are drawn from, so that frequent ones are frequent there too."""

_PLAIN_CHARACTERS = 4096
_PLAIN_WORDS = "the pipeline moves this and every other word from stream to stream "


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where the articles come from, and those as ArticleSubmitted's fields."""

    name: str
    articles: tuple[dict[str, Any], ...]

    def distinct(self, count: int, tag: str) -> list[bytes]:
        """`count` submissions as JSON, evenly drawn from the whole corpus, repeated where it is smaller.

        Two calls with one `count` draw the same articles; `tag` makes each an article of its own, by its address and a
        last line, so that no call's are duplicates of another's.
        """
        step = max(1.0, len(self.articles) / count)
        drawn = (self.articles[int(number * step) % len(self.articles)] for number in range(count))
        return [json.dumps(_distinct(article, f"{tag}-{number}")).encode() for number, article in enumerate(drawn)]

    def short(self, count: int, seed: int) -> Iterator[bytes]:
        """`count` short submissions of the corpus's own words, 40 to 60 each, drawn at random: no two are alike."""
        bodies = ((article.get("text") or article.get("title") or "").split() for article in self.articles)
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

    def mean_words(self, count: int) -> float:
        """Words of an article that `distinct` draws, on average; markup counts as words."""
        bodies = [json.loads(article) for article in self.distinct(count, "words")]
        return sum(len((body.get("text") or body.get("html") or "").split()) for body in bodies) / len(bodies)


def _distinct(article: dict[str, Any], mark: str) -> dict[str, Any]:
    changed = {**article, "url": f"https://bench.example/articles/{mark}", "external_id": mark}
    if changed.get("text"):
        changed["text"] = f"{changed['text']}\n\nThis is copy {mark}."
    return changed


def load(news: Path, seeds: Path) -> Corpus:
    """The articles of `news` (`articles.jsonl` or `articles.jsonl.gz`) if it is there, else of the folder `seeds`.

    Raises BenchError when neither has any.
    """
    for path in (news / "articles.jsonl.gz", news / "articles.jsonl"):
        if path.is_file():
            return _corpus(path.parent.name, _lines(path))
    return _corpus(seeds.name, _seeds(seeds))


def _corpus(name: str, found: Iterator[dict[str, Any]]) -> Corpus:
    articles = tuple(
        {field: article[field] for field in _FIELDS if article.get(field)} for article in found if _is_article(article)
    )
    if not articles:
        raise BenchError(f"{name} holds no articles to measure with")
    return Corpus(name, articles)


def _is_article(article: dict[str, Any]) -> bool:
    body = article.get("text") or article.get("html") or ""
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
