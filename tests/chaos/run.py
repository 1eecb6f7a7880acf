"""One run: a server, a bad network before it, the services as processes, publishers, faults, and the reckoning."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import RedisError
from wiredesk import pipeline
from wiredesk.connection import connect
from wiredesk.errors import NotFound, Unavailable
from wiredesk.events import GROUPS, Stream
from wiredesk.index import open_reader
from wiredesk.journey import journey
from wiredesk.testing import RedisServer, free_port, valkey_server
from wiredesk.testing_network import Network

from . import news, settings, verdict
from .account import Account, Follower
from .errors import ChaosError
from .faults import Faults
from .processes import Supervisor
from .publishing import Publishing
from .recovery import HEALTHY, Recovery, health
from .report import NAMED, Report
from .verdict import Wrong

__all__ = ["Options", "run"]

_SERVER = {"appendonly": "yes", "appendfsync": "always", "save": ""}
"""What XADD answered is kept over kill -9: with `everysec` the last second of it would be missing, and rightly so."""
_WORKERS = {"ingest": 2, "extraction": 2, "indexing": 2, "gateway": 1}
_POLL_S = 0.05
_LOOK_S = 0.5
_READY_S = 180.0
_JANITOR_S = 60.0
_BACKLOG = 2000
"""Unfinished articles up to which more are published."""
_STEP = 100
_AHEAD, _LAST_S = 4, 20.0
"""Publishing is this many faults ahead of the deck, and what is left at its end has so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`seconds` spreads the publishing over so long, None publishes as fast as articles are finished.

    `patience_s` is how long nothing may happen at the end before what is left counts as missing; `without` switches
    something off; `only` names the kinds of fault, none for all; `factless` lets extraction find nothing, for which it
    loads no model; `logs` is a folder for what the processes write.
    """

    articles: int
    seed: int
    seconds: float | None = None
    patience_s: float = 90.0
    without: str = ""
    only: tuple[str, ...] = ()
    factless: bool = False
    logs: Path | None = None


Say = Callable[[str], None]


def run(options: Options, folder: Path, say: Say) -> Report:
    """Carry a run out in an empty folder. Raises ChaosError when it could not be."""
    started = time.monotonic()
    with ExitStack() as cleanup:
        server = cleanup.enter_context(valkey_server(**_SERVER))
        network = cleanup.enter_context(Network(server.port))
        client = cleanup.enter_context(contextlib.closing(connect(server.url)))
        http_port = free_port()
        supervisor = _supervisor(options, folder, network, http_port)
        # Without the fence the time limit is long, and one poisoned article would keep a worker from taking over.
        articles = news.write(options.articles, options.seed, poisoned=options.without != "fence")
        publishing = Publishing(articles, server.url, f"http://127.0.0.1:{http_port}")
        running = _Run(options, server, network, client, supervisor, articles, publishing, say)
        with supervisor:
            running.wait_until_ready()
            with publishing:
                running.publish_and_disturb()
            running.drain()
            wrong = running.reckon(folder)
        return running.report(wrong, time.monotonic() - started)


def _supervisor(options: Options, folder: Path, network: Network, http_port: int) -> Supervisor:
    (folder / "failed-once").mkdir()
    environment = settings.environment(
        redis_url=network.url,
        folder=folder,
        http_port=http_port,
        seed=options.seed,
        without=options.without,
        factless=options.factless,
    )
    supervisor = Supervisor(environment, options.logs)
    for stage, number in _WORKERS.items():
        for _ in range(number):
            supervisor.add(stage, "chaos.worker", stage)
    return supervisor


class _Run:
    """The parts of a run and their order. Its own thread follows the streams; faults are done in another."""

    def __init__(
        self,
        options: Options,
        server: RedisServer,
        network: Network,
        client: "redis.Redis",
        supervisor: Supervisor,
        articles: news.News,
        publishing: Publishing,
        say: Say,
    ) -> None:
        self._options, self._network, self._client = options, network, client
        self._supervisor, self._articles, self._publishing, self._say = supervisor, articles, publishing, say
        self._account = Account(answered=publishing.answered)
        self._follower = Follower(client, articles, self._account)
        self._stop = threading.Event()
        self._published_s = 0.0
        self._deck_size = 0
        self._faulty: BaseException | None = None
        self._recovery = Recovery(client, supervisor, self._probe, self._stop.is_set)
        self._faults = Faults(
            supervisor=supervisor,
            server=server,
            network=network,
            client=client,
            recovery=self._recovery,
            chance=random.Random(f"faults {options.seed}"),
            bait=lambda stage: self._bait(stage),
            stopped=self._stop.is_set,
        )

    def wait_until_ready(self) -> None:
        """Until every process consumes or stands by. Raises ChaosError, with the last words of one that does not."""
        deadline = time.monotonic() + _READY_S
        while waiting := [member for member in self._supervisor.members if member.pid not in self._recovery.ready]:
            self._recovery.look()
            if self._supervisor.surprises or time.monotonic() > deadline:
                words = (*self._supervisor.surprises, *waiting[0].lines)[:1]
                raise ChaosError(f"the pipeline did not start: {waiting[0].stage}: {''.join(words) or 'no word of it'}")
            time.sleep(_POLL_S)
        self._say("every process is ready")

    def publish_and_disturb(self) -> None:
        """Publish everything, and meanwhile do every fault once at least."""
        disturbing = threading.Thread(target=self._disturb, name="faults", daemon=True)
        started = time.monotonic()
        looked = 0.0
        disturbing.start()
        try:
            while disturbing.is_alive() or not self._publishing.done:
                self._follow()
                if time.monotonic() - looked > _LOOK_S:
                    looked = time.monotonic()
                    self._recovery.look()
                    self._pace(time.monotonic() - started)
                    self._tell("publishing")
                time.sleep(_POLL_S)
            self._published_s = time.monotonic() - started
        finally:
            self._stop.set()
            disturbing.join()
            self._network.heal()
        if self._faulty is not None:
            raise ChaosError(f"a fault could not be done: {self._faulty!r}") from self._faulty

    def drain(self) -> None:
        """Until nothing is in flight, or nothing has happened for as long as patience lasts."""
        changed, last = time.monotonic(), None
        while True:
            busy = self._follow()
            state = self._unfinished()
            # What was finished between the two looks has been told by now: a last look misses nothing.
            if state == (0, 0, 0, 0) and not busy and not self._follow():
                return
            if (seen := (state, self._account.ended, busy)) != last:
                changed, last = time.monotonic(), seen
            elif time.monotonic() - changed > self._options.patience_s:
                return
            self._tell("draining")
            time.sleep(_POLL_S)

    def reckon(self, folder: Path) -> list[Wrong]:
        """Everything that is wrong at the end."""
        self._say("reckoning")
        self._follower.ask(self._account.pieces)
        wrong = list(verdict.judge(self._account))
        corrected = {
            self._account.article_ids[one]
            for one, piece in self._account.pieces.items()
            if piece and piece.state and one in self._account.article_ids
        }
        try:
            with contextlib.closing(open_reader(f"tantivy://{folder}/index")) as reader:
                wrong += verdict.judge_index(self._account, *verdict.found_in(reader, corrected))
        except Unavailable as error:
            wrong.append(Wrong("index", str(error)))
        return [*wrong, *self._leftovers()]

    def report(self, wrong: list[Wrong], seconds: float) -> Report:
        """What the run found."""
        journeys = {one.submission_id: self._journey(one.submission_id) for one in wrong[:NAMED] if one.submission_id}
        return Report(
            options=self._options,
            account=self._account,
            faults=dict(self._faults.done),
            bitten=dict(self._faults.bitten),
            recovery={key: list(values) for key, values in self._recovery.seconds.items()},
            unrecovered=dict(self._recovery.unfinished),
            log=list(self._faults.log),
            sent_again=self._publishing.again,
            ends=dict(self._supervisor.ends),
            surprises=list(self._supervisor.surprises),
            wrong=wrong,
            journeys=journeys,
            published_s=self._published_s,
            seconds=seconds,
        )

    def _disturb(self) -> None:
        try:
            deck = self._faults.deck(self._options.only)
            self._deck_size = len(deck)
            while True:
                for fault in deck:
                    if self._stop.is_set():
                        return
                    self._faults.do(fault)
                if self._all_published():
                    return
                deck = self._faults.deck(self._options.only)
        except Exception as error:  # told by the main thread
            self._faulty = error

    def _all_published(self) -> bool:
        """Whether no further faults are needed; what is about to be sent is waited for."""
        deadline = time.monotonic() + _LAST_S
        while not self._publishing.done and time.monotonic() < deadline and self._publishing.allowance == 1.0:
            time.sleep(_POLL_S)
        return self._publishing.done

    def _pace(self, elapsed_s: float) -> None:
        """How much may be published by now: as fast as articles are finished, spread over the first deck of faults."""
        most = 1.0
        if self._options.seconds:
            most = min(most, elapsed_s / self._options.seconds)
        if self._deck_size:
            most = min(most, (self._faults.done.total() + _AHEAD) / self._deck_size)
        if sum(self._unfinished()) < _BACKLOG:
            step = max(_STEP, _BACKLOG // 4) / max(1, len(self._articles))
            self._publishing.allowance = max(self._publishing.allowance, min(most, self._publishing.allowance + step))

    def _follow(self) -> bool:
        """Read what is new. Of a server that is away the faults know; it comes back."""
        try:
            return self._follower.read()
        except RedisError:
            return False

    def _unfinished(self) -> tuple[int, ...]:
        """For each of our groups, entries not acknowledged; all of a stream without the group or its lag."""
        found = []
        for stream, groups in GROUPS.items():
            for group in groups:
                try:
                    found.append(self._unfinished_of(stream, group))
                except RedisError:
                    found.append(_BACKLOG)
        return tuple(found)

    def _unfinished_of(self, stream: Stream, group: str) -> int:
        for told in self._groups(stream):
            if told["name"] == group.encode():
                lag = told["lag"]
                return int(told["pending"]) + int(self._client.xlen(stream) if lag is None else lag)
        return int(self._client.xlen(stream))

    def _groups(self, stream: Stream) -> Any:
        try:
            return self._client.xinfo_groups(stream)
        except redis.ResponseError:
            return []

    def _leftovers(self) -> Iterator[Wrong]:
        """Processes that do not consume, entries still pending, and consumers of processes that are no more."""
        deadline = time.monotonic() + min(_JANITOR_S, self._options.patience_s)
        while left := list(self._left()):
            if time.monotonic() > deadline:
                yield from left
                return
            time.sleep(_LOOK_S)

    def _left(self) -> Iterator[Wrong]:
        reports = {report.pid: report for report in pipeline.workers(self._client)}
        for member in self._supervisor.members:
            report = reports.get(member.pid or 0)
            if report is None or report.state not in HEALTHY:
                yield Wrong(
                    "worker", f"{member.stage} (pid {member.pid}) is {report.state if report else 'unheard of'}"
                )
            elif (state := health(report.address or "")) not in HEALTHY:
                yield Wrong("worker", f"{member.stage} (pid {member.pid}) tells under /health: {state}")
        living = {report.name.encode() for report in reports.values()}
        for stream, groups in GROUPS.items():
            for group in groups:
                if unfinished := self._unfinished_of(stream, group):
                    yield Wrong("worker", f"{group} has not finished {unfinished} entries of {stream}")
                with contextlib.suppress(redis.ResponseError):
                    names = {consumer["name"] for consumer in self._client.xinfo_consumers(stream, group)}
                    for name in sorted(names - living):
                        yield Wrong("worker", f"{group} still has the consumer {name.decode()}, whose process is dead")

    def _probe(self) -> None:
        self._publishing.add(self._articles.extra())

    def _bait(self, stage: str) -> None:
        self._publishing.add(self._articles.extra(slow_in=stage))

    def _journey(self, submission_id: str) -> str:
        try:
            told = journey(self._client, submission_id)
        except (NotFound, Unavailable) as error:
            return f"    {error}"
        steps = [
            f"    {step.stage}: {step.outcome} {step.reason or ''} entry {step.entry_id}, attempt {step.attempts}, "
            f"from {step.started_ms} to {step.finished_ms}, by {step.worker}"
            for step in told.steps
        ]
        return "\n".join([f"    article {told.article_id}: {told.state}", *steps])

    def _tell(self, doing: str) -> None:
        account = self._account
        self._say(
            f"{doing}: {sum(self._publishing.sent.values()):,} of {len(self._articles):,} published, "
            f"{len(account.indexed):,} indexed, {len(account.dead):,} dead, {self._faults.done.total()} faults"
        )
