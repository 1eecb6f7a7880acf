"""Fixtures: one gateway that asks for keys and one that does not, each a process, shared by the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from wiredesk.api_keys import SCOPES, new_key
from wiredesk.events import ArticleExtracted, Entity, Mention
from wiredesk.index import open_writer
from wiredesk.testing import RedisServer, valkey_server

from tests.security.door import Door, opened

HARM = "<script>alert(1)</script>\"'><svg onload=alert(2)>\u202e\x1b]0;x\x07"
"""What a hostile article says wherever it may."""


def _hostile() -> ArticleExtracted:
    text = f"{HARM} said Ada Holm."
    return ArticleExtracted(
        article_id="h1",
        revision=1,
        submission_id="1700000000000-0",
        url="javascript:alert(3)",
        source=f"source {HARM}",
        title=f"=title {HARM}",
        byline=HARM,
        authors=(HARM,),
        text=text,
        content_hash="h",
        cluster_id="c",
        extractor="test/1",
        language="en",
        published_at="2024-03-01",
        entities=(
            Entity(
                id="person:ada-holm",
                type="Person",
                name=f"Ada Holm {HARM}",
                mentions=(Mention(start=0, end=len(HARM), text=HARM),),
            ),
        ),
    )


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A server of these tests' own: gateways that live as long as the session would stand in others' register."""
    with valkey_server() as server:
        yield server


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with one hostile article."""
    folder = tmp_path_factory.mktemp("index") / "index"
    writer = open_writer(f"tantivy://{folder}")
    writer.upsert([_hostile()])
    writer.close()
    return folder


@pytest.fixture(scope="session")
def _open_door(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer, index: Path) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("open"), redis_server.url, index=index) as door:
        yield door


@pytest.fixture(scope="session")
def _locked_door(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer, index: Path) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("locked")
    made = {scope: new_key(scope, frozenset([scope])) for scope in SCOPES}
    file = folder / "keys"
    file.write_text("".join(f"{kept.line()}\n" for _, kept in made.values()))
    file.chmod(0o600)
    keys = {scope: key for scope, (key, _) in made.items()}
    with opened(folder, redis_server.url, index=index, keys=keys, WIREDESK_API_KEYS_FILE=str(file)) as door:
        yield door


@pytest.fixture
def open_door(_open_door: Door, redis_client: redis.Redis) -> Door:
    """A gateway on loopback that asks nobody for a key, and an empty Redis."""
    return _open_door


@pytest.fixture
def locked_door(_locked_door: Door, redis_client: redis.Redis) -> Door:
    """A gateway that asks for keys, and an empty Redis."""
    return _locked_door
