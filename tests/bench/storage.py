"""What the runtime keeps of an article in Redis beside the streams: journeys, the duplicate check, signatures."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import redis
from wiredesk import keys

from .figures import Figure
from .processes import Stack

__all__ = ["steady_bytes", "what_is_kept"]

_KEPT = {
    "journey": keys.journey("*"),
    "entry of the duplicate check": keys.article("*"),
    "signature, one a worker": keys.signature("*"),
}
_SAMPLE = 2000


def what_is_kept(stack: Stack, where: str, article_bytes: float) -> Iterator[Figure]:
    """Bytes of a key of each kind by MEMORY USAGE: name, value and entry, without the table they are found by.

    `article_bytes` is what an article itself has, beside which it is told.
    """
    for name, pattern in _KEPT.items():
        found = tuple(_sizes(stack.client, pattern))
        if found:
            yield Figure(
                section="storage",
                name=f"{name}, {where}",
                unit="bytes",
                values=(sum(found) / len(found),),
                yardstick="the article itself",
                yardstick_values=(article_bytes,),
                note=f"mean of {len(found):,}" if len(found) > 1 else "",
            )


def _sizes(client: "redis.Redis", pattern: str) -> Iterator[int]:
    for key in islice(client.scan_iter(match=pattern, count=1000), _SAMPLE):
        if size := client.memory_usage(key, samples=0):
            yield int(size)  # type: ignore[arg-type]  # redis-py types both worlds


def steady_bytes(client: "redis.Redis") -> int:
    """The memory the server uses for what it keeps: without what comes and goes with connections and the log file."""
    info: Any = client.info("memory")
    return int(info["used_memory"]) - int(info["mem_clients_normal"]) - int(info["mem_aof_buffer"])
