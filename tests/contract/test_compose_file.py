"""docker-compose.yml is the one list of what runs: in containers and, through its x-local blocks, without them."""

import asyncio
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry
from wiredesk.cli.key_here import PLACE
from wiredesk.errors import UsageError
from wiredesk.settings import CommonSettings
from wiredesk.stage.health import HealthServer
from wiredesk.stage.settings import WorkerSettings
from wiredesk.testing import PATIENCE_S, free_port

from deploy.local import memory, services

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
BUILT: dict[str, dict[str, Any]] = {name: one for name, one in COMPOSE["services"].items() if "build" in one}
VALUES = {"redis_url": "redis://127.0.0.1:1/0", "data": "/data", "data_url": "/data", "http_port": "2"}


def test_the_runner_and_compose_run_the_same_services() -> None:
    assert [service.name for service in services.read(ROOT / "docker-compose.yml")] == list(BUILT)
    assert sorted(BUILT) == sorted(folder.parent.name for folder in (ROOT / "services").glob("*/pyproject.toml"))


@pytest.mark.parametrize("name", BUILT)
def test_a_service_runs_its_own_module_from_its_own_image(name: str) -> None:
    assert BUILT[name]["command"] == ["python", "-m", f"wiredesk_{name}"]
    assert BUILT[name]["build"]["args"] == {"SERVICE": name}


@pytest.mark.parametrize("name", BUILT)
def test_a_service_is_told_the_same_things_with_and_without_containers(name: str) -> None:
    # The memory limit of an article goes with the container's own; without containers nothing listens beyond loopback.
    only_in_containers = {"WIREDESK_ITEM_MEMORY_LIMIT_MB"}
    only_in_containers |= {"WIREDESK_API_KEYS_FILE", "WIREDESK_ALLOWED_HOSTS"}
    told = {variable.replace("_REDIS_URL_FILE", "_REDIS_URL") for variable in BUILT[name]["environment"]}
    assert told - only_in_containers == set(BUILT[name]["x-local"]["env"])


@pytest.mark.parametrize("name", BUILT)
def test_a_service_reads_its_own_address_of_redis_from_a_file_that_its_group_alone_may_read(name: str) -> None:
    given = dict(pair.split("=") for pair in COMPOSE["services"]["redis-users"]["environment"]["GROUPS_OF"].split())
    assert BUILT[name]["environment"]["WIREDESK_REDIS_URL_FILE"] == f"/run/wiredesk/{name}.url"
    assert BUILT[name]["group_add"] == [given[name]]
    assert "users:/run/wiredesk:ro" in BUILT[name]["volumes"]
    assert len(set(given.values())) == len(given) == len(BUILT) + 1


def test_the_gateway_starts_with_a_key_and_never_without_asking_for_one() -> None:
    gateway, keys, tool = (COMPOSE["services"][name] for name in ("gateway", "keys", "wiredesk"))
    assert gateway["depends_on"]["keys"] == {"condition": "service_completed_successfully"}
    assert gateway["environment"]["WIREDESK_API_KEYS_FILE"] in keys["command"]
    assert "WIREDESK_WITHOUT_KEYS" not in gateway["environment"]
    assert tool["environment"]["WIREDESK_API_KEY_FILE"] in keys["command"]
    for reader in (gateway, tool):
        assert f"{keys['volumes'][0]}:ro" in reader["volumes"]
    assert keys["network_mode"] == "none"


def test_the_operators_key_is_for_the_command_line_and_not_for_the_gateway() -> None:
    words = COMPOSE["services"]["keys"]["command"]
    group = words[words.index("--group") + 1]
    who = {name for name, service in COMPOSE["services"].items() if group in service.get("group_add", ())}
    assert who == {"wiredesk"}


def test_the_command_line_looks_for_the_key_where_compose_puts_it() -> None:
    folder = COMPOSE["services"]["keys"]["volumes"][0].partition(":-./")[2].partition("}")[0]
    assert str(PLACE) == f"{folder}/operator.key"
    assert (ROOT / folder / ".gitignore").exists(), "Docker would make the folder, and root would own it"


def test_no_password_stands_in_the_file() -> None:
    assert not re.search(r"://[^\s/]*:[^\s/]*@", (ROOT / "docker-compose.yml").read_text())


@pytest.mark.parametrize("service", services.read(ROOT / "docker-compose.yml"), ids=lambda service: service.name)
def test_every_placeholder_is_filled(service: services.Service) -> None:
    assert service.filled_in(VALUES)["WIREDESK_INDEX_URL"] == "tantivy:///data/index"
    assert "{" not in "".join(service.filled_in(VALUES).values())


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_is_confined_and_watched(name: str) -> None:
    service = COMPOSE["services"][name]
    runs_once = name in ("wiredesk", "redis-users", "keys", "backup", "restore")
    assert service["restart"] == ("no" if runs_once else "unless-stopped")
    assert service["read_only"] is (name != "opensearch")
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"]["max-size"]
    assert {"mem_limit", "cpus", "pids_limit", "stop_grace_period"} <= set(service)
    assert all(re.match(r"\$\{[A-Z]+_HOST:-127\.0\.0\.1\}:", port) for port in service.get("ports", []))
    assert ("healthcheck" in service) is not runs_once


@pytest.mark.parametrize("name", [*BUILT, "wiredesk", "keys", "backup", "restore"])
def test_an_image_of_ours_is_never_looked_for_in_a_registry(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["pull_policy"] == "never"
    assert service["image"] in {f"wiredesk/{one}:${{WIREDESK_TAG:-latest}}" for one in BUILT}


def test_only_what_runs_once_is_root_or_has_a_capability() -> None:
    root = {name for name, service in COMPOSE["services"].items() if service.get("user") == "0:0"}
    able = {name for name, service in COMPOSE["services"].items() if service.get("cap_add")}
    assert root == able == {"redis-users", "keys", "backup", "restore"}
    given = {name: COMPOSE["services"][name]["user"] for name in ("redis", "grafana", "prometheus")}
    words = COMPOSE["services"]["restore"]["entrypoint"]
    assert words[words.index("--redis-owner") + 1] == given["redis"]


def test_a_service_stays_as_many_as_the_settings_say_when_everything_is_brought_up_again() -> None:
    assert {name: one["scale"] for name, one in BUILT.items()} == {
        name: f"${{{name.upper()}_SCALE:-1}}" for name in BUILT
    }


def test_what_asks_for_no_password_is_reached_by_nobody_who_may_not_write_it() -> None:
    assert "ports" not in COMPOSE["services"]["opensearch"]
    assert COMPOSE["services"]["opensearch"]["environment"]["DISABLE_SECURITY_PLUGIN"] == "true"
    flags = {word.partition("=")[0] for word in COMPOSE["services"]["prometheus"]["command"]}
    assert flags == {"--config.file", "--log.format", "--storage.tsdb.path", "--storage.tsdb.retention.time"}


def test_images_of_others_are_pinned_to_a_version() -> None:
    for name, service in COMPOSE["services"].items():
        if not service["image"].startswith("wiredesk/"):
            assert re.search(r":v?\d", service["image"]), name


def test_logs_in_containers_are_json_as_far_as_the_program_can() -> None:
    assert all(one["environment"]["WIREDESK_LOG_FORMAT"] == "json" for one in BUILT.values())
    assert "--log.format=json" in COMPOSE["services"]["prometheus"]["command"]
    assert COMPOSE["services"]["grafana"]["environment"]["GF_LOG_CONSOLE_FORMAT"] == "json"


def test_grafana_lets_nobody_in_and_asks_nobody_outside() -> None:
    settings = COMPOSE["services"]["grafana"]["environment"]
    assert settings["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    for off in ("GF_AUTH_BASIC_ENABLED", "GF_ANALYTICS_REPORTING_ENABLED", "GF_ANALYTICS_CHECK_FOR_UPDATES"):
        assert settings[off] == "false"
    for off in ("GF_PLUGINS_PREINSTALL_DISABLED", "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"):
        assert settings[off] == "true"


def test_grafana_finds_prometheus_and_the_dashboards_where_compose_puts_them() -> None:
    provisioning = ROOT / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    assert (source["uid"], source["url"]) == ("prometheus", "http://prometheus:9090")
    prometheus = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    assert source["jsonData"]["timeInterval"] == prometheus["global"]["scrape_interval"]
    (provider,) = yaml.safe_load((provisioning / "dashboards/wiredesk.yml").read_text())["providers"]
    mounts = COMPOSE["services"]["grafana"]["volumes"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in mounts
    assert all((ROOT / mount.partition(":")[0]).is_dir() for mount in mounts)


def test_a_stop_takes_longer_than_a_drain() -> None:
    for service in services.read(ROOT / "docker-compose.yml"):
        assert service.stop_grace_s > WorkerSettings.model_fields["drain_timeout_s"].default, service.name


def test_a_worker_that_waits_for_the_next_stage_has_started_well() -> None:
    for service in services.read(ROOT / "docker-compose.yml"):
        assert "consuming" in service.ready
        assert "paused" in service.ready or service.name == "gateway"


def test_redis_keeps_what_it_answered_and_refuses_rather_than_evicts_or_is_ended() -> None:
    redis = COMPOSE["services"]["redis"]
    words = redis["command"][1:]
    options = {words[at].removeprefix("--"): words[at + 1] for at in range(0, len(words), 2)}
    assert options["appendonly"] == "yes"
    assert options["appendfsync"] in ("everysec", "always")
    assert options["maxmemory-policy"] == "noeviction"
    # A rewrite of the append-only file may for a moment need as much again, and what is freed comes back in pieces.
    assert 2.5 * memory.parse(options["maxmemory"]) <= memory.parse(redis["mem_limit"].replace("g", "gb"))


def test_opensearch_runs_on_demand_and_leaves_half_of_its_memory_to_the_cache_of_files() -> None:
    opensearch = COMPOSE["services"]["opensearch"]
    assert opensearch["profiles"] == ["opensearch"]
    heap = re.search(r"-Xms(\w+) -Xmx(\w+)", opensearch["environment"]["OPENSEARCH_JAVA_OPTS"])
    assert heap
    assert heap[1] == heap[2]
    assert 2 * memory.parse(f"{heap[1]}b") <= memory.parse(f"{opensearch['mem_limit']}b")
    assert opensearch["volumes"] == ["opensearch:/usr/share/opensearch/data"]


def test_one_variable_chooses_the_index_of_every_service() -> None:
    chosen = {name: service["environment"]["WIREDESK_INDEX_URL"] for name, service in BUILT.items()}
    assert set(chosen.values()) == {"${INDEX_URL:-tantivy:///var/lib/wiredesk/index}"}
    assert CommonSettings.model_fields["index_url"].default.get_secret_value() in chosen["indexing"]


def test_opensearch_is_of_the_version_that_is_tested() -> None:
    pom = (ROOT / "tests/opensearch/pom.xml").read_text()
    tested = re.search(r"<version>(\d+\.\d+\.\d+)\.\d+</version>", pom)
    assert tested
    assert COMPOSE["services"]["opensearch"]["image"] == f"opensearchproject/opensearch:{tested[1]}"


def test_prometheus_asks_every_service_at_its_port() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    asked = {job["job_name"]: job["dns_sd_configs"][0] for job in config["scrape_configs"]}
    assert sorted(asked) == sorted(BUILT)
    for name, where in asked.items():
        environment = BUILT[name]["environment"]
        assert where["names"] == [name]
        assert where["type"] == "A"
        assert str(where["port"]) == environment.get("WIREDESK_HTTP_PORT", environment["WIREDESK_PORT"])


def test_scale_is_read_as_people_write_it() -> None:
    listed = services.read(ROOT / "docker-compose.yml")
    assert services.counts(listed, "") == {"ingest": 1, "extraction": 1, "indexing": 1, "gateway": 1}
    assert services.counts(listed, "extraction=2 ingest=3")["extraction"] == 2
    assert services.counts(listed, "extraction=2,ingest=3")["ingest"] == 3


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("extractor=2", "no service 'extractor'; there are ingest, extraction, indexing, gateway"),
        ("extraction", "'extraction' is not NAME=NUMBER"),
        ("extraction=many", "'extraction=many' is not NAME=NUMBER"),
        ("extraction=-1", "'extraction=-1' is not NAME=NUMBER"),
        ("extraction=65", "at most 64 of extraction"),
        ("gateway=2", "at most 1 of gateway"),
        ("ingest=99999999999999999999", "is not NAME=NUMBER"),
    ],
)
def test_a_scale_that_cannot_be_had_is_an_error_with_its_cure(wanted: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        services.counts(services.read(ROOT / "docker-compose.yml"), wanted)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("services: [", "is not YAML"),
        ("services: {ingest: {x-local: {env: {}, ready: []}}}", "is amiss"),
        ("services: {ingest: {command: [a], scale: many, x-local: {env: {}, ready: []}}}", "is amiss"),
        ("services: {ingest: {command: [a], stop_grace_period: soon, x-local: {env: {}, ready: []}}}", "is amiss"),
        ("nothing: here", "is amiss"),
    ],
)
def test_a_compose_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "docker-compose.yml").write_text(content)
    with pytest.raises(UsageError, match=message):
        services.read(tmp_path / "docker-compose.yml")


def test_a_missing_compose_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"docker-compose\.yml cannot be read"):
        services.read(tmp_path / "docker-compose.yml")


@pytest.mark.parametrize("name", BUILT)
@pytest.mark.parametrize(("state", "status"), [("consuming", 0), ("starting", 1)])
def test_a_health_check_is_what_the_service_says_of_itself(name: str, state: str, status: int) -> None:
    *command, port = health_check(name)
    assert port == BUILT[name]["environment"].get("WIREDESK_HTTP_PORT", "9100")

    async def checked() -> tuple[int, str]:
        server = HealthServer(host="127.0.0.1", port=0, describe=lambda: {"state": state}, registry=CollectorRegistry())
        there = (await server.start()).rpartition(":")[2]
        check = await asyncio.create_subprocess_exec(*command, there, stderr=asyncio.subprocess.PIPE)
        _, said = await check.communicate()
        await server.stop()
        return check.returncode or 0, said.decode()

    assert asyncio.run(checked()) == (status, "")


def test_a_health_check_fails_where_nothing_listens() -> None:
    *command, _ = health_check("ingest")
    assert subprocess.run([*command, str(free_port())], capture_output=True).returncode == 1


def test_a_health_check_does_not_wait_for_one_that_hangs() -> None:
    *command, _ = health_check("ingest")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        there = str(deaf.getsockname()[1])
        assert subprocess.run([*command, there], timeout=PATIENCE_S).returncode == 1


def health_check(name: str) -> list[str]:
    """The command as the engine is given it: compose takes two dollar signs for one."""
    return [word.replace("$$", "$") for word in BUILT[name]["healthcheck"]["test"][1:]]
