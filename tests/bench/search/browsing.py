"""The first page of the web UI in a real Chromium with an empty cache, as a person waits for it."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ..errors import BenchError
from ..figures import Figure, percentile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["chromium", "first_pages"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_WARM_UP = 2
_TIMES = """() => {
    const page = performance.getEntriesByType('navigation')[0];
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return [page.domContentLoadedEventEnd, page.loadEventEnd, paint ? paint.startTime : 0];
}"""
_EVENTS = ("DOM ready", "loaded", "first paint")


def chromium() -> Path | None:
    """The browser, where there is one."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def first_pages(browser: Path, address: str, pages: dict[str, str], *, times: int) -> Iterator[Figure]:
    """Milliseconds from the navigation's start, by the browser's own clock; `pages` are paths by name.

    Each time in a new context, so with nothing in the cache; the browser itself runs already. Raises BenchError when it
    does not start, or cannot load a page.
    """
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=browser, args=_FLAGS)
            for name, path in pages.items():
                took = [_times(running, address + path) for _ in range(_WARM_UP + times)]
                yield from _figures(name, took[_WARM_UP:])
            running.close()
    except Error as error:
        raise BenchError(f"{browser} does not show {address}: {error.message.splitlines()[0]}") from error


def _times(running: "Browser", address: str) -> Sequence[float]:
    context = running.new_context()
    page = context.new_page()
    page.goto(address, wait_until="load")
    page.wait_for_function("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
    told: Sequence[float] = page.evaluate(_TIMES)
    context.close()
    return told


def _figures(name: str, took: Sequence[Sequence[float]]) -> Iterator[Figure]:
    for number, event in enumerate(_EVENTS):
        values = [each[number] for each in took if each[number]]
        if values:
            yield _figure(f"{name}, {event}, median", median(values))
            yield _figure(f"{name}, {event}, p90", percentile(values, 90))


def _figure(name: str, value: float) -> Figure:
    return Figure(section="browsing", name=name, unit="ms", values=(value,))
