"""What finding near copies costs: time in the ingest stage, time and bytes in a real server."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import redis
from wiredesk.events import ArticleSubmitted
from wiredesk.settings import read
from wiredesk.stage.copies import script_call
from wiredesk.testing import valkey_server
from wiredesk_ingest.article import ingest
from wiredesk_ingest.language import load_identifier
from wiredesk_ingest.settings import IngestSettings
from wiredesk_ingest.signature import likeness

__all__ = ["Cost", "measure"]

_WORDS = 300
_ROUNDS = 15
_TIMED = 100
_FOUNDERS = 4_000
_BATCH = 64
"""Articles an ingest worker finishes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Microseconds for an article of 300 words, of one core of this machine, and bytes for a remembered text."""

    sign_us: float
    ingest_us: float
    found_us: float
    join_us: float
    bytes_each: float

    def notes(self) -> Iterator[str]:
        """In words."""
        share = self.sign_us / self.ingest_us
        yield f"a signature takes {self.sign_us:.0f} µs for {_WORDS} words, {share:.0%} of ingesting them as plain text"
        yield (
            f"the server takes {self.found_us:.0f} µs for a new text and {self.join_us:.0f} µs for a copy; a new text "
            f"takes {self.bytes_each:,.0f} bytes there"
        )


def measure(texts: Sequence[str]) -> Cost:
    """Over articles of the words of these texts, in other orders. Raises OSError where no server can be started."""
    words = " ".join(texts).split()
    articles = [" ".join(Random(n).sample(words, _WORDS)) for n in range(_FOUNDERS)]
    timed, limits, identifier = articles[:_TIMED], read(IngestSettings), load_identifier()
    sign_us = _each_us(timed, lambda text: likeness("0" * 24, text))
    ingest_us = _each_us(
        timed,
        lambda text: ingest(ArticleSubmitted(text=text), submission_id="1-0", limits=limits, identifier=identifier),
    )
    signed = [found.pack() for n, text in enumerate(articles) if (found := likeness(f"{n:024x}", text))]
    with valkey_server() as server, redis.Redis.from_url(server.url) as client:
        _settle(client, signed[:1])  # the script itself, and keys that are there
        before = client.info("memory")["used_memory"]
        found_us = _settle(client, signed[1:])
        bytes_each = (client.info("memory")["used_memory"] - before) / (len(signed) - 1)
        join_us = _settle(client, signed)
    return Cost(sign_us=sign_us, ingest_us=ingest_us, found_us=found_us, join_us=join_us, bytes_each=bytes_each)


def _each_us(texts: Sequence[str], work: Callable[[str], Any]) -> float:
    """Processor time, in the quickest of some rounds: what disturbs it is not its own."""
    rounds = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        for text in texts:
            work(text)
        rounds.append((time.process_time() - started) / len(texts) * 1e6)
    return min(rounds)


def _settle(client: "redis.Redis", signatures: Sequence[bytes]) -> float:
    """Microseconds of the server for each."""
    client.config_resetstat()
    for at in range(0, len(signatures), _BATCH):
        script_call(client, signatures[at : at + _BATCH], memory_s=3 * 86_400, max_articles=len(signatures))
    spent = client.info("commandstats")
    return sum(row["usec"] for name, row in spent.items() if name in ("cmdstat_eval", "cmdstat_evalsha")) / len(
        signatures
    )
