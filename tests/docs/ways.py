"""How each documented command is run by a test. A command that none of these ways takes fails the tests. Pure."""

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

__all__ = ["ELSEWHERE", "TARGETS", "Way", "compose_problems", "unknown_options", "way_of"]

ROOT = Path(__file__).resolve().parents[2]

Way = Literal["run", "make", "compose", "elsewhere"]
"""Run as it stands against a pipeline; `make -n`; held against docker-compose.yml; or run by the tests of ELSEWHERE."""

TARGETS: Mapping[str, str] = {
    "setup": ".ci/run",
    "demo": "tests/e2e/test_local_runner.py",
    "up": "tests/e2e/test_local_runner.py",
    "check": ".ci/run",
    "test": ".ci/run",
    "test-compose": "tests/compose",
    "test-opensearch": ".ci/run",
    "dashboards": "tests/dashboards/test_dashboard_files.py",
    "audit": "tests/contract/test_audit.py",
    "eval": ".ci/run",
    "bench": "tests/bench/test_bench_run.py",
    "bench-search": "tests/bench/search",
    "scaling": "tests/bench/test_bench_scaling.py",
    "bench-compose": "tests/compose/drain.py",
    "bench-opensearch": "tests/opensearch/test_speed.py",
    "chaos": "tests/chaos/test_chaos_run.py",
    "api-docs": "tests/contract/test_api_documents.py",
    "lock": "deploy/local/lock.sh",
}
"""What does in earnest what a target of the Makefile does: too long for here, or it needs a JDK or the network."""

ELSEWHERE: Mapping[str, str] = {
    r"python -m wiredesk_gateway": "services/gateway/tests/test_gateway_process.py",
    r"python -m pytest (\S+)": ".ci/run",
    r"wiredesk index rebuild --index 'opensearch://.*": "tests/opensearch/test_rebuild.py",
    r"docker stats": ".ci/run",  # Docker's own
    r"sh deploy/redis/users\.sh FOLDER": "tests/integration/test_redis_users.py",
    r"sh deploy/redis/rotate\.sh(?: --end)?": "tests/compose/test_compose_users.py",
    r"wiredesk restore /backups/monday .*": "tests/integration/test_backup.py",
    # These load a pipeline of another language, which is no part of the environment.
    r"python -m spacy download \S+": "services/extraction/tests/test_languages_stage.py",
    r'python -c "import spacy; spacy\.load\(.*': "services/extraction/tests/test_languages_stage.py",
}
"""Commands, as regular expressions, and the test that runs the same in earnest."""

_COMPOSE = {
    "build": {"--pull"},
    "up": {"-d", "--wait", "--scale", "--no-deps", "--no-recreate", "--build", "--force-recreate"},
    "down": {"-v"},
    "exec": {"-T"},
    "run": {"--rm", "--no-deps", "-T", "-v", "-e", "--entrypoint", "--user"},
    "start": set(),
    "stop": set(),
    "restart": set(),
    "kill": set(),
    "pause": set(),
    "unpause": set(),
    "logs": {"-f", "--tail"},
    "ps": {"-a"},
    "port": {"--index"},
    "stats": set(),
    "config": {"-q"},
}
_WITH_VALUE = {"--scale", "--profile", "-f", "-v", "-e", "--entrypoint", "--tail", "--user", "--index"}


def way_of(command: str) -> Way | None:
    """None for a command that nothing here runs."""
    bare = re.sub(r"^(?:[A-Z_]+=\S+ )+", "", command)
    if any(re.fullmatch(pattern, command) for pattern in ELSEWHERE):
        return "elsewhere"
    match bare.split()[0]:
        case "make":
            return "make" if bare.split()[1] in TARGETS else None
        case "docker":
            return "compose"
        case "wiredesk" | "curl" | "redis-cli" | "echo":
            return "run"
    return None


def compose_problems(command: str, services: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is wrong with `docker compose …`, by the services of the compose file; SERVICE stands for any."""
    problems = []
    for part in command.split("&&"):
        words = shlex.split(re.sub(r"^\s*(?:[A-Z_]+=\S+ )+", "", part.partition("|")[0]))
        if words[:2] != ["docker", "compose"]:
            problems.append(f"{part.strip()}: not docker compose")
            continue
        problems += [f"{part.strip()}: {problem}" for problem in _problems(words[2:], services)]
    return problems


def _problems(words: list[str], services: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    profiles = {profile for service in services.values() for profile in service.get("profiles", ())}
    while words[0] in ("--profile", "-f"):
        if words[0] == "--profile" and words[1] not in profiles:
            yield f"no profile {words[1]}"
        if words[0] == "-f" and not (ROOT / words[1]).exists():
            yield f"no file {words[1]}"
        words = words[2:]
    subcommand, words = words[0], words[1:]
    if subcommand not in _COMPOSE:
        yield f"{subcommand} is not among the subcommands known here"
        return
    named = []
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            if word not in _COMPOSE[subcommand]:
                yield f"{subcommand} with {word} is not known here"
            if word in _WITH_VALUE and words:
                value = words.pop(0)
                if word == "--scale" and value.partition("=")[0] not in services:
                    yield f"no service {value}"
            continue
        named.append(word)
        if subcommand in ("exec", "run", "port"):
            break
    yield from (f"no service {name}" for name in named if name not in services and name != "SERVICE")
    program = services.get(named[0], {}).get("entrypoint", []) if subcommand == "run" and named else []
    if [*program, *words][:1] == ["wiredesk"]:
        yield from unknown_options([*program, *words])


def unknown_options(words: list[str]) -> list[str]:
    """The subcommands and options of a `wiredesk …` that its command line does not have."""
    import typer.main
    from wiredesk.cli.app import app

    found: Any = typer.main.get_command(app)
    rest = words[1:]
    while rest and hasattr(found, "commands") and not rest[0].startswith("-"):
        if rest[0] not in found.commands:
            return [f"no command {rest[0]}"]
        found, rest = found.commands[rest[0]], rest[1:]
    known = {option for parameter in found.params for option in parameter.opts} | {"--help", "--version"}
    return [f"no option {word}" for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
