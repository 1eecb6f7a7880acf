"""The pages in a real browser: nothing hostile runs, nothing needs JavaScript or a mouse, everything fits a phone."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import redis
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from wiredesk.api_keys import new_key
from wiredesk.testing import RedisServer

ATTACK = """<script>document.title='run'</script>"><img src=x onerror="document.title='run'"> javascript:alert(1) """
LONG = "unbreakable" * 30
PATHS = (
    "/",
    "/?q=said&people=x",
    "/?fold=false&interval=day&from=2024-01-01",
    '/?q="open',
    "/quotes",
    "/entities",
    "/articles/h",
    "/entities/person:h",
    "/pipeline",
    "/dead-letters",
    "/sign-in",
)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def address(redis_server: RedisServer, request: Any) -> Iterator[str]:
    """A gateway whose articles attack in every field and have words that do not break."""
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    words = f"{ATTACK} {LONG}"
    text = f"One {words} said Port Arven.\n\nAnd {words} again."
    name = f"Name {words}"
    mention = conftest.spans(text, ATTACK.strip())
    hostile = conftest.extracted(
        "h",
        text,
        title=words,
        deck=words,
        byline=words,
        source=words,
        url="javascript:document.title='run'",
        language='x" onload="',
        published_at="2024-02-28",
        cluster_id=f"c {words}".replace('"', "'")[:300],
        extractor=words,
        entities=[
            {"id": "person:h", "type": "Person", "name": name, "roles": [words], "mentions": [mention]},
            {"id": f"weird:{ATTACK}", "type": LONG, "name": LONG, "mentions": []},
        ],
        quotes=[
            {**conftest.spans(text, text[4:30]), "speaker": {**mention, "entity_id": "person:h", "name": name}},
        ],
        dates=[{**conftest.spans(text, "again"), "type": "DATE", "value": words}],
    )
    with ExitStack() as stack:
        copy = hostile.model_copy(update={"article_id": "copy"})
        reader = conftest.MemoryReader([hostile, copy, conftest._plain_article()])
        yield str(conftest.start_gateway(stack, lambda: reader, redis_server.url).base_url).rstrip("/")


@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_article_runs_nothing_and_asks_nobody(page: Page, address: str, path: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + path)
    assert page.title() != "run"
    assert page.title().endswith("· Wiredesk")
    assert [line for line in said if "400 (Bad Request)" not in line] == []
    assert all(url.startswith(address) for url in asked)
    assert page.locator("img, iframe, style").count() == 0
    for link in page.locator("main a").all():
        assert not (link.get_attribute("href") or "").lower().startswith("javascript")


def test_the_policy_stops_a_script_that_got_in_all_the_same(page: Page, address: str) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(address + "/")
    title = page.title()
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'run'";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", `<img src="data:," onerror="document.title = 'run'">`);
        }"""
    )
    page.wait_for_load_state("networkidle")
    assert page.title() == title
    assert any("Content Security Policy" in line for line in refused)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_runs_over_the_edge(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in PATHS:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_search_works_without_javascript(open_page: OpenPage, address: str) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(address + "/")
    page.get_by_label("Words, a").fill("ferry")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="1 article found")).to_be_visible()
    page.get_by_role("link", name="Ferry to return").click()
    expect(page.get_by_role("heading", name="Who said what")).to_be_visible()
    page.get_by_role("link", name="We sail to Port Arven").click()
    assert page.url.endswith("#quote-21")


def test_copies_and_dates_lead_on_without_javascript_or_a_mouse(open_page: OpenPage, address: str) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(address + "/")
    page.get_by_role("link", name="1 more copy of").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=cluster*fold=false*")
    expect(page.get_by_role("heading", name="2 articles found")).to_be_visible()
    page.goto(address + "/articles/h")
    assert page.get_by_role("region", name="Also published by").get_by_role("listitem").count() == 1
    page.goto(address + "/")
    chart = page.get_by_role("region", name="Articles over time")
    assert [each.get_attribute("aria-label") for each in chart.locator("svg a").all()] == [
        "28 February 2024: 2 articles",
        "1 March 2024: 1 article",
    ]
    chart.get_by_role("link", name="28 February 2024").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?from=2024-03-01&to=2024-03-01")
    page.get_by_role("link", name="Remove filter Published 2024-03-01").click()
    page.wait_for_url(address + "/")


@pytest.fixture
def letter(redis_client: redis.Redis, request: Any) -> str:
    """A dead letter on the empty server, hostile in every field."""
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    words = f"{ATTACK} {LONG}"
    id: str = conftest.bury(redis_client, original=words.encode(), message=words, reason=LONG, stage=ATTACK)
    return id


def test_a_dead_letter_is_replayed_from_its_page_without_javascript(
    open_page: OpenPage, address: str, letter: str, redis_client: redis.Redis
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(address + "/pipeline")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Dead letters").click()
    page.get_by_role("checkbox", name=f"Select {letter}").check()
    page.get_by_role("button", name="Replay selected").click()
    expect(page.get_by_text("1 dead letter sent again")).to_be_visible()
    page.reload()
    assert redis_client.xlen("articles.submitted") == 1
    assert redis_client.xlen("articles.dead") == 0


def test_a_dead_letter_is_dropped_only_after_a_page_that_asks(
    page: Page, address: str, letter: str, redis_client: redis.Redis
) -> None:
    page.goto(f"{address}/dead-letters/{letter}")
    page.get_by_role("button", name="Drop").click()
    page.get_by_role("link", name="Keep them").click()
    assert redis_client.xlen("articles.dead") == 1
    page.get_by_role("button", name="Drop all").click()
    page.get_by_role("button", name="Drop for good").click()
    expect(page.get_by_text("1 dead letter dropped")).to_be_visible()
    assert redis_client.xlen("articles.dead") == 0


def test_a_form_that_takes_a_key_leads_to_signing_in_and_back(
    open_page: OpenPage, redis_client: redis.Redis, request: Any, tmp_path: Path
) -> None:
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    key, kept = new_key("desk", frozenset({"replay"}))
    (tmp_path / "keys").write_text(kept.line())
    conftest.bury(redis_client)
    url = "redis://{host}:{port}".format(**redis_client.connection_pool.connection_kwargs)
    with ExitStack() as stack:
        reader = conftest.MemoryReader([conftest._plain_article()])
        client = conftest.start_gateway(stack, lambda: reader, url, api_keys_file=str(tmp_path / "keys"))
        page = open_page(java_script_enabled=False)
        page.goto(f"{client.base_url}/dead-letters")
        page.get_by_role("button", name="Replay all dead letters").click()
        page.get_by_label("API key").fill("wiredesk_wrong")
        page.get_by_role("button", name="Sign in").click()
        assert "No key of this gateway" in page.get_by_role("alert").inner_text()
        page.get_by_label("API key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Replay all dead letters").click()
        assert "1 dead letter sent again" in page.get_by_role("status").inner_text()
        page.goto(f"{client.base_url}/sign-in")
        page.get_by_role("button", name="Sign out").click()
        assert page.context.cookies() == []


@pytest.mark.parametrize("width", [360, 1280])
def test_hostile_dead_letters_run_nothing_and_fit_the_page(page: Page, address: str, letter: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    for path in ("/dead-letters", f"/dead-letters/{letter}", "/pipeline", f"/dead-letters?reason={LONG[:90]}"):
        page.goto(address + path)
        assert page.title() != "run"
        assert page.locator("img, iframe, style").count() == 0
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        unnamed = "[...document.querySelectorAll('input:not([type=hidden])')].filter(e => !e.labels.length).length"
        assert page.evaluate(unnamed) == 0, path
    assert said == []


def test_a_page_of_another_origin_cannot_send_our_forms(
    page: Page, address: str, letter: str, redis_client: redis.Redis
) -> None:
    page.goto(f"data:text/html,<form method=post action={address}/dead-letters/replay>"
              f"<input name=id value={letter}><button>Go</button></form>")  # fmt: skip
    page.get_by_role("button", name="Go").click()
    page.get_by_text("Pages of other sites may not change anything here").wait_for()
    assert redis_client.xlen("articles.dead") == 1


def test_the_keyboard_skips_to_the_content_and_reaches_the_search(page: Page, address: str) -> None:
    page.goto(address + "/articles/a1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto(address + "/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_names_are_suggested_while_typing(page: Page, address: str) -> None:
    page.goto(address + "/")
    page.get_by_role("combobox").press_sequentially("mara")
    page.locator("#suggestions option").first.wait_for(state="attached")
    assert page.locator("#suggestions option").first.get_attribute("value") == '"Mara Ilves"'


def test_marks_of_a_kind_can_be_taken_off_the_text(page: Page, address: str) -> None:
    page.goto(address + "/articles/a1")
    drawn = "getComputedStyle(document.querySelector('.body .place')).textDecorationLine"
    assert page.evaluate(drawn) == "underline"
    page.get_by_role("checkbox", name="Places").uncheck()
    assert page.evaluate(drawn) == "none"


def test_every_page_has_landmarks_labels_and_one_main_heading(page: Page, address: str) -> None:
    for path in PATHS:
        page.goto(address + path)
        assert page.locator("h1").count() == 1, path
        for landmark in ("main", "nav", "header", "footer"):
            assert page.locator(landmark).count() >= 1, (path, landmark)
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select')].filter(e => !e.labels.length).length"
        )
        assert unnamed == 0, path


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing_amiss(open_page: OpenPage, address: str, width: int, scheme: Any) -> None:
    """Every rule of axe-core for WCAG 2.2 A and AA, and its best practices. Width and colours have no rule together."""
    standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # The policy of the pages would keep axe out as well.
    viewport: Any = {"width": width, "height": 800}
    page = open_page(color_scheme=scheme, viewport=viewport, bypass_csp=True)
    for path in (*PATHS, "/articles/a1", "/?q=ferry", "/entities/person:mara-ilves", "/journeys?id=1-1"):
        page.goto(address + path)
        found = Axe().run(page, options={"runOnly": standards}).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_text_can_be_read_on_its_ground(scheme: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1, computed from relative luminance as defined there."""
    sheet = (files("wiredesk_gateway") / "static" / "wiredesk.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[0 if scheme == "light" else 1]))
    pairs = [(text, ground) for text in ("text", "quiet", "link") for ground in ("page", "raised", "notice", "problem")]
    pairs += [("text", "quote"), ("text", "hit"), ("on-accent", "accent"), ("bad", "page"), ("page", "bad")]
    for text, ground in pairs:
        lighter, darker = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, ground)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
