"""What the bench computes and prints."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bench.corpus import load
from bench.errors import BenchError
from bench.figures import Figure, percentile
from bench.functions import Taken, figures_of
from bench.machine import Footprint
from bench.report import Report, as_json, as_markdown
from bench.turns import in_turn
from bench.whole import cores

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def _figure(**changed: object) -> Figure:
    fields = {"section": "speed", "name": "ingest alone", "unit": "articles/s", "values": (10.0, 30.0, 20.0)}
    return Figure(**{**fields, **changed})


def _report(*figures: Figure, memory: dict[str, Footprint] | None = None, tells_memory: bool = True) -> Report:
    machine = {
        "processor": "a processor",
        "cores": 2,
        "memory_bytes": None,
        "tells_memory": tells_memory,
        "load_average_before": 3.0,
        "system": "a system",
        "python": "a Python",
        "packages": {"redis": "8"},
    }
    return Report(
        machine=machine,
        corpora={"text": {"name": "news", "own": False, "articles": 9, "a_round": 3, "mean_bytes": 4000.0}},
        options={"articles": 3, "messages": 5, "rounds": 3},
        figures=figures,
        memory=memory or {},
        account={"submitted": 3, "indexed": 3, "missing": 0},
        seconds=1.0,
    )


def test_a_percentile_is_the_nearest_rank() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile([7.0], 99) == 7
    assert percentile([1.0, 2.0], 99) == 2


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_ratio_compares_values_of_the_same_round() -> None:
    disturbed = _figure(values=(100.0, 10.0, 100.0), yardstick="bare loop", yardstick_values=(200.0, 20.0, 200.0))
    assert disturbed.ratio == 0.5
    assert _figure().ratio is None


def test_a_single_value_is_compared_with_the_middle_of_the_yardstick() -> None:
    assert _figure(values=(6.0,), yardstick="bare loop", yardstick_values=(1.0, 3.0, 9.0)).ratio == 2


def test_rounds_change_which_goes_first() -> None:
    order: list[str] = []
    for number in range(3):
        in_turn(number, lambda: order.append("measured"), lambda: order.append("yardstick"))
    assert order == ["measured", "yardstick", "yardstick", "measured", "measured", "yardstick"]


def test_every_article_of_every_round_is_an_article_of_its_own() -> None:
    corpus = load(Path("nowhere"), SEEDS)
    articles = [json.loads(one) for tag in ("round-1", "round-2") for one in corpus.distinct(25, tag)]
    assert len({article["url"] for article in articles}) == 50
    assert [one.get("title") for one in articles[:25]] == [one.get("title") for one in articles[25:]]


def test_long_articles_are_put_together_from_several_until_they_have_as_many_words() -> None:
    corpus = load(Path("nowhere"), SEEDS)
    assert corpus.joined(1) == corpus
    longer = corpus.joined(400)
    assert 1 <= len(longer.articles) < len(corpus.articles)
    assert all(len(article["text"].split()) >= 400 for article in longer.articles)
    with pytest.raises(BenchError, match="fewer than 1000000 words"):
        corpus.joined(1_000_000)


def test_what_is_no_article_is_left_out() -> None:
    for kind in ("text", "html"):
        corpus = load(Path("nowhere"), SEEDS, kind)
        assert corpus.own
        bodies = [article[kind] for article in corpus.articles]
        assert all(bodies)
        assert not any(body.startswith("%PDF") for body in bodies)


def test_real_articles_go_before_the_seeds(tmp_path: Path) -> None:
    text = "Nine words that make no sense but are here. " * 9
    (tmp_path / "articles.jsonl").write_text(json.dumps({"id": "1", "text": text, "html": None}) + "\n")
    corpus = load(tmp_path, SEEDS)
    assert [article["text"] for article in corpus.articles] == [text]
    assert not corpus.own
    assert len(corpus.distinct(3, "round-1")) == 3


def test_a_page_is_measured_as_a_page_though_its_text_is_known(tmp_path: Path) -> None:
    body = "word " * 50
    line = {"text": body, "html": f"<p>{body}</p>"}
    (tmp_path / "input.jsonl").write_text(json.dumps(line) + "\n")
    (page,) = load(tmp_path, SEEDS, "html").articles
    assert page == {"html": line["html"]}


def test_a_folder_without_articles_is_named(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text("")
    with pytest.raises(BenchError, match=tmp_path.name):
        load(tmp_path, SEEDS)


def _taken(**changed: object) -> Taken:
    parts = ("ingest", "body", "language", "signature", "extraction", "reading", "tokeniser", "rules", "entities")
    seconds = dict.fromkeys((*parts, "quotes", "dates", "places", "JSON", "json module", "indexing"), 2.0)
    fields = {"submitted": 10, "ingested": 8, "words": 800, "read_words": 1000, "parsed_words": 400, "seconds": seconds}
    return Taken(**{**fields, **changed})


def test_a_part_is_told_a_core_beside_its_yardstick_or_as_a_share_of_the_whole() -> None:
    seconds = {**_taken().seconds, "extraction": 4.0, "stock spaCy": 16.0, "bare tantivy": 1.0}
    found = {figure.name: figure for figure in figures_of([_taken(seconds=seconds)], "text")}
    whole = found["text: extraction, whole function"]
    assert (whole.median, whole.ratio, whole.words_per_s) == (2.0, 4.0, 200.0)
    assert found["text: dates"].note == "50 % of extraction"
    assert found["text: words that are parsed"].median == 40
    assert found["text: ingest, whole function"].median == 5  # a refused article is work as well
    assert found["text: body text"].yardstick is None  # trafilatura reads no plain text


def test_the_use_of_cores_is_told_by_service_and_for_everything_else() -> None:
    used = cores({"extraction": 1.0, "extraction child": 8.0, "valkey": 1.0}, 10.0, 15.0)
    assert used == {"extraction": 0.9, "valkey": 0.1, "everything else on the machine": 0.5}
    assert "everything else on the machine" not in cores({"valkey": 1.0}, 10.0, None)


def test_the_report_gives_each_figure_with_its_yardstick_and_the_ratio() -> None:
    figure = _figure(yardstick="bare | loop", yardstick_values=(20.0, 60.0, 40.0))
    report = _report(figure, memory={"ingest": Footprint(peak=64_000_000, resident=9, share=9, own=9)})
    rows = [line for line in as_markdown(report).splitlines() if line.startswith("| ingest")]
    assert rows[0] == "| ingest alone | 20.0 articles/s | 10.0 to 30.0 | 40.0 articles/s | bare \\| loop | 0.50 |  |"
    assert rows[1] == "| ingest | 64 MB | 0 MB | 0 MB | 0 MB |"
    assert "3 articles a round, of 4.0 KB on average, drawn from the 9 of news" in as_markdown(report)
    told = as_json(report)
    assert told["figures"][0]["ratio"] == 0.5
    assert told["figures"][0]["values"] == [10, 30, 20]
    assert json.loads(json.dumps(told)) == told


def test_the_report_says_when_the_machine_was_busy_and_when_memory_is_not_known() -> None:
    told = as_markdown(_report(_figure(), tells_memory=False))
    assert "trust the ratios" in told
    assert "no /proc" in told


def test_the_report_says_aloud_that_articles_are_the_projects_own() -> None:
    corpora = {"html": {"name": "seeds", "own": True, "articles": 1, "a_round": 1, "mean_bytes": 1.0}}
    assert "which are the project's own" in as_markdown(replace(_report(_figure()), corpora=corpora))
