"""One look for all who watch: shared, bounded, only while somebody watches, and ended with the server."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable

import pytest
from structlog.testing import capture_logs
from wiredesk.errors import Unavailable
from wiredesk.testing import PATIENCE_S
from wiredesk_gateway.watching import Watch


class Counting:
    """Looks that are numbered, from 1."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.last = 0

    def __call__(self) -> int:
        self.last = next(self.numbers)
        return self.last


def watch_of(look: Callable[[], int], *, at_most: int = 8, heartbeat_s: float = 30.0) -> Watch[int]:
    return Watch(look, at_most=at_most, every_s=0.01, heartbeat_s=heartbeat_s)


async def taken(looks: AsyncIterator[int | None], count: int) -> list[int | None]:
    return [await anext(looks) for _ in range(count)]


async def test_all_viewers_share_the_same_looks() -> None:
    look = Counting()
    watch = watch_of(look)
    for _ in range(5):
        watch.join()
    seen = await asyncio.gather(*(taken(watch.looks(), 3) for _ in range(5)))
    assert look.last < 15
    assert all(numbers == sorted(numbers) for numbers in seen)
    watch.close()


async def test_a_slow_viewer_gets_the_latest_and_not_what_it_missed() -> None:
    look = Counting()
    watch = watch_of(look)
    watch.join()
    looks = watch.looks()
    assert await anext(looks) == 1
    watch.join()
    prompt = watch.looks()
    while (await anext(prompt) or 0) < 5:
        pass
    assert (await anext(looks) or 0) >= 5
    watch.close()


async def test_nobody_looks_while_nobody_watches_and_who_comes_later_sees_nothing_old() -> None:
    others = asyncio.all_tasks()
    look = Counting()
    watch = watch_of(look)
    watch.join()
    looks = watch.looks()
    assert await anext(looks) == 1
    watch.leave()
    await asyncio.gather(*(asyncio.all_tasks() - others), return_exceptions=True)  # the looking has come to an end
    ended_at = look.last
    watch.join()
    assert await anext(watch.looks()) == ended_at + 1
    watch.close()


async def test_no_more_watch_than_may() -> None:
    watch = watch_of(Counting(), at_most=2)
    watch.join()
    watch.join()
    with pytest.raises(Unavailable, match="WIREDESK_VIEWERS"):
        watch.join()
    watch.leave()
    watch.join()
    assert watch.viewers == 2


async def test_a_viewer_hears_a_sign_of_life_while_a_look_takes_long() -> None:
    may_answer = threading.Event()

    def look() -> int:
        may_answer.wait(PATIENCE_S)
        return 7

    watch = watch_of(look, heartbeat_s=0.01)
    watch.join()
    looks = watch.looks()
    assert await taken(looks, 2) == [None, None]
    may_answer.set()
    while (found := await anext(looks)) is None:
        pass
    assert found == 7
    watch.close()


async def test_closing_lets_all_go_and_none_in() -> None:
    watch = watch_of(Counting())
    watch.join()
    looks = watch.looks()
    await anext(looks)
    watch.close()
    assert [look async for look in looks] == []
    with pytest.raises(Unavailable, match="about to end"):
        watch.join()


async def test_a_look_that_fails_is_logged_and_the_next_one_is_seen() -> None:
    answers = iter([ValueError("a bug"), 5])

    def look() -> int:
        answer = next(answers, 6)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = watch_of(look)
    watch.join()
    with capture_logs() as logged:
        assert await anext(watch.looks()) == 5
    assert [line["event"] for line in logged] == ["watch.look_failed"]
    watch.close()
