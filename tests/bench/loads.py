"""From publish to searchable under load: articles come one by one at a steady rate, whatever the pipeline does."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from wiredesk import submissions
from wiredesk.errors import NotFound, Unavailable
from wiredesk.events import ArticleIngested
from wiredesk.http_api import HttpApi, path_of

from .accounts import milliseconds
from .bare import STAGES
from .context import Bench, prepare
from .errors import BenchError
from .figures import Figure, percentile
from .moving import Moved
from .processes import running
from .subject import Subject
from .whole import SERVICES
from .yardstick import Measured, read_items

__all__ = ["SHARES", "latency"]

SHARES = (20, 50, 80)
"""Per cent of what it does at full speed."""

_FEWEST, _MOST = 10, 20_000
_SAMPLES = 25
_LOOK_S = 0.05
"""How often the gateway is asked for one article: the resolution of the times it is shown."""
_SHOWN_S = 30.0
_STEP_S = 0.01


@dataclass(slots=True)
class _Watch:
    """Asks the gateway for one article at a time until it shows it; `seconds` holds what that took from publishing."""

    api: HttpApi
    article_id: str | None = None
    since: float = 0.0
    looked: float = 0.0
    seconds: list[float] = field(default_factory=list)

    def begin(self, article_id: str) -> None:
        """Wait for this one, unless another is still waited for."""
        if self.article_id is None:
            self.article_id, self.since = article_id, time.monotonic()

    def look(self) -> None:
        """Ask, if it is time to. Raises BenchError when the article is never shown."""
        now = time.monotonic()
        if self.article_id is None or now - self.looked < _LOOK_S:
            return
        self.looked = now
        try:
            self.api.get(path_of("articles", self.article_id))
        except (NotFound, Unavailable) as error:
            if now - self.since > _SHOWN_S:
                raise BenchError(
                    f"the gateway does not show {self.article_id} after {_SHOWN_S:g} s: {error}"
                ) from error
            return
        self.seconds.append(time.monotonic() - self.since)
        self.article_id = None


def latency(bench: Bench) -> Iterator[Figure]:
    """At shares of what the pipeline did at full speed just before; one process of each service."""
    backlog = bench.corpora["text"].distinct(1, "first")
    with running(bench.folder / "pipeline-under-load", *SERVICES, backlog=backlog) as stack:
        subject = Subject.of(bench, stack)
        subject.follow(stack.backlog)
        rounds = [_at_full_speed(bench, subject, tag) for tag in bench.tags][1:]
        full = median(moved.per_second for moved, _ in rounds)
        bare_s = median(bare.seconds / bare.count for _, bare in rounds)
        for percent in SHARES:
            yield from _at_share(bench, subject, percent, rate_per_s=full * percent / 100, bare_s=bare_s)
    bench.note_memory(stack)


def _at_full_speed(bench: Bench, subject: Subject, tag: str) -> tuple[Moved, Measured]:
    items = prepare(bench, f"full-{tag}", count=bench.size(tag))
    moved = subject.at_full_speed([event for _, event in read_items(items)]).moved
    return moved, bench.yardstick.stages(STAGES, items)


def _at_share(bench: Bench, subject: Subject, percent: int, *, rate_per_s: float, bare_s: float) -> Iterator[Figure]:
    """`bare_s` is what the bare loop takes for one article, and so the yardstick of every latency."""
    count = min(_MOST, max(_FEWEST, int(rate_per_s * bench.load_s)))
    bench.say(f"{percent} % load: {count} articles at {rate_per_s:.1f}/s")
    tag = f"load-{percent}"
    documents = [event for _, event in read_items(prepare(bench, tag, count=count))]
    article_ids = _article_ids(bench, tag, count)
    watch = _Watch(HttpApi(f"http://{subject.stack.processes['gateway'].address}", patience_s=0))
    ids, late_s = _publish(subject, documents, watch, article_ids, rate_per_s)
    subject.follow(ids)
    while watch.article_id is not None:
        watch.look()
        time.sleep(_STEP_S)
    indexed = [subject.account.indexed[one][0] for one in ids if one in subject.account.indexed]
    seconds = [event.indexed_at.timestamp() - milliseconds(event.submission_id) / 1000 for event in indexed]
    note = f"{rate_per_s:.1f}/s" + (f"; up to {late_s:.1f} s late" if late_s > 1 / rate_per_s else "")
    yield from _figures(f"publish to durable in the index, {percent} % load", seconds, bare_s, note)
    yield from _figures(f"publish to searchable, {percent} % load", watch.seconds, bare_s, note)


def _article_ids(bench: Bench, tag: str, count: int) -> Mapping[int, str]:
    """The ids that a sample of the articles will have, by their number: ingest's pure function tells."""
    results = prepare(bench, tag, count=count, stage="extraction")
    found = [ArticleIngested.model_validate_json(event) for _, event in read_items(results)]
    if len(found) != count:
        return {}
    step = max(1, count // _SAMPLES)
    return {number: found[number].article_id for number in range(0, count, step)}


def _publish(
    subject: Subject, documents: Sequence[bytes], watch: _Watch, article_ids: Mapping[int, str], rate_per_s: float
) -> tuple[list[str], float]:
    """Submit each document when it is due, counted from the start: a slow answer does not slow the rest down.

    Returns the submission ids, and how late the latest was in seconds.
    """
    ids: list[str] = []
    late_s = 0.0
    start = time.monotonic()
    for number, document in enumerate(documents):
        due = start + number / rate_per_s
        while (left := due - time.monotonic()) > 0:
            watch.look()
            subject.follower.read()
            time.sleep(max(0.0, min(left, _STEP_S)))
        late_s = max(late_s, time.monotonic() - due)
        ids += submissions.submit(subject.stack.client, [document])
        if number in article_ids:
            watch.begin(article_ids[number])
    return ids, late_s


def _figures(name: str, seconds: Sequence[float], bare_s: float, note: str) -> Iterator[Figure]:
    if not seconds:
        return
    for percent in (50, 99):
        yield Figure(
            section="latency",
            name=f"{name}, p{percent}",
            unit="s",
            values=(percentile(seconds, percent),),
            yardstick="bare loop, one article",
            yardstick_values=(bare_s,),
            note=f"{len(seconds)} at {note}",
        )
