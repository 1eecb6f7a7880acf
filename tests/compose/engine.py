"""The Docker engine that the tests use: one that answers, or the private one of the tools beside the checkout.

Those tools start an engine of their own on a machine that has none, and build stand-ins for the official images where
nothing can be pulled. An engine that was started here is taken down at the end; one that ran before is left alone.
"""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["NoEngine", "engine"]

ROOT = Path(__file__).resolve().parents[2]
_BESIDE = ROOT.parent / "shared/tools/containers"
_START_S, _IMAGES_S, _ANSWER_S = 300, 900, 30
_ROOMY_KIB = 12 * 1024 * 1024
"""With so much memory free, the engine's data is kept there, where building and taking down is quicker."""

_EXPORT = re.compile(r"^export (\w+)=(\S+)$", re.MULTILINE)


class NoEngine(Exception):
    """There is no engine here, and why none could be started."""


@contextlib.contextmanager
def engine() -> Iterator[Mapping[str, str]]:
    """The environment in which `docker` and `docker compose` work. Raises NoEngine."""
    tools = Path(os.environ.get("CONTAINER_TOOLS") or _BESIDE)
    script = tools / "engine.sh"
    if not script.exists():
        if not _answers(os.environ):
            raise NoEngine("no Docker engine answers (`docker info`, `docker compose version`)")
        yield os.environ
        return
    private = _environment(script)
    runs = subprocess.run([script, "status"], capture_output=True, timeout=_ANSWER_S).returncode == 0
    if not runs and _answers(os.environ):
        yield os.environ
        return
    if not runs:
        _do([script, "up"], {**os.environ, **_in_memory()}, _START_S)
    try:
        _do([tools / "base-images.sh", "--for", ROOT], private, _IMAGES_S)
        yield private
    finally:
        if not runs:
            _do([script, "down"], os.environ, _START_S)


def _answers(environment: Mapping[str, str]) -> bool:
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            if subprocess.run(command, env=environment, capture_output=True, timeout=_ANSWER_S).returncode:
                return False
        except (OSError, subprocess.TimeoutExpired):
            return False
    return True


def _environment(script: Path) -> dict[str, str]:
    """What `engine.sh env` would have a shell set; the folder of its docker comes first on the path."""
    told = subprocess.run([script, "env"], capture_output=True, text=True, timeout=_ANSWER_S, check=True).stdout
    found = re.search(r"PATH=(\S+):\$PATH", told)
    path = f"{found[1]}:{os.environ['PATH']}" if found else os.environ["PATH"]
    return {**os.environ, **dict(_EXPORT.findall(told)), "PATH": path}


def _in_memory() -> dict[str, str]:
    free = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
    return {"ENGINE_RAM": "8g"} if "ENGINE_RAM" not in os.environ and free and int(free[1]) > _ROOMY_KIB else {}


def _do(command: list[object], environment: Mapping[str, str], timeout_s: float) -> None:
    try:
        done = subprocess.run(
            list(map(str, command)), env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoEngine(f"{command[0]} did not come to its end within {timeout_s:g} s") from error
    if done.returncode:
        raise NoEngine(f"{command[0]}: {done.stderr.strip()[-400:] or f'status {done.returncode}'}")
