"""Fixtures: articles, a small index in memory behind the reader's protocol, and a gateway that really serves."""

import base64
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Page as BrowserPage
from prometheus_client import CollectorRegistry
from wiredesk import wire
from wiredesk.connection import connect
from wiredesk.errors import NotFound, Unavailable, UsageError
from wiredesk.events import ArticleExtracted, Cue, DateMention, DeadLetter, Entity, Mention, Quote, Speaker, Stream
from wiredesk.index.corrections import Register
from wiredesk.index.histogram import first_day, histogram_of
from wiredesk.index.protocol import (
    ArticleHit,
    EntityHit,
    FacetCount,
    Histogram,
    IndexReader,
    Interval,
    Page,
    QuoteHit,
    SearchPage,
    SearchRequest,
)
from wiredesk.listening import listen
from wiredesk.testing import PATIENCE_S, RedisServer, free_port, wait_until
from wiredesk.workers import Pace, WorkerReport, announce
from wiredesk_gateway.app import create_app
from wiredesk_gateway.live_index import LiveIndex
from wiredesk_gateway.serving import GatewayServer
from wiredesk_gateway.settings import GatewaySettings

Serve = Callable[..., httpx.Client]
OpenPage = Callable[..., BrowserPage]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class _BrokenQuery(UsageError):
    def __init__(self, column: int) -> None:
        super().__init__(f"a quotation mark is not closed at column {column}")
        self.column = column


class MemoryReader:
    """The reader's protocol over a few articles: plain substring search, one page."""

    def __init__(self, articles: list[ArticleExtracted]) -> None:
        self.articles = {article.article_id: article for article in articles}

    def search(self, request: SearchRequest) -> SearchPage:
        if request.q.count('"') % 2:
            raise _BrokenQuery(request.q.rindex('"') + 1)
        wanted = request.q.removeprefix('entity:"').removeprefix('cluster:"').removesuffix('"')
        people = set(request.filters.people)
        found = [
            article
            for article in self.articles.values()
            if (wanted in article.text or wanted in {e.id for e in article.entities} or wanted == article.cluster_id)
            and (not people or people & {e.id for e in article.entities})
        ]
        clusters = Counter(article.cluster_id for article in found)
        first = {article.cluster_id: article for article in reversed(found)} if request.fold else {}
        shown = [article for article in found if not request.fold or first[article.cluster_id] is article]
        return SearchPage(
            total=len(found),
            hits=tuple(
                _hit(article, wanted, copies=clusters[article.cluster_id] - 1 if request.fold else 0)
                for article in shown[: request.limit]
            ),
            facets=_facets(found),
            histogram=_histogram(found, request.interval),
            next_cursor="further" if len(shown) > request.limit else None,
        )

    def article(self, article_id: str) -> ArticleExtracted:
        if article_id not in self.articles:
            raise NotFound(f"there is no article {article_id}")
        return self.articles[article_id]

    def quotes(
        self, *, q: str = "", speaker: str = "", article_id: str = "", limit: int = 10, cursor: str | None = None
    ) -> Page[QuoteHit]:
        found = [
            _quote_hit(article, quote)
            for article in self.articles.values()
            for quote in article.quotes
            if q in quote.text and (not speaker or (quote.speaker and quote.speaker.entity_id == speaker))
        ]
        return Page(total=len(found), hits=tuple(found[:limit]), next_cursor=None)

    def entities(self, *, q: str = "", type: str = "", limit: int = 10, cursor: str | None = None) -> Page[EntityHit]:
        found = {
            entity.id: EntityHit(entity_id=entity.id, type=entity.type, name=entity.name, articles=1, quotes=0)
            for article in self.articles.values()
            for entity in article.entities
            if q.lower() in entity.name.lower() and type in ("", entity.type)
        }
        return Page(total=len(found), hits=tuple(found.values())[:limit], next_cursor=None)

    def entity(self, entity_id: str) -> EntityHit:
        for hit in self.entities().hits:
            if hit.entity_id == entity_id:
                return hit
        raise NotFound(f"no article speaks of {entity_id!r}")

    def corrections(self, entity_id: str) -> tuple[Register, ...]:
        return ()

    def corrected_up_to(self) -> int:
        return 0

    def similar(self, article_id: str, *, limit: int = 10) -> tuple[ArticleHit, ...]:
        self.article(article_id)
        return tuple(_hit(article, "", copies=0) for key, article in self.articles.items() if key != article_id)[:limit]

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[EntityHit, ...]:
        return self.entities(q=prefix, limit=limit).hits

    def documents(self) -> int:
        return len(self.articles)

    def reload(self) -> None:
        return

    def close(self) -> None:
        return


def _hit(article: ArticleExtracted, wanted: str, *, copies: int) -> ArticleHit:
    at = article.text.find(wanted) if wanted else -1
    return ArticleHit(
        article_id=article.article_id,
        revision=article.revision,
        title=article.title,
        source=article.source,
        url=article.url,
        published_at=article.published_at,
        language=article.language,
        score=1.0,
        snippet=article.text,
        highlights=((at, at + len(wanted)),) if at >= 0 else (),
        cluster_id=article.cluster_id,
        copies=copies,
    )


def _quote_hit(article: ArticleExtracted, quote: Quote) -> QuoteHit:
    return QuoteHit(
        article_id=article.article_id,
        article_title=article.title,
        source=article.source,
        published_at=article.published_at,
        start=quote.start,
        end=quote.end,
        text=quote.text,
        kind=quote.kind,
        speaker_id=quote.speaker.entity_id if quote.speaker else None,
        speaker_name=quote.speaker.name if quote.speaker else None,
        cue=quote.cue.text if quote.cue else None,
        context=quote.text,
        context_start=quote.start,
        unsure=quote.speaker.unsure if quote.speaker else False,
    )


def _facets(found: list[ArticleExtracted]) -> dict[str, tuple[FacetCount, ...]]:
    people = {e.id: e.name for article in found for e in article.entities if e.type == "Person"}
    sources = {article.source for article in found if article.source}
    return {
        "people": tuple(FacetCount(id, name, 1) for id, name in people.items()),
        "organizations": (),
        "places": (),
        "source": tuple(FacetCount(source, source, 1) for source in sorted(sources)),
        "language": (),
    }


def _histogram(found: list[ArticleExtracted], interval: Interval | None) -> Histogram:
    days = sorted(date.fromisoformat(article.published_at[:10]) for article in found if article.published_at)

    def counted(by: Interval) -> list[tuple[date, int]]:
        return sorted(Counter(first_day(day, by) for day in days).items())

    return histogram_of((days[0], days[-1]) if days else None, counted, interval)


def spans(text: str, words: str) -> dict[str, int | str]:
    """Start, end and text of the first place of `words`."""
    start = text.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def extracted(article_id: str, text: str, **fields: object) -> ArticleExtracted:
    """An article with what a test does not care about filled in."""
    usual = {
        "revision": 1,
        "submission_id": "1700000000000-0",
        "content_hash": "h",
        "cluster_id": f"c-{article_id}",
        "extractor": "test/1",
        "language": "en",
    }
    return ArticleExtracted.model_validate({**usual, **fields, "article_id": article_id, "text": text})


def _plain_article() -> ArticleExtracted:
    text = 'The ferry returns.\n\n"We sail to Port Arven on Monday," said Mara Ilves, the harbour master.'
    return extracted(
        "a1",
        text,
        title="Ferry to return",
        source="The Arven Post",
        url="https://example.org/ferry",
        published_at="2024-03-01",
        entities=[
            Entity(
                id="person:mara-ilves",
                type="Person",
                name="Mara Ilves",
                roles=("harbour master",),
                mentions=(Mention.model_validate(spans(text, "Mara Ilves")),),
            ),
            Entity(
                id="place:port-arven",
                type="Place",
                name="Port Arven",
                mentions=(Mention.model_validate(spans(text, "Port Arven")),),
            ),
            Entity(id="event:regatta", type="Event", name="Regatta"),
        ],
        quotes=[
            Quote(
                **spans(text, "We sail to Port Arven on Monday,"),
                speaker=Speaker(**spans(text, "Mara Ilves"), entity_id="person:mara-ilves", name="Mara Ilves"),
                cue=Cue(**spans(text, "said")),
            )
        ],
        dates=[DateMention(**spans(text, "Monday"), type="DATE", value="2024-03-04")],
    )


def _articles() -> list[ArticleExtracted]:
    return [_plain_article(), extracted("a2", "Fog delays the ferry.", title="Fog", source="Coast Radio")]


@pytest.fixture
def plain_article() -> ArticleExtracted:
    """A quote within which a place and a date are named, said by a person."""
    return _plain_article()


@pytest.fixture
def articles() -> list[ArticleExtracted]:
    """What the shared gateway's index holds."""
    return _articles()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a gateway on a free port and gives a client to it; everything is stopped after the test."""
    with ExitStack() as stack:

        def start(articles: list[ArticleExtracted] | None, redis_url: str, **options: object) -> httpx.Client:
            def open_reader() -> IndexReader:
                if articles is None:
                    raise Unavailable("the index at /nowhere is not there yet; start the indexing worker")
                return MemoryReader(articles)

            return start_gateway(stack, open_reader, redis_url, **options)

        yield start


def start_gateway(
    stack: ExitStack, open_reader: Callable[[], IndexReader], redis_url: str, *, port: int = 0, **options: object
) -> httpx.Client:
    """A gateway in a thread of this process, on a real socket; port 0 is a free one."""
    settings = GatewaySettings.model_validate({"reload_interval_s": 0.02, **options})
    client: redis.Redis = connect(redis_url, retries=0)
    stack.callback(client.close)
    index = LiveIndex(open_reader, interval_s=settings.reload_interval_s)
    app = create_app(settings, redis=client, index=index, registry=CollectorRegistry())
    index.start()
    stack.callback(index.stop)
    listening = listen("127.0.0.1", port, setting="a port")
    server = GatewayServer(
        app, connections=settings.connections, address_connections=settings.address_connections, drain_s=2
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=PATIENCE_S)

    stack.callback(stop)
    wait_until(lambda: server.started, what="the gateway to serve")
    return stack.enter_context(
        httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=PATIENCE_S)
    )


@pytest.fixture(scope="session")
def shared_gateway(redis_server: RedisServer) -> Iterator[httpx.Client]:
    with ExitStack() as stack:
        yield start_gateway(stack, lambda: MemoryReader(_articles()), redis_server.url)


@pytest.fixture
def gateway(shared_gateway: httpx.Client, redis_client: redis.Redis) -> httpx.Client:
    """A client of a gateway, shared by the session, with a few articles and an empty Redis."""
    return shared_gateway


def bury(client: redis.Redis, *, original: bytes = b'{"text": "x"}', **fields: object) -> str:
    """Puts a dead letter on the stream as a stage would; its id."""
    usual = {
        "stream": Stream.SUBMITTED,
        "stage": "ingest",
        "reason": "not_json",
        "message": "it is not JSON",
        "attempts": 1,
        "first_seen": datetime.now(UTC),
        "last_seen": datetime.now(UTC),
        "submission_id": "1700000000000-5",
    }
    letter = DeadLetter.model_validate({**usual, **fields, "original": base64.b64encode(original).decode()})
    id: bytes = client.xadd(Stream.DEAD, {wire.FIELD: letter.model_dump_json()})
    return id.decode()


@pytest.fixture
def buried(redis_client: redis.Redis) -> Callable[..., str]:
    """Buries letters on the empty server."""
    return lambda **fields: bury(redis_client, **fields)


@pytest.fixture
def no_redis_url() -> str:
    """An address nobody listens on."""
    return f"redis://127.0.0.1:{free_port()}/0"


@pytest.fixture
def index_url(tmp_path: Path) -> str:
    return f"tantivy://{tmp_path}/index"


@pytest.fixture
def start(tmp_path: Path, index_url: str) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Starts gateways with an environment of their own and ends them after the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(redis_url: str, **variables: str) -> "subprocess.Popen[bytes]":
        given = {
            "WIREDESK_REDIS_URL": redis_url,
            "WIREDESK_INDEX_URL": index_url,
            "WIREDESK_HTTP_PORT": "0",
            "WIREDESK_LOG_FORMAT": "json",
            **variables,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        log = (tmp_path / f"gateway-{len(processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "wiredesk_gateway"], env=kept | given, stdout=log, stderr=log
            )
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=PATIENCE_S)


@pytest.fixture
def pace(redis_client: redis.Redis) -> Callable[..., None]:
    """Announces a worker on the empty server that has measured its pace over a minute."""

    def announced(
        stage: str, *, finished: int, busy_s: float, stream: str = "", arrivals_per_s: float = 0.0, **fields: object
    ) -> None:
        now = datetime.now(UTC)
        arrivals = {stream: arrivals_per_s} if stream else {}
        measured = Pace(window_s=60, busy_s=busy_s, finished=finished, passed_on=finished, arrivals_per_s=arrivals)
        usual = {"name": f"{stage}-1", "pid": 7, "host": "h", "version": "0.1.0", "state": "consuming"}
        report = WorkerReport.model_validate(
            {**usual, "stage": stage, "pace": measured, "started_at": now, "reported_at": now, **fields}
        )
        with redis_client.pipeline() as commands:
            announce(commands, report)
            commands.execute()

    return announced


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, for one module: while Playwright's event loop runs, no other test can run its own."""
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER: there is no {CHROMIUM}, so the pages were not tried in one")
    expect.set_options(timeout=1000 * PATIENCE_S)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages, each in a context of its own with Playwright's options; they are closed after the test."""
    with ExitStack() as stack:

        def opened(**options: Any) -> BrowserPage:
            context = stack.enter_context(browser.new_context(**options))
            context.set_default_timeout(1000 * PATIENCE_S)
            return context.new_page()

        yield opened


@pytest.fixture
def page(open_page: OpenPage) -> BrowserPage:
    """A page as most people have it."""
    return open_page()
