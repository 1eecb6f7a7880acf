"""Whether an index is whole: its files as they were written, every article readable and once, everything else agreeing.

Quotes, entities and their counts are documents of their own beside the articles they were made of; here they are made
again from what the articles store and compared.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wiredesk.errors import Unavailable, UsageError
from wiredesk.index.administration import Checked, Problem, Told, some_of
from wiredesk.index.intake import quote_card
from wiredesk.index.prepared import prepared
from wiredesk.index.settling import State
from wiredesk.index.tantivy import translog
from wiredesk.index.tantivy.checksums import damage
from wiredesk.index.tantivy.documents import card_of, stored_article, stored_tags
from wiredesk.index.tantivy.entities import Change, tally
from wiredesk.index.tantivy.generations import SEGMENTS_FILE
from wiredesk.index.tantivy.prominence import agrees
from wiredesk.index.tantivy.schema import VERSION
from wiredesk.index.tantivy.snapshot import files_of, segments_of
from wiredesk.index.tantivy.walking import KINDS, Stored

__all__ = ["checked", "damaged_files"]

RESTORE = "restore a backup: wiredesk index restore BACKUP"
REBUILD = "make the index anew from its articles: wiredesk index rebuild"
_ENDINGS = ("idx", "pos", "term", "store", "fast", "fieldnorm")
"""Files that every segment of tantivy has, whatever is in it."""
_EVERY = 500


def checked(folder: Path, version: int | str, told: Told) -> Checked:
    """Everything about one committed state. Raises Unavailable, OSError. `seconds` is left to the caller."""
    problems = list(damaged_files(folder, told))
    documents: dict[str, int] = {}
    waiting = False
    stored = None
    if not problems:
        try:
            stored = Stored(folder)
        except Unavailable as error:
            problems.append(Problem(str(error), RESTORE))
    if stored is not None:
        documents = {kind: stored.count(kind) for kind in KINDS}
        if version != VERSION:
            problems.append(Problem(f"schema {version}, this Wiredesk writes schema {VERSION}", REBUILD))
        else:
            look = _Look(stored, documents, told)
            problems += look.problems()
            waiting = look.waiting
    return Checked(
        version=version,
        documents=documents,
        problems=tuple(problems),
        corrections_waiting=waiting,
        seconds=0,
    )


def damaged_files(folder: Path, told: Told) -> Iterator[Problem]:
    """Files that are missing or not as they were written. Raises OSError, ValueError, KeyError."""
    listed = (folder / SEGMENTS_FILE).read_bytes()
    files = files_of(folder, listed)
    for segment in segments_of(listed):
        id = segment["segment_id"].replace("-", "")
        endings = [*_ENDINGS, f"{segment['deletes']['opstamp']}.del"] if segment.get("deletes") else _ENDINGS
        for name in sorted({f"{id}.{ending}" for ending in endings} - {file.name for file in files}):
            yield Problem(f"{name}: it is missing", RESTORE)
    for done, file in enumerate(files):
        told("files", done, len(files))
        if wrong := damage(file):
            yield Problem(f"{file.name}: {wrong}", RESTORE)
    for file in translog.files_of(folder):
        try:
            deque(translog.batches(file), maxlen=0)
        except UsageError as error:
            yield Problem(str(error), RESTORE)
    told("files", len(files), len(files))


class _Look:
    """One walk over all documents. Memory grows with articles, by an id and two numbers, and with entities, 1 kB each.

    Of quotes only the sum of their digests is kept for each article: it is zero again when all were found that it has.
    """

    def __init__(self, stored: Stored, documents: dict[str, int], told: Told) -> None:
        self._stored = stored
        self._documents = documents
        self._told = told
        self._revisions: dict[str, int] = {}
        self._quotes: dict[str, int] = {}
        self._entities: dict[str, Change] = {}
        self._found: dict[str, list[str]] = {}
        self.waiting = any(State.read(card_of(each)).waiting for each in stored.each("state"))

    def problems(self) -> Iterator[Problem]:
        """What is wrong, each kind of it once, with the first few it is wrong with."""
        for kind, look in (
            ("article", self._article),
            ("quote", self._quote),
            ("entity", self._entity),
            ("tombstone", self._tombstone),
        ):
            total, done = self._documents[kind], 0
            try:
                for document in self._stored.each(kind):
                    if done % _EVERY == 0:
                        self._told(f"{kind} documents", done, total)
                    done += 1
                    look(document)
            except ValueError as error:
                yield Problem(f"{kind} documents cannot be read beyond number {done}: {error}", RESTORE)
            self._told(f"{kind} documents", total, total)
            if done != total and not self._found:
                yield Problem(f"{done} of {total} {kind} documents were found", RESTORE)
        for id, left in self._quotes.items():
            if left:
                self._wrong("articles whose quotes are missing or not theirs", id)
        for id, change in self._entities.items():
            if change.articles:
                self._wrong("entities of articles that are missing", id)
        for what, ids in self._found.items():
            yield Problem(f"{what}: {some_of(ids)}", RESTORE if what.startswith("articles that") else REBUILD)

    def _wrong(self, what: str, id: str) -> None:
        self._found.setdefault(what, []).append(id)

    def _article(self, document: Any) -> None:
        id = str(card_of(document).get("article_id"))
        try:
            article, tags = stored_article(document), stored_tags(document)
            taken = prepared(article, tags)
        except (ValueError, TypeError):
            self._wrong("articles that cannot be read", id)
            return
        if article.article_id in self._revisions:
            self._wrong("articles that are there twice", id)
        self._revisions[article.article_id] = article.revision
        if (id, card_of(document).get("revision")) != (article.article_id, article.revision):
            self._wrong("articles that are shown as others than they are", id)
        tally(self._entities, taken, 1)
        if taken.shown.quotes:
            said = sum(_digest(quote_card(taken.shown, quote)) for quote in taken.shown.quotes)
            self._quotes[article.article_id] = self._quotes.get(article.article_id, 0) + said

    def _quote(self, document: Any) -> None:
        card = card_of(document)
        id = str(card.get("article_id"))
        left = self._quotes.pop(id, 0) - _digest(card)
        if left:
            self._quotes[id] = left

    def _entity(self, document: Any) -> None:
        card = card_of(document)
        expected = self._entities.pop(card["entity_id"], None)
        if expected is None:
            self._wrong("entities that no article has, or that are there twice", card["entity_id"])
            return
        if not agrees(card["articles"], expected.articles):
            self._wrong("entities whose counts are not those of the articles", card["entity_id"])
        if not all(expected.spoken.get(name) for name, _ in card.get("also", ())):
            self._wrong("entities by names that no article has for them", card["entity_id"])

    def _tombstone(self, document: Any) -> None:
        card = card_of(document)
        if self._revisions.get(card["article_id"], -1) >= 0 and (
            self._revisions[card["article_id"]] <= card["revision"]
        ):
            self._wrong("retracted articles that are there all the same", card["article_id"])


def _digest(card: dict[str, Any]) -> int:
    """Equal for equal quotes, whatever the order of their fields."""
    whole = json.dumps(card, sort_keys=True).encode()
    return int.from_bytes(hashlib.blake2b(whole, digest_size=16).digest())
