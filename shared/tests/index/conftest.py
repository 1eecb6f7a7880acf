"""What the index's tests share: articles of any shape, and every backend on an empty index."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from wiredesk.events import ArticleExtracted, Cue, Entity, Mention, Quote, Speaker
from wiredesk.index import BACKENDS, open_reader, open_writer
from wiredesk.index import Backend as Engine
from wiredesk.index.protocol import IndexReader, IndexWriter


def _entity(text: str, type: str, name: str) -> Entity:
    word = name.split()[-1]
    start = text.index(word)
    mention = Mention(start=start, end=start + len(word), text=word)
    return Entity(id=f"{type}:{name}".lower().replace(" ", "-"), type=type, name=name, mentions=(mention,))


def _quote(text: str, said: str, speaker: str | None, cue: str | None) -> Quote:
    start = text.index(said)
    who = what = None
    if speaker:
        word = speaker.split()[-1]
        at = text.index(word)
        entity_id = f"person:{speaker}".lower().replace(" ", "-")
        who = Speaker(start=at, end=at + len(word), text=word, name=speaker, entity_id=entity_id)
    if cue:
        at = text.index(cue)
        what = Cue(start=at, end=at + len(cue), text=cue)
    return Quote(start=start, end=start + len(said), text=said, speaker=who, cue=what)


MakeArticle = Callable[..., ArticleExtracted]


@pytest.fixture(scope="session")
def make_article() -> MakeArticle:
    """`entities` are (type, name), `quotes` (words, speaker's name or None, cue or None); all stand in the text."""

    def make(article_id: str = "a1", text: str = "Some words.", **fields: Any) -> ArticleExtracted:
        entities = tuple(_entity(text, *each) for each in fields.pop("entities", ()))
        quotes = tuple(_quote(text, *each) for each in fields.pop("quotes", ()))
        values = {"revision": 1, "title": "A headline", "language": "en", "cluster_id": f"c-{article_id}"}
        values |= {"submission_id": "1006502400000-0"} | fields
        return ArticleExtracted(
            article_id=article_id,
            text=text,
            content_hash="0" * 64,
            extractor="tests/1",
            entities=entities,
            quotes=quotes,
            **values,
        )

    return make


@dataclass
class Backend:
    """One backend's empty index: an address, a writer, and readers that see what is committed."""

    engine: Engine
    url: str
    writer: IndexWriter
    _readers: list[IndexReader] = field(default_factory=list)

    def reader(self) -> IndexReader:
        """A reader of what is committed now; the same one each time."""
        if not self._readers:
            self._readers.append(open_reader(self.url))
        self._readers[0].reload()
        return self._readers[0]

    def reopen(self) -> None:
        """Another writer, after the first has let go."""
        self.writer.close()
        self.writer = open_writer(self.url)

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        self.writer.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an embedded index is to be."""
    return tmp_path / "index"


@pytest.fixture
def url(folder: Path) -> str:
    """The address of that."""
    return f"tantivy://{folder}"


# An engine that runs as a server is asked for by the mark of its name; the first test waits for its start.
_ON_A_NODE = [pytest.mark.opensearch, pytest.mark.timeout(400)]
ENGINES = [
    pytest.param(engine, id=engine.scheme, marks=_ON_A_NODE if engine.scheme == "opensearch" else [])
    for engine in BACKENDS
]


@pytest.fixture(params=ENGINES)
def index_url(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[str]:
    """The address of an empty index, of every engine."""
    if request.param.scheme == "tantivy":
        yield f"tantivy://{tmp_path}/an%20index"
        return
    server = request.getfixturevalue("opensearch")
    index = f"test-{uuid.uuid4().hex[:12]}"
    yield server.url(index)
    server.forget(index)


@pytest.fixture
def backend(index_url: str) -> Iterator[Backend]:
    """Every backend has to pass the same tests; a new one adds how its address is made."""
    engine = next(engine for engine in BACKENDS if index_url.startswith(engine.scheme))
    made = Backend(engine, index_url, open_writer(index_url))
    yield made
    made.close()
