"""`docker compose up` from this checkout: all healthy, published to from outside and inside, scaled while it works."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml
from wiredesk.http_api import HttpApi
from wiredesk.testing import wait_until

from tests.compose.stack import SERVICES, WORKERS, Stack
from tests.compose.starting import Start
from tests.compose.traffic import Traffic

ROOT = Path(__file__).resolve().parents[2]
WIREDESK = Path(sys.executable).with_name("wiredesk")

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]


def test_everything_comes_up_healthy(stack: Stack) -> None:
    assert {service: stack.healthy(service) for service in SERVICES} == dict.fromkeys(SERVICES, True)


def test_everything_is_healthy_within_two_minutes(start: Start) -> None:
    """Measured at 31 s: whatever comes near the bound waits for something it need not wait for."""
    assert start.seconds < 120, start.rows()


def test_the_image_of_grafana_and_its_provisioning_are_in_place(stack: Stack) -> None:
    assert json.loads(urllib.request.urlopen(f"{stack.grafana_url}/api/health", timeout=10).read())["database"] == "ok"
    (grafana,) = stack.containers("grafana")
    source = yaml.safe_load(
        stack.docker("exec", grafana, "cat", "/etc/grafana/provisioning/datasources/prometheus.yml")
    )
    address = source["datasources"][0]["url"]
    assert stack.docker("exec", grafana, "wget", "-q", "-O", "-", f"{address}/-/ready")
    provider = yaml.safe_load(stack.docker("exec", grafana, "cat", "/etc/grafana/provisioning/dashboards/wiredesk.yml"))
    shown = stack.docker("exec", grafana, "ls", provider["providers"][0]["options"]["path"]).split()
    assert sorted(shown) == sorted(one.name for one in (ROOT / "deploy/grafana/dashboards").glob("*.json"))


def test_articles_are_published_from_the_host_and_from_inside(stack: Stack, traffic: Traffic, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(json.dumps({"title": "Outside", "text": "Mayor Ada Holm spoke at the quay of Varnholm."}))
    command = [WIREDESK, "publish", outside, "--url", stack.gateway_url]
    done = subprocess.run(command, cwd=stack.home, capture_output=True, text=True, check=True, timeout=60)
    published = done.stdout.split()

    folder = tmp_path / "news"
    folder.mkdir()
    folder.chmod(0o755)
    for number in range(3):
        inside = folder / f"{number}.txt"
        inside.write_text(f"Mayor Ada Holm opened lock number {number} at Varnholm.")
        inside.chmod(0o644)
    mounted = ["-v", f"{folder}:/news:ro"]
    published += stack.compose("run", "--rm", *mounted, "wiredesk", "publish", "/news").split()
    assert len(published) == 4
    traffic.adopt(published)
    traffic.wait_until_ended()
    assert traffic.wrong() == []
    assert traffic.account.indexed.keys() >= set(published)


def test_prometheus_has_read_its_rules_and_reaches_every_service(stack: Stack) -> None:
    for service in WORKERS:
        wait_until(
            lambda service=service: stack.replicas_seen(service) == 1, timeout_s=240, what=f"{service} to be scraped"
        )
    groups = HttpApi(stack.prometheus_url).get("/api/v1/rules")["data"]["groups"]
    listed = {f"/etc/prometheus/rules/{one.name}" for one in (ROOT / "deploy/prometheus/rules").glob("*.yml")}
    assert {group["file"] for group in groups} == listed


def test_workers_come_and_go_while_articles_flow(stack: Stack, traffic: Traffic) -> None:
    for scale in ({"extraction": 2, "ingest": 2}, {"extraction": 4}, {"extraction": 1, "ingest": 1}):
        traffic.let_go(200)
        stack.up(**scale)
        for service, number in scale.items():
            wait_until(
                lambda service=service, number=number: stack.replicas_seen(service) == number,
                timeout_s=240,
                interval_s=0.5,
                what=f"Prometheus to see {number} of {service}",
            )
            assert len(stack.containers(service)) == number
    traffic.wait_until_ended()
    assert traffic.wrong() == []


def test_a_second_gateway_has_a_port_of_its_own_where_a_range_is_named_and_else_does_not_start(stack: Stack) -> None:
    first = int(stack.gateway_url.rpartition(":")[2])
    ports = f"{first}-{first + 20}"
    two = ("up", "-d", "--no-build", "--no-deps", "--scale", "gateway=2", "gateway")
    try:
        refused = stack.attempt(*two)
        assert refused.returncode != 0
        assert "port is already allocated" in refused.stderr
        stack.compose(*two, "--wait", HTTP_PORT=ports)
        found = {stack.compose("port", "--index", str(number), "gateway", "8080").strip() for number in (1, 2)}
        assert len(found) == 2
        for address in found:
            assert address.startswith("127.0.0.1:")
            assert HttpApi(f"http://{address}").get("/health")["state"] == "consuming"
    finally:
        stack.compose("up", "-d", "--no-build", "--no-deps", "--wait", "gateway")


def test_a_worker_with_a_wrong_secret_says_so_in_one_line_and_ends(stack: Stack, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    secret = tmp_path / "ingest.url"
    secret.write_text("redis://ingest:mistaken@redis:6379/0\n")
    secret.chmod(0o644)
    wrong = ["-v", f"{secret}:/run/secrets/redis:ro", "-e", "WIREDESK_REDIS_URL_FILE=/run/secrets/redis"]
    ended = stack.attempt("run", "--rm", "--no-deps", *wrong, "ingest")
    assert ended.returncode == 1
    told = ended.stdout + ended.stderr
    said = [json.loads(line) for line in told.splitlines() if '"level": "error"' in line]
    assert len(said) == 1
    assert "refuses" in said[0]["why"]
    assert "mistaken" not in told
