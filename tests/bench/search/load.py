"""Requests over kept connections: at a steady rate whatever the answers take, or as fast as they come."""

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from ..errors import BenchError

__all__ = ["Answers", "as_fast_as_possible", "at_a_rate"]

_HEADERS = {"Accept-Encoding": "gzip"}
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answers:
    """Milliseconds each took, and the seconds all of them took."""

    took_ms: Sequence[float]
    seconds: float


class _Connection:
    """One, kept alive."""

    def __init__(self, host: str) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=_TIMEOUT_S)

    def get(self, path: str) -> None:
        """Read the whole answer. Raises BenchError unless it is 200."""
        self._connection.request("GET", path, headers=_HEADERS)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise BenchError(f"GET {path} was answered {answer.status}: {body[:200]!r}")

    def close(self) -> None:
        """Close it."""
        self._connection.close()


def at_a_rate(
    host: str,
    paths: Sequence[str],
    *,
    per_second: float,
    connections: int = 8,
) -> Answers:
    """Every path once, each at its planned moment, from which its time counts.

    So what a slow answer does to those after it is seen (an open loop; Gil Tene's coordinated omission is avoided).
    """
    began = time.perf_counter()
    planned = iter([(began + number / per_second, path) for number, path in enumerate(paths)])
    taking = threading.Lock()

    def work() -> list[float]:
        took: list[float] = []
        with closing(_Connection(host)) as connection:
            while True:
                with taking:
                    start, path = next(planned, (0.0, ""))
                if not path:
                    return took
                time.sleep(max(0.0, start - time.perf_counter()))
                connection.get(path)
                took.append((time.perf_counter() - start) * 1000)

    return Answers(_together(work, connections), time.perf_counter() - began)


def as_fast_as_possible(host: str, paths: Sequence[str], *, connections: int = 4) -> Answers:
    """Every path once, the next asked for as soon as an answer is there."""
    wanted = iter(paths)
    taking = threading.Lock()
    began = time.perf_counter()

    def work() -> list[float]:
        took: list[float] = []
        with closing(_Connection(host)) as connection:
            while True:
                with taking:
                    path = next(wanted, None)
                if path is None:
                    return took
                start = time.perf_counter()
                connection.get(path)
                took.append((time.perf_counter() - start) * 1000)

    return Answers(_together(work, connections), time.perf_counter() - began)


def _together(work: Callable[[], list[float]], connections: int) -> list[float]:
    with ThreadPoolExecutor(connections) as pool:
        running = [pool.submit(work) for _ in range(connections)]
    return [took for one in running for took in one.result()]
