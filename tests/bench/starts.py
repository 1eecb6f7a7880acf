"""From the start of a process to its first article, which was on its stream before; or to the gateway's first page."""

import time
from collections.abc import Iterator

from wiredesk.events import Stream
from wiredesk.http_api import HttpApi, path_of

from .alone import STREAMS, payload_of
from .bare import STAGES
from .context import NO_READER, WARM_UP, Bench, prepare
from .errors import BenchError
from .figures import Figure
from .moving import fill, finish_time
from .processes import Stack, environment, running
from .yardstick import Yardstick, read_items

__all__ = ["starts"]

_SLOW_S = 180.0
_POLL_S = 0.01


def starts(bench: Bench) -> Iterator[Figure]:
    """Each process is started anew in each round; the files it reads are in the page cache from the second start on."""
    for name in STAGES:
        taken = [(_first_article(bench, name, number), _bare(bench, name, number)) for number in range(bench.rounds)]
        yield Figure(
            section="start",
            name=f"{name}, process start to first article",
            unit="s",
            values=tuple(mine for mine, _ in taken),
            yardstick="bare function, the same",
            yardstick_values=tuple(bare for _, bare in taken),
        )
        bench.say(f"start of {name}: {taken[-1][0]:.1f} s, bare {taken[-1][1]:.1f} s")
    yield Figure(
        section="start",
        name="gateway, process start to first page",
        unit="s",
        values=tuple(_first_page(bench, number) for number in range(bench.rounds)),
    )


def _first_article(bench: Bench, name: str, number: int) -> float:
    items = prepare(bench, WARM_UP, count=bench.size(WARM_UP), stage=name)
    source, target = STREAMS[name]
    with running(bench.folder / f"start-{name}-{number}") as stack:
        fill(stack.client, source, [payload_of(name, *read_items(items)[0])])
        began = time.time()
        stack.start(name, settings=NO_READER)
        _wait_for_one(stack, name, target)
        return finish_time(stack.client, target) / 1000 - began


def _wait_for_one(stack: Stack, name: str, target: Stream) -> None:
    deadline = time.monotonic() + _SLOW_S
    while not stack.client.xlen(target) and not stack.client.xlen(Stream.DEAD):
        stack.check()
        if time.monotonic() > deadline:
            raise BenchError(f"{name} has not finished its first article after {_SLOW_S:g} s")
        time.sleep(_POLL_S)


def _bare(bench: Bench, name: str, number: int) -> float:
    """A process that loads this stage's function and nothing else, and runs it over the same article."""
    items = bench.folder / f"one-{name}.items"
    items.write_bytes(bench.items(WARM_UP, name).read_bytes().partition(b"\n")[0] + b"\n")
    folder = bench.folder / f"load-{name}-{number}"
    folder.mkdir()
    began = time.monotonic()
    with Yardstick(
        [name], index_url=f"tantivy://{folder}/index", environment=environment({}), log=folder / "log"
    ) as one:
        one.stages([name], items)
        return time.monotonic() - began


def _first_page(bench: Bench, number: int) -> float:
    with running(bench.folder / f"start-gateway-{number}") as stack:
        began = time.monotonic()
        stack.start("gateway", settings={})
        stack.wait_until_ready()
        HttpApi(f"http://{stack.processes['gateway'].address}", patience_s=0).get(path_of("pipeline"))
        return time.monotonic() - began
