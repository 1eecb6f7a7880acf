"""One caller cannot take what belongs to all."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from wiredesk.api_keys import new_key
from wiredesk.events import ArticleExtracted
from wiredesk.slow_clients import network_of
from wiredesk_gateway.rate_limits import Buckets


def test_a_burst_passes_and_then_as_many_as_the_rate() -> None:
    buckets = Buckets(10)
    assert [buckets.wait_s("a", now_s=0.0) for _ in range(20)] == [0.0] * 20
    assert buckets.wait_s("a", now_s=0.0) == pytest.approx(0.1)
    assert buckets.wait_s("a", now_s=0.05) == pytest.approx(0.05)
    assert buckets.wait_s("a", now_s=0.1001) == 0.0
    assert sum(buckets.wait_s("a", now_s=0.11 + n / 1000) == 0.0 for n in range(1000)) in (9, 10)


def test_each_has_a_bucket_of_its_own_and_asking_in_vain_costs_nothing() -> None:
    buckets = Buckets(0.5)
    assert buckets.wait_s("a", now_s=0.0) == 0.0
    assert buckets.wait_s("a", now_s=0.0) == pytest.approx(2.0)
    assert buckets.wait_s("a", now_s=1.0) == pytest.approx(1.0)
    assert buckets.wait_s("b", now_s=1.0) == 0.0


def test_any_number_pass_without_a_rate() -> None:
    buckets = Buckets(0)
    assert not any(buckets.wait_s("a", now_s=0.0) for _ in range(1000))


def test_ever_new_callers_take_no_more_room() -> None:
    buckets = Buckets(1)
    for n in range(20_000):
        buckets.wait_s(str(n), now_s=float(n))
    assert len(buckets._buckets) == 10_000


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("", "10.0.0.1", False),
    ],
)
def test_an_address_is_whose_it_is(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) == same


def test_too_many_requests_are_told_when_to_come_back(
    serve: Any, redis_url: str, articles: list[ArticleExtracted], tmp_path: Path
) -> None:
    key, kept = new_key("desk", frozenset({"publish"}))
    (tmp_path / "keys").write_text(kept.line())
    client: httpx.Client = serve(
        articles, redis_url, address_rate=0.001, key_rate=0.001, api_keys_file=str(tmp_path / "keys")
    )
    assert client.get("/api/v1/search").status_code == 200
    refused = client.get("/api/v1/search")
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
    assert 500 <= int(refused.headers["retry-after"]) <= 1000
    assert client.get("/").status_code == 429
    # Others, and those who watch, are not held up.
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post("/api/v1/articles", json={"text": "a"}, headers=headers).status_code == 202
    assert client.post("/api/v1/articles", json={"text": "a"}, headers=headers).status_code == 429
    assert client.get("/health").status_code == 200
    assert 'wiredesk_http_refused_total{reason="rate"} 3.0' in client.get("/metrics").text


def test_metrics_have_a_limit_of_their_own_and_take_none_of_the_rest(
    serve: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiredesk_gateway.gatekeeper._METRICS_RATE", 0.001)
    client = serve([], redis_url, address_rate=0)
    assert [client.get("/metrics").status_code for _ in range(3)] == [200, 429, 429]
    assert client.get("/health").status_code == client.get("/").status_code == 200
