"""Very many short articles through the pipeline on a server with little memory: what grows, and what stays bounded.

Every service is the real one. The publisher is the product's own client, with its backpressure. Every submission is
told by its id, not by counters.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

from wiredesk import wire
from wiredesk.client import Client, batches
from wiredesk.errors import WiredeskError
from wiredesk.events import Stream, revision_of
from wiredesk.index import open_reader
from wiredesk.patience import Holdup

from . import machine
from .context import Bench
from .errors import BenchError
from .figures import Curve, Figure
from .processes import Stack, running
from .whole import SERVICES

__all__ = ["Tally", "long_run"]

_SEED = 20
_MEMORY = 1_500_000_000
"""The server's limit in bytes: full is refused, as docker-compose.yml has it."""

_ROWS, _FINE_ROWS = 10, 200
_SAMPLE_S = 2.0
_POLL_S = 0.05
_STUCK_S = 180.0
_NAMED = 5
_MB = 1e6
_LOOKED_AT = (Stream.SUBMITTED, Stream.INGESTED, Stream.EXTRACTED, Stream.INDEXED)


@dataclass(slots=True)
class Tally:
    """Which submissions are under way, as revisions. It holds what is under way, not all there were.

    `unasked` are ends nobody is known to have asked for: of a submission whose id has not been told yet, or a second
    end of one.
    """

    submitted: int = 0
    indexed: int = 0
    refused: int = 0
    waiting: set[int] = field(default_factory=set)
    unasked: set[int] = field(default_factory=set)

    def submit(self, submission_ids: Sequence[str]) -> None:
        """They were put on the stream."""
        self.submitted += len(submission_ids)
        told = {revision_of(one) for one in submission_ids}
        self.waiting |= told - self.unasked
        self.unasked -= told

    def end(self, submission_id: str, *, dead: bool) -> None:
        """One was indexed, or is a dead letter."""
        if dead:
            self.refused += 1
        else:
            self.indexed += 1
        revision = revision_of(submission_id)
        if revision in self.waiting:
            self.waiting.remove(revision)
        elif revision in self.unasked:
            raise BenchError(f"{submission_id} has come to an end twice")
        else:
            self.unasked.add(revision)


@dataclass(frozen=True, slots=True)
class _Sample:
    """One look: `lengths` of the streams, `resident` bytes by process."""

    seconds: float
    submitted: int
    indexed: int
    server_bytes: int
    lengths: tuple[int, ...]
    index_bytes: int
    resident: dict[str, int]


@dataclass(slots=True)
class _Publisher:
    """Publishes in a thread of its own. `held_s` is how long backpressure held it up, `why` what it said last."""

    url: str
    documents: Iterator[bytes]
    ids: SimpleQueue[list[str]] = field(default_factory=SimpleQueue)
    stop: Event = field(default_factory=Event)
    held_s: float = 0.0
    why: str | None = None
    _held_since: float | None = None

    def run(self) -> None:
        """Raises WiredeskError."""
        with Client.connect(self.url, patience_s=None, on_wait=self._wait) as client:
            for batch in batches(self.documents):
                told = client.send(batch)
                self.ids.put([one for one in told if isinstance(one, str)])
                if self.stop.is_set():
                    return

    def _wait(self, holdup: Holdup | None) -> None:
        now = time.monotonic()
        if self._held_since is not None:
            self.held_s += now - self._held_since
        self._held_since = now if holdup else None
        self.why = holdup.why if holdup else self.why
        if holdup and self.stop.is_set():
            raise BenchError("stopped while it waited")


def long_run(bench: Bench) -> Iterator[Figure]:
    """Figures of the whole run; its curve goes to the bench's curves. Raises BenchError unless every id is indexed."""
    folder = bench.folder / "long"
    limits = {"maxmemory": str(_MEMORY), "maxmemory-policy": "noeviction"}
    with running(folder, *SERVICES, server_settings=limits) as stack:
        publisher = _Publisher(stack.redis_url, bench.corpora["text"].short(bench.messages, _SEED))
        cpu_before = stack.cpu_by_process()
        samples = _follow(bench, stack, publisher)
        cpu_after = stack.cpu_by_process()
        _reconcile(folder, bench.messages)
    bench.note_memory(stack)
    bench.curves.append(_curve(samples, bench.messages))
    last = samples[-1]
    yield Figure(
        section="long",
        name="short articles indexed",
        unit="articles/s",
        values=(last.indexed / last.seconds,),
        note=f"{last.indexed:,} in {last.seconds:,.0f} s; publisher held up for {publisher.held_s:,.0f} s",
    )
    for name, seconds in cpu_after.items():
        if name in cpu_before:
            each = 1000 * (seconds - cpu_before[name]) / last.indexed
            yield Figure(section="long", name=f"processor time, {name}", unit="ms/article", values=(each,))


def _follow(bench: Bench, stack: Stack, publisher: _Publisher) -> list[_Sample]:
    """Publish, and look at everything until every submission has ended."""
    tally, samples = Tally(), [_sample(stack, Tally(), 0.0)]
    seen: dict[Any, Any] = {Stream.INDEXED: "0", Stream.DEAD: "0"}
    started = moved_at = sampled_at = time.monotonic()
    said = 0
    with ThreadPoolExecutor(max_workers=1) as pool:
        publishing = pool.submit(publisher.run)
        try:
            while tally.submitted < bench.messages or tally.waiting:
                moved = _take(stack, tally, seen, publisher)
                now = time.monotonic()
                moved_at = now if moved else moved_at
                if now - sampled_at > _SAMPLE_S:
                    sampled_at = now
                    samples.append(_sample(stack, tally, now - started))
                    _check(stack, publishing, tally, idle_s=now - moved_at)
                if tally.indexed * _ROWS // bench.messages > said:
                    said = tally.indexed * _ROWS // bench.messages
                    bench.say(_progress(samples[-1]))
                if not moved:
                    time.sleep(_POLL_S)
        finally:
            publisher.stop.set()
        publishing.result()
    samples.append(_sample(stack, tally, time.monotonic() - started))
    if tally.unasked or tally.refused:
        raise BenchError(f"{tally.refused} dead letters, and {len(tally.unasked)} ends nobody asked for")
    return samples


def _take(stack: Stack, tally: Tally, seen: dict[Any, Any], publisher: _Publisher) -> bool:
    """What was published and what has ended since the last time; whether there was anything."""
    answer: Any = stack.client.xread(seen, count=1000)
    while True:
        try:
            tally.submit(publisher.ids.get_nowait())
        except Empty:
            break
    for stream, entries in answer or ():
        name = Stream(stream.decode())
        for _, fields in entries:
            headers = wire.decode(fields[wire.FIELD.encode()]).headers
            tally.end(headers["correlation_id"], dead=name == Stream.DEAD)
        seen[name] = entries[-1][0]
    return bool(answer)


def _check(stack: Stack, publishing: "Future[None]", tally: Tally, *, idle_s: float) -> None:
    stack.check()
    if publishing.done():
        publishing.result()
    if idle_s > _STUCK_S:
        some = sorted(tally.waiting)[:_NAMED]
        raise BenchError(f"nothing was indexed for {_STUCK_S:g} s; {len(tally.waiting):,} wait, the first: {some}")


def _sample(stack: Stack, tally: Tally, seconds: float) -> _Sample:
    client = stack.client
    resident = {name: machine.memory_bytes(pid) or 0 for name, pid in stack.pids().items()}
    used: Any = client.info("memory")
    lengths: list[Any] = [client.xlen(stream) for stream in _LOOKED_AT]
    return _Sample(
        seconds=seconds,
        submitted=tally.submitted,
        indexed=tally.indexed,
        server_bytes=used["used_memory"],
        lengths=tuple(lengths),
        index_bytes=_size(stack.folder / "index"),
        resident=resident,
    )


def _progress(sample: _Sample) -> str:
    waiting = ", ".join(f"{length:,} on {stream}" for stream, length in zip(_LOOKED_AT, sample.lengths, strict=True))
    resident = ", ".join(f"{name} {size / _MB:,.0f}" for name, size in sample.resident.items())
    return (
        f"{sample.indexed:,} indexed; {waiting}; MB: Redis {sample.server_bytes / _MB:,.0f}, "
        f"index {sample.index_bytes / _MB:,.0f}; resident {resident}"
    )


def _size(folder: Path) -> int:
    """Bytes of the files in a folder, of which some may go meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total


def _reconcile(folder: Path, count: int) -> None:
    """Every id has ended by now; the index must tell the same number."""
    try:
        with closing(open_reader(f"tantivy://{folder}/index")) as reader:
            found = reader.documents()
    except WiredeskError as error:
        raise BenchError(f"the index cannot be read: {error}") from error
    if found != count:
        raise BenchError(f"the index has {found:,} articles of {count:,}")


def _curve(samples: Sequence[_Sample], count: int) -> Curve:
    """A row for every tenth of the articles, with the peaks since the row before."""
    names = list(samples[-1].resident)
    headings = [stream.removeprefix("articles.") for stream in _LOOKED_AT]
    return Curve(
        title="Memory over the run: peaks since the row before, MB; entries of each stream",
        headings=("articles", "s", "articles/s", "Redis", *headings, "index", *names),
        rows=tuple(_rows(samples, count, _ROWS, names)),
        fine=tuple(_rows(samples, count, _FINE_ROWS, names)),
    )


def _rows(samples: Sequence[_Sample], count: int, wanted: int, names: Sequence[str]) -> Iterator[tuple[float, ...]]:
    at, before = 0, samples[0]
    for row in range(1, wanted + 1):
        upto = next(n for n, sample in enumerate(samples) if sample.indexed >= count * row // wanted)
        span = samples[at + 1 : upto + 1] or [samples[upto]]
        last = span[-1]
        peaks = [max(sample.lengths[n] for sample in span) for n in range(len(_LOOKED_AT))]
        resident = [max(sample.resident.get(name, 0) for sample in span) / _MB for name in names]
        rate = (last.indexed - before.indexed) / max(0.001, last.seconds - before.seconds)
        server = max(sample.server_bytes for sample in span) / _MB
        yield (last.indexed, last.seconds, rate, server, *peaks, last.index_bytes / _MB, *resident)
        at, before = upto, last
