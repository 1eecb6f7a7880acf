"""The pipeline's page in a real browser: numbers move, nobody is disturbed by it, and it comes back by itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import redis
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from wiredesk.events import Stream
from wiredesk.testing import free_port, wait_until

OpenPage = Callable[..., Page]


@pytest.fixture
def behind(redis_client: redis.Redis, pace: Callable[..., None], buried: Callable[..., str]) -> Iterator[redis.Redis]:
    """A pipeline whose extraction has fallen behind, with dead letters; its workers report themselves all the while."""
    buried(reason="not_json")
    buried(stage="extraction", reason="timeout")
    redis_client.xgroup_create(Stream.INGESTED, "extraction", "0", mkstream=True)
    for _ in range(2000):
        redis_client.xadd(Stream.INGESTED, {"a": "b"})
    stop = threading.Event()

    def report() -> None:
        pace("ingest", finished=1200, busy_s=12.0, stream=Stream.SUBMITTED, arrivals_per_s=4.0)
        pace("extraction", finished=1200, busy_s=60.0, cores=2)
        pace("indexing", finished=1200, busy_s=6.0, alone=True)
        pace("indexing", finished=0, busy_s=0.0, alone=True, name="indexing-2", state="standby", pace=None)

    def keep_reporting() -> None:
        while not stop.wait(1):
            report()

    report()
    reporting = threading.Thread(target=keep_reporting)
    reporting.start()
    yield redis_client
    stop.set()
    reporting.join()


def is_live(page: Page) -> None:
    expect(page.locator("[data-connection]")).to_have_text("Live")


def waiting(page: Page, count: str) -> None:
    figure = page.locator(".figures div", has_text="Waiting")
    expect(figure.locator("dd")).to_have_text(count)


def test_numbers_change_while_articles_flow_and_nobody_is_disturbed(
    page: Page, gateway: httpx.Client, behind: redis.Redis
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{gateway.base_url}/pipeline")
    is_live(page)
    waiting(page, "2,000")
    page.get_by_label("Follow one article").fill("half an id")
    replay = page.get_by_role("button", name="Replay all of extraction that died of timeout")
    replay.focus()
    page.evaluate("document.querySelector('.flow').dataset.mark = 'the same node'; window.loaded = 'once'")
    for _ in range(34):
        behind.xadd(Stream.INGESTED, {"a": "b"})
    waiting(page, "2,034")
    expect(page.locator(".flow .pipe", has_text="ingested")).to_contain_text("2,034 waiting")
    expect(page.get_by_role("row", name="extraction bottleneck")).to_contain_text("2,034")
    assert page.evaluate("window.loaded") == "once"
    assert page.evaluate("document.activeElement.textContent").startswith("Replay")
    assert page.get_by_label("Follow one article").input_value() == "half an id"
    assert said == []


def test_the_bottleneck_and_what_to_paste_are_shown(page: Page, gateway: httpx.Client, behind: redis.Redis) -> None:
    page.goto(f"{gateway.base_url}/pipeline?drain_in=10s")
    is_live(page)
    expect(page.get_by_text("docker compose up -d --no-recreate --scale extraction=11 extraction")).to_be_visible()
    expect(page.get_by_text('make up SCALE="extraction=11"')).to_be_visible()
    expect(page.locator(".flow .station.held")).to_contain_text("bottleneck")
    page.get_by_label("Done in").fill("1h")
    page.get_by_role("button", name="Reckon").click()
    page.wait_for_url("**/pipeline?drain_in=1h")
    is_live(page)
    expect(page.get_by_text("The workers there are get it done within 60 min.")).to_be_visible()


def test_it_connects_again_when_the_gateway_was_started_anew(
    page: Page, redis_url: str, behind: redis.Redis, request: Any
) -> None:
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    port = free_port()

    def serving(stack: ExitStack) -> str:
        reader = conftest.MemoryReader([])
        return str(conftest.start_gateway(stack, lambda: reader, redis_url, port=port).base_url)

    with ExitStack() as stack:
        page.goto(f"{serving(stack)}/pipeline")
        is_live(page)
        page.evaluate("window.loaded = 'once'")
    expect(page.locator("[data-connection]")).to_have_text("Reconnecting")
    behind.xadd(Stream.INGESTED, {"a": "b"})
    with ExitStack() as stack:
        serving(stack)
        is_live(page)
        waiting(page, "2,001")
        assert page.evaluate("window.loaded") == "once"


def test_a_paused_page_lets_go_of_its_stream_and_goes_on_when_told_to(
    page: Page, serve: Callable[..., httpx.Client], redis_url: str, behind: redis.Redis
) -> None:
    client = serve([], redis_url)
    page.goto(f"{client.base_url}/pipeline")
    is_live(page)
    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-connection]")).to_have_text("Paused")
    expect(pause).to_have_attribute("aria-pressed", "true")
    wait_until(lambda: client.get("/health").json()["in_flight"] == 1, what="the stream's end")
    behind.xadd(Stream.INGESTED, {"a": "b"})
    waiting(page, "2,000")
    page.keyboard.press("Enter")
    is_live(page)
    waiting(page, "2,001")


def test_a_screen_reader_is_told_of_a_change_and_not_of_every_number(
    page: Page, gateway: httpx.Client, behind: redis.Redis
) -> None:
    page.goto(f"{gateway.base_url}/pipeline")
    is_live(page)
    told = page.get_by_role("status")
    behind.xadd(Stream.INGESTED, {"a": "b"})
    waiting(page, "2,001")
    expect(told).to_have_text("")
    assert page.locator("[data-live] [aria-live], [data-live] [role=status], [data-live] [role=alert]").count() == 0
    behind.xtrim(Stream.INGESTED, maxlen=0, approximate=False)
    behind.xgroup_setid(Stream.INGESTED, "extraction", "$")
    expect(told).to_have_text("No bottleneck.")


def test_all_numbers_are_there_without_javascript_and_letters_can_be_replayed(
    open_page: OpenPage, gateway: httpx.Client, behind: redis.Redis
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{gateway.base_url}/pipeline")
    expect(page.get_by_text("reload it to see it anew")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).not_to_be_visible()
    waiting(page, "2,000")
    row = page.get_by_role("region", name="Stages").get_by_role("row", name="extraction bottleneck")
    expect(row).to_contain_text("20.0/s")
    page.get_by_role("button", name="Replay all of ingest that died of not_json").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 dead letter sent again")).to_be_visible()
    assert behind.xlen(Stream.DEAD) == 1
    assert behind.xlen(Stream.SUBMITTED) == 1


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_those_who_want_no_motion(
    open_page: OpenPage, gateway: httpx.Client, behind: redis.Redis, motion: Any
) -> None:
    page = open_page(reduced_motion=motion)
    page.goto(f"{gateway.base_url}/pipeline")
    is_live(page)
    moving = "getComputedStyle(document.querySelector('.flow > .flowing + .station'), '::before').animationName"
    assert page.evaluate(moving) == ("none" if motion == "reduce" else "flowing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    open_page: OpenPage, gateway: httpx.Client, behind: redis.Redis, scheme: Any, width: int
) -> None:
    standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    viewport: Any = {"width": width, "height": 800}
    # The policy of the pages would keep axe out as well.
    page = open_page(color_scheme=scheme, viewport=viewport, bypass_csp=True)
    page.goto(f"{gateway.base_url}/pipeline?drain_in=10s")
    is_live(page)
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"runOnly": standards}).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
