"""What our images are and how their containers are confined."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from wiredesk.http_api import HttpApi, path_of

from tests.compose.stack import SERVICES, WORKERS, Stack
from tests.compose.traffic import Traffic

ROOT = Path(__file__).resolve().parents[2]
SEED = min((ROOT / "seeds").glob("*.txt"))

MOST_MB = {"ingest": 200, "extraction": 445, "indexing": 75, "gateway": 82}
"""What each adds to the base image at most: measured, and a tenth more."""

BUILD_TOOLS = ("pip", "pip3", "uv", "gcc", "cc", "g++", "clang", "zig", "make", "ld", "git", "curl", "wget")
BUILD_MODULES = ("pip", "setuptools", "pytest", "ziglang", "Cython", "numba")
CACHES = ("*/.cache/*", "/var/cache/apt/archives/*", "/var/lib/apt/lists/*", "/home/*", "/tmp/*")
"""Where building leaves files, as `find` takes it."""

pytestmark = [pytest.mark.compose, pytest.mark.timeout(300)]


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_confined(stack: Stack, service: str) -> None:
    (container, *_) = stack.inspected(service)
    host = container["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["CapAdd"] in (None, [])
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Memory"] > 0
    assert host["NanoCpus"] > 0
    assert 0 < host["PidsLimit"] < 1000
    assert host["LogConfig"]["Type"] == "json-file"
    assert {"max-size", "max-file"} <= host["LogConfig"]["Config"].keys()
    ports = [bound for bindings in (host["PortBindings"] or {}).values() for bound in bindings]
    assert {bound["HostIp"] for bound in ports} <= {"127.0.0.1"}


@pytest.mark.parametrize("service", SERVICES)
def test_its_processes_are_nobody_and_may_do_nothing(stack: Stack, service: str) -> None:
    (container, *_) = stack.containers(service)
    told = dict(
        line.split(":", 1)
        for line in stack.docker("exec", container, "cat", "/proc/1/status").splitlines()
        if line.startswith(("Uid", "CapEff", "CapPrm", "NoNewPrivs", "Seccomp:"))
    )
    assert "0" not in told["Uid"].split()
    assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) == 0
    assert told["NoNewPrivs"].strip() == "1"
    assert told["Seccomp"].strip() == "2"
    with pytest.raises(RuntimeError, match="Read-only file system"):
        stack.docker("exec", container, "touch", "/etc/written")


def test_redis_and_the_index_are_on_one_disk_so_that_one_alert_is_about_both(stack: Stack) -> None:
    disks = {
        stack.compose("exec", "-T", service, "stat", "--file-system", "--format", "%i %b", folder)
        for service, folder in (("redis", "/data"), ("indexing", "/var/lib/wiredesk"))
    }
    assert len(disks) == 1


@pytest.mark.parametrize("service", WORKERS)
def test_an_image_holds_no_tool_to_build_or_fetch_with(stack: Stack, service: str) -> None:
    (container, *_) = stack.containers(service)
    each = f"for tool in {' '.join(BUILD_TOOLS)}; do command -v $tool; done; true"
    assert stack.docker("exec", container, "sh", "-c", each).split() == []
    imported = f"import importlib.util as i; print([n for n in {BUILD_MODULES} if i.find_spec(n)])"
    for python in ("python", "/usr/local/bin/python"):
        assert stack.docker("exec", container, python, "-c", imported).strip() == "[]"


@pytest.mark.parametrize("service", WORKERS)
def test_an_image_is_small(stack: Stack, service: str) -> None:
    (container, *_) = stack.containers(service)
    kilobytes = int(stack.docker("exec", container, "du", "-skx", "/opt/wiredesk").split()[0])
    assert kilobytes < 1000 * MOST_MB[service]
    left = stack.docker("exec", container, "find", "/opt/wiredesk", "-name", "tests", "-o", "-name", "*.whl")
    assert left == ""
    # In a container of its own, which has nothing in /tmp yet, and as root, who alone can look everywhere.
    kept = [word for folder in CACHES for word in ("-o", "-path", folder)][1:]
    find = ("find", "/", "-xdev", "-type", "f", "-size", "+0", "(", *kept, ")")
    looked = ("run", "--rm", "--user", "0:0", "--entrypoint", find[0], stack.image(service), *find[1:])
    assert stack.docker(*looked) == ""


def test_extraction_reads_with_the_engine_and_has_its_weights_words_and_places_at_hand(stack: Stack) -> None:
    """Without any of them it would work all the same, several times slower or later."""
    (container, *_) = stack.containers("extraction")
    asked = (
        "from wiredesk_extraction.engine.native import kernels; kernels()\n"
        "from wiredesk_extraction import gazetteer as g\n"
        "print(g.PlaceTable.read(g.COMPILED, g._source()) is not None)\n"
        "from wiredesk_extraction.engine.weights_file import read_weights\n"
        "from wiredesk_extraction.pipeline import pipeline_folder\n"
        "from wiredesk_extraction.settings import DEFAULT_MODEL\n"
        "weights = read_weights(pipeline_folder(DEFAULT_MODEL))\n"
        "print(weights is not None and len(weights.primer.keys) > 20_000)"
    )
    assert stack.docker("exec", container, "python", "-c", asked).split() == ["True", "True"]


def test_what_images_leave_out_changes_no_fact(stack: Stack, traffic: Traffic) -> None:
    command = Path(sys.executable).with_name("wiredesk")
    outside = subprocess.run([command, "extract", "--json", SEED], capture_output=True, check=True, timeout=120)
    published = subprocess.run(
        [command, "publish", SEED, "--url", stack.gateway_url],
        cwd=stack.home,
        capture_output=True,
        check=True,
        timeout=60,
        text=True,
    ).stdout.split()
    traffic.adopt(published)
    traffic.wait_until_ended()
    assert traffic.wrong() == []  # and so the gateway has looked again
    expected = json.loads(outside.stdout)
    found = HttpApi(stack.gateway_url).get(path_of("articles", traffic.account.article_ids[published[0]]))
    for facts in ("entities", "quotes", "dates", "places"):
        assert expected[facts]
        assert found[facts] == expected[facts]
