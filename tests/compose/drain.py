"""`python -m tests.compose.drain`, which `make bench-compose` calls: how long a start takes, and how fast two drain.

A backlog that only extraction has to work on is drained by one worker and by two, in turn, on one compose project. All
workers are started anew for each backlog: one that has read for longer remembers more words, and is faster for it. They
are frozen while the backlog is made and let go together, so that starting counts for nothing. Processor time is each
container's own, as its control group counts it.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import redis
from wiredesk.client import Client
from wiredesk.events import Stream
from wiredesk.testing import wait_until

from tests.bench.corpus import load
from tests.compose.engine import NoEngine, engine
from tests.compose.stack import SERVICES, Stack
from tests.compose.starting import timed

ROOT = Path(__file__).resolve().parents[2]
_STAGE = "extraction"
_PATIENCE_S = 900.0
_HERTZ = 100
_USAGE = (
    "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null"
    " || sed -n 's/^usage_usec \\(.*\\)/\\1000/p' /sys/fs/cgroup/cpu.stat"
)
"""Nanoseconds of processor time of the container it runs in; version 1 of control groups, else 2."""


@dataclass(frozen=True, slots=True)
class Drained:
    """One backlog drained. Processor seconds are by service; `others_s` is what the rest of the machine took."""

    workers: int
    seconds: float
    processor_s: Mapping[str, float]
    others_s: float

    @property
    def cores(self) -> float:
        """Cores that the extraction workers had on average."""
        return self.processor_s[_STAGE] / self.seconds


def main() -> int:
    """Exit status: 0 measured, 1 not."""
    arguments = _parser().parse_args()
    try:
        with engine() as environment:
            stack = Stack(environment)
            try:
                stack.build()
                _starts(stack, arguments.starts)
                drained = list(_rounds(stack, arguments.articles, arguments.rounds, arguments.words))
            finally:
                stack.down()
    except (NoEngine, RuntimeError, TimeoutError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    if drained:
        _show(drained, arguments.articles)
    return 0


def _starts(stack: Stack, number: int) -> None:
    """Start everything so many times, with nothing left of the time before; it then runs."""
    found = []
    for _ in range(number):
        if found:
            stack.compose("down", "--volumes")
        found.append(timed(stack))
        print("\n".join(found[-1].rows()), flush=True)
    if number > 1:
        print(f"up to healthy, median of {number}: {statistics.median(one.seconds for one in found):.1f} s", flush=True)


def _rounds(stack: Stack, articles: int, rounds: int, words: int) -> "list[Drained]":
    corpus = load(ROOT.parent / "shared/eval/data/news", ROOT / "seeds").joined(words)
    found = []
    with redis.Redis.from_url(stack.redis_url) as client:
        for number in range(rounds):
            for workers in (1, 2):
                documents = corpus.distinct(articles, f"drain-{number}-{workers}")
                stack.up(extraction=workers)
                stack.docker("restart", *stack.containers(_STAGE))
                stack.wait_until_healthy(_STAGE)
                found.append(_drain(stack, client, documents, workers))
                _say(found[-1])
                stack.wait_until_healthy(_STAGE)  # what was frozen is not, to some engines, until they look again
    return found


def _drain(stack: Stack, client: "redis.Redis", documents: Sequence[bytes], workers: int) -> Drained:
    frozen = stack.containers(_STAGE)
    before = {service: _processor_s(stack, service) for service in SERVICES}
    stack.pause(*frozen)
    with Client.connect(stack.redis_url) as publisher:
        for at in range(0, len(documents), 100):
            publisher.send(documents[at : at + 100])
    wait_until(
        lambda: _unfinished(client, Stream.SUBMITTED, "ingest") == 0,
        timeout_s=_PATIENCE_S,
        interval_s=0.2,
        what="ingest to be done",
    )
    meanwhile = {service: _processor_s(stack, service) for service in SERVICES if service != _STAGE}
    machine, started = _machine_s(), time.monotonic()
    stack.docker("unpause", *frozen)
    wait_until(
        lambda: _unfinished(client, Stream.INGESTED, _STAGE) == 0,
        timeout_s=_PATIENCE_S,
        interval_s=0.05,
        what="the backlog to be drained",
    )
    seconds, machine = time.monotonic() - started, _machine_s() - machine
    after = {service: _processor_s(stack, service) for service in SERVICES}
    # Frozen meanwhile, extraction took nothing.
    taken = {service: after[service] - meanwhile.get(service, before[service]) for service in SERVICES}
    return Drained(workers, seconds, taken, machine - sum(taken.values()))


def _unfinished(client: "redis.Redis", stream: Stream, group: str) -> int:
    for told in client.xinfo_groups(stream):
        if told["name"] == group.encode():
            return int(told["lag"] or 0) + int(told["pending"])
    return -1


def _processor_s(stack: Stack, service: str) -> float:
    told = [stack.docker("exec", one, "sh", "-c", _USAGE) for one in stack.containers(service)]
    return sum(int(one) for one in told) / 1e9


def _machine_s() -> float:
    """Processor seconds that everything on this machine has used."""
    user, nice, system, _idle, _wait, irq, softirq, steal, *_ = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq + steal) / _HERTZ


def _say(one: Drained) -> None:
    cores = {service: seconds / one.seconds for service, seconds in one.processor_s.items()}
    others = {service: used for service, used in cores.items() if service != _STAGE}
    told = ", ".join(f"{service} {used:.2f}" for service, used in sorted(others.items(), key=lambda pair: -pair[1]))
    print(
        f"{one.workers} of extraction: {one.seconds:.1f} s; cores used: extraction {one.cores:.2f}, other containers "
        f"{sum(others.values()):.2f} ({told}), the rest of the machine {one.others_s / one.seconds:.2f}",
        flush=True,
    )


def _show(drained: Sequence[Drained], articles: int) -> None:
    by = {workers: [one for one in drained if one.workers == workers] for workers in (1, 2)}
    rates = {workers: statistics.median(articles / one.seconds for one in found) for workers, found in by.items()}
    ratios = [one.seconds / two.seconds for one, two in zip(by[1], by[2], strict=True)]
    for workers, found in by.items():
        cost = statistics.median(one.processor_s[_STAGE] / articles for one in found)
        print(f"{workers} of extraction: {rates[workers]:.1f} articles/s, {1000 * cost:.1f} ms of processor an article")
    told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"2 of extraction are {statistics.median(ratios):.2f} x as fast as 1 (rounds: {told})")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench-compose", description="How much faster two extraction workers drain a backlog than one."
    )
    parser.add_argument("--articles", type=int, default=400, help="in a backlog: 400")
    parser.add_argument("--words", type=int, default=1, help="that each has at least, put together from several: 1")
    parser.add_argument(
        "--rounds", type=int, default=3, help="with one worker and two, in turn: 3; 0 measures starting alone"
    )
    parser.add_argument("--starts", type=int, choices=range(1, 21), metavar="STARTS", default=1, help="timed: 1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
