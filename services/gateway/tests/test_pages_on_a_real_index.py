"""The pages over the embedded index: what they ask is what it answers."""

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner
from wiredesk.cli.app import app
from wiredesk.events import ArticleExtracted, Entity, Mention
from wiredesk.index import open_reader, open_writer
from wiredesk.testing import RedisServer


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer, request: Any) -> Iterator[httpx.Client]:
    """A gateway over a real index of thirteen articles, the twelve alike to have more than one page, and one story that
    three papers carry.
    """
    conftest: ModuleType = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    url = f"tantivy://{tmp_path_factory.mktemp('index')}/index"
    writer = open_writer(url)
    plain: ArticleExtracted = conftest._plain_article()
    text = "The regatta off Port Arven was called off."
    regatta = Entity(
        id='event:the-"great"-regatta',
        type="Event",
        name='The "Great" Regatta',
        mentions=(Mention.model_validate(conftest.spans(text, "regatta")),),
    )
    others = [
        conftest.extracted(f"b{n}", text, title=f"Regatta {n}", published_at=f"2024-02-{n + 1:02}", entities=[regatta])
        for n in range(12)
    ]
    wire = "The lighthouse keeper retires after forty years."
    copies = [
        conftest.extracted(
            f"w{n}",
            wire,
            title=f"Keeper retires {n}",
            source=paper,
            published_at=f"2023-05-0{n + 1}",
            cluster_id='wire "1"',
            url=f"https://{n}.example.org/keeper",
        )
        for n, paper in enumerate(["The Arven Post", "Coast Herald", "Island News"])
    ]
    writer.upsert([plain, *others, *copies])
    writer.close()
    with ExitStack() as stack:
        yield conftest.start_gateway(stack, lambda: open_reader(url), redis_server.url)


def links(page: str) -> list[str]:
    return [piece.split('"')[0].replace("&amp;", "&") for piece in page.split('href="')[1:]]


def test_a_search_is_narrowed_by_a_facet_and_widened_again(pages: httpx.Client) -> None:
    page = pages.get("/", params={"q": "ferry OR regatta"}).text
    assert "13 articles found" in page
    (narrower,) = (link for link in links(page) if "people=person%3Amara-ilves" in link)
    narrowed = pages.get(narrower).text
    assert "1 article found" in narrowed
    wider = narrowed.split('<section class="filters"')[1].split('href="')[1].split('"')[0]
    assert "13 articles found" in pages.get(wider).text


def test_paging_reaches_every_article_once(pages: httpx.Client) -> None:
    address, seen = "/?q=regatta&sort=newest", []
    while True:
        page = pages.get(address).text
        seen += [link for link in links(page) if link.startswith("/articles/")]
        following = [link for link in links(page) if "cursor=" in link]
        if not following:
            break
        address = following[0]
    assert sorted(seen) == sorted(f"/articles/b{n}" for n in range(12))
    assert seen[0] == "/articles/b11"


def test_copies_of_a_story_are_one_hit_that_leads_to_all(pages: httpx.Client) -> None:
    page = pages.get("/?q=lighthouse").text
    assert "3 articles found" in page
    assert [link for link in links(page) if link.startswith("/articles/")] == ["/articles/w2"]
    (every,) = (link for link in links(page) if "cluster" in link)
    assert "2 more copies" in page
    listed = pages.get(every).text
    assert [link for link in links(listed) if link.startswith("/articles/")] == [f"/articles/w{n}" for n in range(3)]
    (unfolded,) = (link for link in links(page) if link.startswith("/?q=lighthouse&fold=false"))
    page = pages.get(unfolded).text
    assert len([link for link in links(page) if link.startswith("/articles/")]) == 3
    assert "more cop" not in page
    assert "/?q=lighthouse" in links(page)  # to fold again


def test_an_article_tells_who_else_published_it(pages: httpx.Client) -> None:
    page = pages.get("/articles/w1").text
    told = page.split("Also published by")[1].split("</section>")[0]
    assert [link for link in links(told) if link.startswith("/articles/")] == ["/articles/w0", "/articles/w2"]
    assert "The Arven Post" in told
    assert "https://2.example.org/keeper" in links(told)
    assert "All 3 copies" in told
    assert "Also published by" not in pages.get("/articles/a1").text
    similar = "".join(page.split('aria-labelledby="similar"')[1:])
    assert not [link for link in links(similar) if link.startswith("/articles/w")]  # its copies are listed above


def test_the_api_folds_unless_told_not_to_and_exports_everything(pages: httpx.Client) -> None:
    answer = pages.get("/api/v1/search", params={"q": "lighthouse"}).json()
    assert [(hit["article_id"], hit["cluster_id"], hit["copies"]) for hit in answer["hits"]] == [("w2", 'wire "1"', 2)]
    assert answer["total"] == 3
    every = pages.get("/api/v1/search", params={"q": "lighthouse", "fold": "false"}).json()
    assert len(every["hits"]) == 3
    assert len(pages.get("/api/v1/search/export", params={"q": "lighthouse"}).text.splitlines()) == 3


def test_the_command_line_tells_of_copies_and_shows_every_one_when_asked(pages: httpx.Client) -> None:
    asked = ["search", "lighthouse", "--url", str(pages.base_url)]
    folded = CliRunner().invoke(app, asked)
    assert (folded.exit_code, folded.stdout.count("Keeper retires")) == (0, 1), folded.output
    assert "2 more copies" in folded.stdout
    assert "3 of 3 articles in 1 story" in folded.output
    every = CliRunner().invoke(app, [*asked, "--every-copy"])
    assert every.stdout.count("Keeper retires") == 3
    assert "3 of 3 articles\n" in every.output


def test_when_articles_were_published_is_drawn_and_leads_to_them(pages: httpx.Client) -> None:
    page = pages.get("/?q=regatta").text
    assert page.count('class="bar"') == 12
    (day,) = re.findall(r'<a href="([^"]*)" aria-label="3 February 2024: 1 article"', page)
    narrowed = pages.get(html.unescape(day)).text
    assert "1 article found" in narrowed
    assert "2024-02-03" in narrowed.split('<section class="filters"')[1].split("</section>")[0]
    (by_month,) = (link for link in links(page) if link.endswith("&interval=month"))
    assert 'aria-label="February 2024: 12 articles"' in pages.get(by_month).text


def test_the_api_counts_by_the_interval_asked_for(pages: httpx.Client) -> None:
    asked = {"q": "regatta", "limit": 1}
    by_week = pages.get("/api/v1/search", params={**asked, "interval": "week"}).json()["histogram"]
    assert by_week == {
        "interval": "week",
        "buckets": [
            {"first": "2024-01-29", "last": "2024-02-04", "count": 4},
            {"first": "2024-02-05", "last": "2024-02-11", "count": 7},
            {"first": "2024-02-12", "last": "2024-02-18", "count": 1},
        ],
    }
    assert pages.get("/api/v1/search", params=asked).json()["histogram"]["interval"] == "day"
    assert pages.get("/api/v1/search", params={**asked, "interval": "hour"}).status_code == 422


def test_hits_are_highlighted(pages: httpx.Client) -> None:
    assert "<mark>ferry</mark>" in pages.get("/?q=ferry").text


def test_dates_narrow_a_search(pages: httpx.Client) -> None:
    assert "2 articles found" in pages.get("/?q=regatta&from=2024-02-11&to=2024-02-12").text


@pytest.mark.parametrize(("query", "column"), [('ab "cd', 4), ("colour:red", 1), ("(a OR b", 1)])
def test_a_query_that_cannot_be_read_shows_where(pages: httpx.Client, query: str, column: int) -> None:
    response = pages.get("/", params={"q": query})
    assert response.status_code == 400
    assert f"\n{' ' * (column - 1)}^</code>" in response.text
    assert f"column {column}" in response.text


def test_an_entitys_page_shows_what_it_said_and_where_it_is_named(pages: httpx.Client) -> None:
    page = pages.get("/entities/person:mara-ilves").text
    assert '<h1 dir="auto">Mara Ilves</h1>' in page
    assert "We sail to Port Arven on Monday," in page
    assert "/articles/a1#quote-21" in page
    assert "/entities/place:port-arven" in page


def test_an_entity_without_a_facet_of_its_kind_has_a_page_too(pages: httpx.Client) -> None:
    listed = pages.get("/entities", params={"type": "Event"}).text
    (address,) = {link for link in links(listed) if link.startswith("/entities/event:the-")}
    page = pages.get(address)
    assert page.status_code == 200
    assert "The &#34;Great&#34; Regatta" in page.text
    assert "12 articles" in page.text


def test_an_unknown_entity_and_article_are_told_of(pages: httpx.Client) -> None:
    for path in ("/entities/person:nobody", "/entities/nonsense", "/articles/nothing"):
        response = pages.get(path)
        assert response.status_code == 404
        assert "Back to the search" in response.text


def test_quotes_are_found_by_words_and_speaker(pages: httpx.Client) -> None:
    assert "1 quote<" in pages.get("/quotes?q=sail&speaker=ilves").text
    assert "No quote matches" in pages.get("/quotes?speaker=nobody").text


def test_an_articles_quote_has_the_anchor_other_pages_link_to(pages: httpx.Client) -> None:
    assert 'id="quote-21"' in pages.get("/articles/a1").text
