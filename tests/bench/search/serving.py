"""Whole pages from a real gateway over HTTP: ten a second, as fast as it can, and for long while articles come in."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from urllib.parse import quote, urlencode

from .. import machine
from ..errors import BenchError
from ..figures import Curve, Figure, percentile
from ..processes import ROOT, Stack, environment
from .corpus import News
from .load import as_fast_as_possible, at_a_rate
from .questions import Words, words_of

__all__ = ["GATEWAY", "memory_over_pages", "page_times", "paths"]

GATEWAY = "gateway"
_FORMS = {"JSON": "/api/v1/search", "HTML": "/"}
_PER_SECOND = 10
_WARM_UP = 50
_LOOKS = 10
_ASKED = 500
_ARRIVING = (20, 0.5)
"""Articles that come in at once, and seconds between: some 40 a second, each batch a commit that the gateway sees."""


def paths(words: Iterable[Words], form: str) -> list[str]:
    """Addresses of searches with facets: a word, two words, a phrase, and a word of one person's articles."""
    made = []
    for number, each in enumerate(words):
        asked = (
            {"q": each.word},
            {"q": f"{each.word} {each.other}"},
            {"q": f'"{each.phrase}"'},
            {"q": each.word, "people": each.person},
        )
        made.append(f"{_FORMS[form]}?{urlencode(asked[number % len(asked)], quote_via=quote)}")
    return made


def page_times(
    stack: Stack, news: News, *, articles: int, seconds: int, say: Callable[[str], None]
) -> Iterator[Figure]:
    """Latency at a steady rate, and pages a second when clients ask without pause.

    No address is asked for twice: what the index remembers of a question helps no other.
    """
    host, count = _host(stack), _PER_SECOND * seconds
    words = words_of(news, range(articles), len(_FORMS) * (_WARM_UP + 2 * count))
    for form in _FORMS:
        warm_up, regular, without_pause = (paths(islice(words, part), form) for part in (_WARM_UP, count, count))
        as_fast_as_possible(host, warm_up)
        steady = at_a_rate(host, regular, per_second=_PER_SECOND)
        before = stack.cpu_by_process()
        full = as_fast_as_possible(host, without_pause)
        after = stack.cpu_by_process()
        rate = len(full.took_ms) / full.seconds
        say(f"{form} pages: p99 {percentile(steady.took_ms, 99):.1f} ms at {_PER_SECOND}/s, {rate:.0f}/s at saturation")
        for percent in (50, 99):
            name = f"{form} page at {_PER_SECOND} requests/s, p{percent}"
            note = f"{len(steady.took_ms):,} pages, counted from when each was due"
            yield Figure(
                section="serving", name=name, unit="ms", values=(percentile(steady.took_ms, percent),), note=note
            )
        yield Figure(section="serving", name=f"{form} pages at saturation", unit="pages/s", values=(rate,))
        if GATEWAY in before and GATEWAY in after:
            each = 1000 * (after[GATEWAY] - before[GATEWAY]) / len(full.took_ms)
            yield Figure(
                section="serving", name=f"processor time of the gateway, {form} page", unit="ms", values=(each,)
            )


def memory_over_pages(
    stack: Stack, news: News, *, articles: int, pages: int, index_url: str, curves: list[Curve]
) -> Iterator[Figure]:
    """The gateway's resident memory while it serves and articles keep coming in: growth after the first tenth.

    Its own and the pages of the index that it has mapped are told apart: the second grows with the index that is read.
    """
    host, pid = _host(stack), stack.pids()[GATEWAY]
    if machine.memory_bytes(pid) is None:
        return
    asked = list(words_of(news, range(articles), _ASKED))
    endless = cycle([path for form in _FORMS for path in paths(asked, form)])
    rows = []
    with _arriving(index_url, articles) as written:
        for look in range(_LOOKS + 1):
            if look:
                as_fast_as_possible(host, list(islice(endless, max(1, pages // _LOOKS))))
            told = (ask(pid) or 0 for ask in (machine.memory_bytes, machine.own_bytes, machine.mapped_bytes))
            rows.append((float(look * (pages // _LOOKS)), *(each / 1e6 for each in told)))
    headings = ("pages", "MB", "its own", "the index, mapped")
    curves.append(Curve(title="The gateway's memory over the pages it served", headings=headings, rows=tuple(rows)))
    note = f"from page {rows[1][0]:,.0f} to {rows[-1][0]:,.0f}, while {written[0]:,} articles came in"
    for column, name in ((1, "growth of the gateway's memory"), (2, "growth of what is the gateway's own")):
        grown = 100 * (rows[-1][column] / rows[1][column] - 1)
        yield Figure(section="serving", name=name, unit="%", values=(grown,), note=note)


@contextmanager
def _arriving(index_url: str, first: int) -> Iterator[list[int]]:
    """Articles come in meanwhile; how many is told afterwards. Raises BenchError when none did."""
    written: list[int] = []
    size, every_s = _ARRIVING
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.search.arriving", index_url, str(first), str(size), str(every_s)],
        cwd=ROOT,
        env=environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        begun = process.stdout.readline() if process.stdout else ""
        if begun:
            yield written
        told, _ = process.communicate()
    finally:
        process.kill()
        process.wait()
    if process.returncode or not begun:
        raise BenchError("the articles that were to come in meanwhile did not; the lines above say why")
    written.append(int((told.split() or [begun])[-1]))


def _host(stack: Stack) -> str:
    address = stack.processes[GATEWAY].address
    if address is None:
        raise BenchError("the gateway did not say where it listens")
    return address
