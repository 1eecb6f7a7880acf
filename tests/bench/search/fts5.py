"""The yardstick: SQLite's FTS5 with the same articles, quotes and entities, and the same questions asked of it in SQL.

Durable like the index: every batch is one transaction, WAL with synchronous=FULL, so the log is flushed when it
returns. Words are lower-cased, without accents, and stemmed by FTS5's porter, where the index looks inflections up.
"""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wiredesk.events import ArticleExtracted
from wiredesk.index.intake import KINDS, quote_card
from wiredesk.index.prepared import names_of, prepared

__all__ = ["Fts5"]

_TOKENS = "porter unicode61 remove_diacritics 2"
_SCHEMA = f"""
CREATE TABLE article (
    id INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, title TEXT, deck TEXT,
    byline TEXT, text TEXT, people TEXT, organizations TEXT, places TEXT, source TEXT, language TEXT, cluster TEXT,
    published TEXT, month TEXT, url TEXT, payload TEXT
);
CREATE INDEX article_by_time ON article (published);
CREATE VIRTUAL TABLE words USING fts5 (
    title, deck, byline, text, people, organizations, places, content='article', content_rowid='id',
    tokenize='{_TOKENS}'
);
CREATE TABLE mention (kind TEXT, entity TEXT, article INTEGER, PRIMARY KEY (kind, entity, article)) WITHOUT ROWID;
CREATE INDEX mention_by_article ON mention (article, kind);
CREATE TABLE quote (
    id INTEGER PRIMARY KEY, article INTEGER, said TEXT, speaker TEXT, speaker_id TEXT, published TEXT, card TEXT
);
CREATE INDEX quote_by_article ON quote (article);
CREATE INDEX quote_by_speaker ON quote (speaker_id, published);
CREATE VIRTUAL TABLE spoken USING fts5 (said, speaker, content='quote', content_rowid='id', tokenize='{_TOKENS}');
CREATE TABLE entity (
    id INTEGER PRIMARY KEY, entity TEXT NOT NULL UNIQUE, type TEXT, name TEXT, articles INTEGER, quotes INTEGER
);
CREATE VIRTUAL TABLE named USING fts5 (
    name, content='entity', content_rowid='id', prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER entity_in AFTER INSERT ON entity BEGIN
    INSERT INTO named (rowid, name) VALUES (new.id, new.name);
END;
"""
_UPSERT_ENTITY = """
INSERT INTO entity (entity, type, name, articles, quotes) VALUES (?, ?, ?, 1, ?)
ON CONFLICT (entity) DO UPDATE SET articles = articles + 1, quotes = quotes + excluded.quotes
"""
_FACETS = ("people", "organizations", "places")


class Fts5:
    """One connection to one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA cache_size=-64000")
        self._db.execute("PRAGMA temp_store=MEMORY")
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'article'").fetchone():
            self._db.executescript(_SCHEMA)

    def upsert(self, batch: Sequence[ArticleExtracted]) -> None:
        """New articles, in one durable transaction; of one that is there nothing is changed."""
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        for article in batch:
            if run("SELECT 1 FROM article WHERE article_id = ?", (article.article_id,)).fetchone():
                continue
            self._insert(article)
        run("COMMIT")

    def _insert(self, article: ArticleExtracted) -> None:
        run, many = self._db.execute, self._db.executemany
        found = names_of(prepared(article, {}))
        names = {name: " ".join(n for t, ns in found.values() if KINDS.get(t) == name for n in ns) for name in _FACETS}
        month = article.published_at[:7] if article.published_at else None
        row = run(
            "INSERT INTO article VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(article.article_id, article.revision, article.title, article.deck, article.byline, article.text),
                *(names[name] for name in _FACETS),
                *(article.source, article.language, article.cluster_id, article.published_at, month, article.url),
                article.model_dump_json(exclude={"text"}),
            ),
        ).lastrowid
        run(
            "INSERT INTO words (rowid, title, deck, byline, text, people, organizations, places) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (row, article.title, article.deck, article.byline, article.text, *(names[name] for name in _FACETS)),
        )
        many(
            "INSERT OR IGNORE INTO mention VALUES (?, ?, ?)", ((KINDS.get(t), id, row) for id, (t, _) in found.items())
        )
        said: dict[str, int] = {}
        for quote in article.quotes:
            speaker = quote.speaker
            name, id = (speaker.name, speaker.entity_id) if speaker else (None, None)
            card = json.dumps(quote_card(article, quote))
            number = run(
                "INSERT INTO quote VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                (row, quote.text, name, id, article.published_at, card),
            ).lastrowid
            run("INSERT INTO spoken (rowid, said, speaker) VALUES (?, ?, ?)", (number, quote.text, name))
            if id:
                said[id] = said.get(id, 0) + 1
        many(_UPSERT_ENTITY, ((id, type, min(names), said.get(id, 0)) for id, (type, names) in found.items()))

    def search(
        self, q: str, *, person: str = "", newest: bool = False, facets: bool = False, limit: int = 10
    ) -> list[Any]:
        """The number found, then the hits with their snippets, then the facets and the months when asked for."""
        where, values = "words MATCH ?", [q]
        if person:
            where += " AND article.id IN (SELECT article FROM mention WHERE kind = 'people' AND entity = ?)"
            values.append(person)
        joined = f"words JOIN article ON article.id = words.rowid WHERE {where}"
        rows = self._db.execute
        total = rows(f"SELECT count(*) FROM {joined}", values).fetchone()[0]
        order = "article.published DESC" if newest else "bm25(words, 3, 2, 1, 1, 1, 1, 1)"
        chosen = f"SELECT article.id FROM {joined} ORDER BY {order}, article.id LIMIT {limit}"
        hits = []
        for (row,) in rows(chosen, values).fetchall():
            hits += rows(
                "SELECT article_id, article.title, source, url, published, language, "
                "snippet(words, 3, '[', ']', '…', 40) FROM words JOIN article ON article.id = words.rowid "
                "WHERE words.rowid = ? AND words MATCH ?",
                (row, q),
            ).fetchall()
        if not facets:
            return [total, hits]
        rows("CREATE TEMP TABLE found AS SELECT article.id, source, language, month FROM " + joined, values)
        told = [
            rows(f"SELECT {name}, count(*) FROM found GROUP BY 1 ORDER BY 2 DESC LIMIT 10").fetchall()
            for name in ("source", "language")
        ]
        told += [
            rows(
                "SELECT mention.entity, count(*) AS n FROM found JOIN mention ON mention.article = found.id "
                "AND mention.kind = ? GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
                (kind,),
            ).fetchall()
            for kind in _FACETS
        ]
        months = rows("SELECT month, count(*) FROM found GROUP BY 1 ORDER BY 1").fetchall()
        rows("DROP TABLE found")
        return [total, hits, *told, months]

    def quotes(self, q: str = "", *, speaker: str = "", limit: int = 10) -> list[Any]:
        """The number found and the newest, by words said and the speaker's id."""
        source = "quote JOIN spoken ON spoken.rowid = quote.id" if q else "quote"
        clauses = [*(["spoken MATCH ?"] if q else []), *(["speaker_id = ?"] if speaker else [])]
        where = f"{source} WHERE {' AND '.join(clauses)}"
        values = [each for each in (f"said : {q}" if q else "", speaker) if each]
        total = self._db.execute(f"SELECT count(*) FROM {where}", values).fetchone()[0]
        cards = self._db.execute(f"SELECT card FROM {where} ORDER BY published DESC LIMIT {limit}", values).fetchall()
        return [total, [json.loads(card) for (card,) in cards]]

    def entity(self, id: str) -> Any:
        """Its counts."""
        return self._db.execute("SELECT * FROM entity WHERE entity = ?", (id,)).fetchone()

    def mentioning(self, id: str, *, limit: int = 10) -> list[Any]:
        """Newest articles that name an entity, whom they name with it, and their months."""
        found = "mention JOIN article ON article.id = mention.article WHERE mention.kind = 'people' AND entity = ?"
        run = self._db.execute
        return [
            run(f"SELECT count(*) FROM {found}", (id,)).fetchone()[0],
            run(f"SELECT article_id, title FROM {found} ORDER BY published DESC LIMIT {limit}", (id,)).fetchall(),
            run(f"SELECT month, count(*) FROM {found} GROUP BY 1 ORDER BY 1", (id,)).fetchall(),
            *(
                run(
                    "SELECT other.entity, count(*) AS n FROM mention JOIN mention AS other "
                    "ON other.article = mention.article AND other.kind = ? WHERE mention.kind = 'people' "
                    "AND mention.entity = ? GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
                    (kind, id),
                ).fetchall()
                for kind in _FACETS
            ),
        ]

    def suggest(self, prefix: str, *, limit: int = 10) -> list[Any]:
        """Entities whose name has a word that starts so, most mentioned first."""
        return self._db.execute(
            "SELECT entity, type, entity.name, articles, quotes FROM named JOIN entity ON entity.id = named.rowid "
            "WHERE named MATCH ? ORDER BY articles DESC LIMIT ?",
            (f'"{prefix}"*', limit),
        ).fetchall()

    def article(self, article_id: str) -> Any:
        """One, whole."""
        return self._db.execute("SELECT text, payload FROM article WHERE article_id = ?", (article_id,)).fetchone()

    def documents(self) -> int:
        """Articles there are."""
        return int(self._db.execute("SELECT count(*) FROM article").fetchone()[0])

    def size_bytes(self) -> int:
        """On disk, when the log is written back."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._path.stat().st_size

    def close(self) -> None:
        """Let the file go."""
        self._db.close()
