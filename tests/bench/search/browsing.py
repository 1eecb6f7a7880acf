"""The first page of the web UI in a real Chromium with an empty cache, as a person waits for it."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ..errors import BenchError
from ..figures import Figure, percentile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

__all__ = ["chromium", "first_pages"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Pages of the browser's own, loaded into each new window: they would run beside the page that is measured.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
)
_EMPTY_PAGE = b"<!doctype html><html lang=en><title>Empty</title><p>Nothing"
_AT_REST_S, _REST_S, _PATIENCE_S = 0.01, 0.1, 3.0
"""A browser is at rest when its processes took no more than so many seconds in so many; it is waited for so long."""
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

    Each time in a new window with nothing in the cache, as soon as the browser is done opening that; the pages take
    turns. An empty page from another server tells what of it is the browser's own. Raises BenchError when the browser
    does not start, or cannot load a page.
    """
    from playwright.sync_api import Error, sync_playwright

    took: dict[str, list[Sequence[float]]] = {name: [] for name in ("empty page", *pages)}
    try:
        with sync_playwright() as playwright, _empty_page() as empty:
            running = playwright.chromium.launch(executable_path=browser, args=_FLAGS)
            addresses = {"empty page": empty, **{name: address + path for name, path in pages.items()}}
            for _ in range(_WARM_UP + times):
                for name, asked in addresses.items():
                    took[name].append(_times(running, asked))
            running.close()
    except Error as error:
        raise BenchError(f"{browser} does not show {address}: {error.message.splitlines()[0]}") from error
    for name, each in took.items():
        yield from _figures(name, each[_WARM_UP:])


@contextmanager
def _empty_page() -> Iterator[str]:
    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(_EMPTY_PAGE)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _times(running: "Browser", address: str) -> Sequence[float]:
    context = running.new_context()
    page = context.new_page()
    _rest(running.new_browser_cdp_session())
    page.goto(address, wait_until="load")
    page.wait_for_function("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
    told: Sequence[float] = page.evaluate(_TIMES)
    context.close()
    return told


def _rest(session: "CDPSession") -> None:
    """Wait until the browser has opened its window: what it still does then is no part of a page."""
    deadline, before = time.monotonic() + _PATIENCE_S, 0.0
    while time.monotonic() < deadline:
        now = sum(process["cpuTime"] for process in session.send("SystemInfo.getProcessInfo")["processInfo"])
        if now - before <= _AT_REST_S:
            break
        before = now
        time.sleep(_REST_S)
    session.detach()


def _figures(name: str, took: Sequence[Sequence[float]]) -> Iterator[Figure]:
    for number, event in enumerate(_EVENTS):
        values = [each[number] for each in took if each[number]]
        if values:
            yield _figure(f"{name}, {event}, median", median(values))
            yield _figure(f"{name}, {event}, p90", percentile(values, 90))


def _figure(name: str, value: float) -> Figure:
    return Figure(section="browsing", name=name, unit="ms", values=(value,))
