"""What Prometheus and the dashboards show of the containers: data in every panel, and alerts that come and go."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx
import pytest
import redis
from wiredesk.testing import wait_until

from tests.compose.stack import WORKERS, Stack
from tests.dashboards.live import everything_asked, traffic, wait_for_data
from tests.dashboards.prometheus import Prometheus

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]

SOON_S = 60.0
ANSWER_S, SEEN_S = 60.0, 240.0


@pytest.fixture(scope="module")
def own(engine_with_images: Mapping[str, str]) -> Iterator[Stack]:
    """A project of its own, whose articles nobody reckons."""
    own = Stack(engine_with_images)
    try:
        own.up()
        yield own
    finally:
        own.down()


@pytest.fixture(scope="module")
def prometheus(own: Stack) -> Iterator[Prometheus]:
    with httpx.Client(base_url=own.prometheus_url, timeout=ANSWER_S) as client:
        yield Prometheus(client)


def test_every_panel_and_every_recording_rule_has_data_in_the_prometheus_of_compose(
    own: Stack, prometheus: Prometheus
) -> None:
    with (
        redis.Redis.from_url(own.redis_url) as client,
        httpx.Client(base_url=own.gateway_url, timeout=ANSWER_S) as http,
    ):
        asked = everything_asked(prometheus)
        assert len(asked) > len(WORKERS)
        assert wait_for_data(prometheus, asked, traffic(client, http)) == []


def stages(prometheus: Prometheus) -> set[str]:
    """Those that are told to have stopped."""
    return {labels["stage"] for labels in prometheus.firing("StageStopped")}


def test_an_alert_fires_within_a_minute_of_a_stop_or_a_freeze_and_clears_after(
    own: Stack, prometheus: Prometheus
) -> None:
    wait_until(
        lambda: all(own.replicas_seen(service) == 1 for service in WORKERS) and not stages(prometheus),
        timeout_s=SEEN_S,
        interval_s=0.5,
        what="every stage to be seen and none told of",
    )
    (frozen,) = own.containers("extraction")
    own.compose("stop", "ingest")
    (ended,) = own.inspected("ingest", stopped=True)
    gone_s = {"ingest": ended_s(ended)}
    own.pause(frozen)
    gone_s["extraction"] = time.time()
    told_s: dict[str, float] = {}

    def all_told() -> bool:
        for stage in stages(prometheus):
            told_s.setdefault(stage, time.time())
        return told_s.keys() >= gone_s.keys()

    wait_until(all_told, timeout_s=SEEN_S, interval_s=0.5, what="both alerts to fire")
    assert told_s.keys() == gone_s.keys()
    assert {stage: told_s[stage] - gone_s[stage] < SOON_S for stage in gone_s} == dict.fromkeys(gone_s, True), told_s

    own.docker("unpause", frozen)
    own.up(ingest=1)
    wait_until(lambda: not stages(prometheus), timeout_s=SOON_S, interval_s=0.5, what="both alerts to clear")
    own.wait_until_healthy("extraction")  # for the next test: the engine looks again now and then only


def ended_s(container: Mapping[str, Any]) -> float:
    """When it ended, in seconds since the epoch, as Docker tells it: to the nanosecond, which Python does not read."""
    return datetime.fromisoformat(container["State"]["FinishedAt"][:26].rstrip("Z") + "+00:00").timestamp()


def test_a_scale_in_the_settings_holds_whatever_else_is_brought_up(own: Stack) -> None:
    own.environment["EXTRACTION_SCALE"] = "2"
    own.compose("up", "-d", "--no-build", "--wait", "extraction")
    assert len(own.containers("extraction")) == 2
    own.compose("up", "-d", "--no-build", "--wait")
    own.compose("up", "-d", "--no-build", "--no-deps", "--force-recreate", "--wait", "extraction")
    assert len(own.containers("extraction")) == 2


def test_ports_are_on_loopback_unless_another_address_is_asked_for(own: Stack) -> None:
    ports = {"gateway": "8080", "redis": "6379", "prometheus": "9090", "grafana": "3000"}
    assert {own.compose("port", service, port).partition(":")[0] for service, port in ports.items()} == {"127.0.0.1"}
    elsewhere = "127.0.0.2"
    own.compose("up", "-d", "--no-build", "--no-deps", "--wait", "gateway", HTTP_HOST=elsewhere)
    assert own.compose("port", "gateway", "8080").startswith(f"{elsewhere}:")
    assert httpx.get(own.gateway_url.replace("127.0.0.1", elsewhere) + "/health", timeout=ANSWER_S).status_code == 200
