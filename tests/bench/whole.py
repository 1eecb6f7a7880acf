"""The whole pipeline, one process of each service: its first article, then as fast as it goes, then at half of that."""

import time
from collections.abc import Iterator, Sequence
from statistics import median

from wiredesk import submissions
from wiredesk.events import ArticleIndexed

from .accounts import Account, Follower, milliseconds
from .alone import processor_time
from .bare import STAGES
from .context import WARM_UP, Bench, in_turn, prepare
from .errors import BenchError
from .figures import Figure
from .half_load import Subject, half_load
from .moving import Moved
from .processes import running
from .storage import what_is_kept
from .yardstick import Measured, read_items

__all__ = ["whole_pipeline"]

_SERVICES = (*STAGES, "gateway")
_PUBLISHED_AT_ONCE = 100


def whole_pipeline(bench: Bench, account: Account) -> Iterator[Figure]:
    """Figures of start, speed and latency; every submission is entered in `account`, and every end it comes to."""
    with running(bench.folder / "pipeline", *_SERVICES, backlog=bench.corpus.distinct(1, "first")) as stack:
        subject = Subject(stack, account, Follower(stack.client, account))
        yield _first_article(bench, subject)
        rounds = [_round(bench, subject, tag, number) for number, tag in enumerate(bench.tags)][1:]
        yield Figure(
            section="speed",
            name="whole pipeline",
            unit="articles/s",
            values=tuple(moved.per_second for moved, _ in rounds),
            yardstick="bare loop",
            yardstick_values=tuple(bare.per_second for _, bare in rounds),
        )
        yield from processor_time("whole pipeline, workers and server", rounds)
        yield from half_load(
            bench,
            subject,
            rate_per_s=median(moved.per_second for moved, _ in rounds) / 2,
            bare_s=median(bare.seconds / bare.count for _, bare in rounds),
        )
        yield from what_is_kept(stack, "whole pipeline", bench.corpus.mean_bytes(bench.articles))
    bench.note_memory(stack)


def _first_article(bench: Bench, subject: Subject) -> Figure:
    """From the start of the processes to the end of an article that was on the stream before."""
    stack = subject.stack
    since_start_s = time.monotonic() - min(one.started for one in stack.processes.values())
    started_at = time.time() - since_start_s
    (submission_id,) = stack.backlog
    subject.follow([submission_id])
    return Figure(
        section="start",
        name="whole pipeline, start to first article indexed",
        unit="s",
        values=(_indexed(subject.account, submission_id).indexed_at.timestamp() - started_at,),
        yardstick="bare functions loaded",
        yardstick_values=(bench.yardstick.ready_s,),
    )


def _round(bench: Bench, subject: Subject, tag: str, number: int) -> tuple[Moved, Measured]:
    items = prepare(bench, f"whole-{tag}", count=bench.size(tag))
    documents = [event for _, event in read_items(items)]
    moved, bare = in_turn(
        number, lambda: _at_full_speed(subject, documents), lambda: bench.yardstick.stages(STAGES, items)
    )
    if tag != WARM_UP:
        bench.say(f"whole pipeline, {tag}: {moved.per_second:.1f} articles/s, bare {bare.per_second:.1f}")
    return moved, bare


def _at_full_speed(subject: Subject, documents: Sequence[bytes]) -> Moved:
    """From the first submission to the last article indexed, on the server's clock."""
    cpu_before = subject.stack.cpu_seconds()
    ids: list[str] = []
    for at in range(0, len(documents), _PUBLISHED_AT_ONCE):
        ids += submissions.submit(subject.stack.client, documents[at : at + _PUBLISHED_AT_ONCE])
    subject.follow(ids)
    ended = [subject.account.indexed[one][1] for one in ids if one in subject.account.indexed]
    if not ended:
        raise BenchError(f"none of {len(ids)} articles was indexed: {subject.account.counts()}")
    cpu_after = subject.stack.cpu_seconds()
    return Moved(
        count=len(ids),
        refused=len(ids) - len(ended),
        seconds=max(0.001, (max(ended) - milliseconds(ids[0])) / 1000),
        cpu_seconds=cpu_after - cpu_before if cpu_after is not None and cpu_before is not None else None,
    )


def _indexed(account: Account, submission_id: str) -> ArticleIndexed:
    if submission_id not in account.indexed:
        raise BenchError(f"an article was refused: {account.dead.get(submission_id, 'as a duplicate')}")
    return account.indexed[submission_id][0]
