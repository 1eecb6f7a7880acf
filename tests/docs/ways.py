"""How each documented command is run by a test. A command that none of these ways takes fails the tests. Pure."""

import ast
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

__all__ = [
    "CI",
    "ELSEWHERE",
    "TARGETS",
    "WHOLE",
    "Proof",
    "Way",
    "called_by_ci",
    "compose_problems",
    "missing_from",
    "proof_of",
    "unknown_options",
    "way_of",
]

ROOT = Path(__file__).resolve().parents[2]

Way = Literal["run", "make", "compose", "suite", "elsewhere"]
"""Run as it stands against a pipeline; `make -n`, and in earnest by TARGETS; run as it stands on a Docker engine by
tests/compose/test_compose_commands.py; a part of `make test`; or done in earnest by the tests of ELSEWHERE."""


class Proof(NamedTuple):
    """The test that does in earnest what a command says, as FILE::FUNCTION, and words of it that show this.

    The words stand in the function, or where `words` begins with `*` in the rest of its file: in what it calls.
    """

    place: str
    words: str


CI: Literal["ci"] = "ci"
"""Run by .ci/run before every change, which is the one that can: it is what all tests are run by."""

_MADE = "tests/docs/test_make_targets.py::"

TARGETS: Mapping[str, Proof | Literal["ci"]] = {
    "setup": CI,
    "check": CI,
    "test": CI,
    "test-compose": CI,
    "test-opensearch": CI,
    "audit": CI,
    "eval": CI,
    "demo": Proof(
        "tests/e2e/test_local_runner.py::test_a_demo_without_a_terminal_shows_the_facts_and_ends_well",
        '*command("demo"',
    ),
    "up": Proof("tests/e2e/test_local_runner.py::test_what_it_prints_leads_to_a_working_pipeline", '*command("up"'),
    "bench": Proof(
        "tests/bench/test_bench_run.py::test_the_whole_is_measured_with_one_and_two_workers_and_under_load_and_loses_nothing",
        '*"-m", "bench"',
    ),
    "bench-search": Proof(
        "tests/bench/search/test_bench_search_run.py::test_a_run_measures_everything_and_loses_nothing",
        '"-m", "bench.search"',
    ),
    "bench-compose": Proof(
        "tests/compose/test_compose_drain.py::test_a_start_is_timed_and_a_backlog_drained_by_one_and_by_two",
        '"make", "bench-compose"',
    ),
    "bench-opensearch": Proof("tests/opensearch/test_speed.py::test_bulk_rate_and_query_times_are_told", "speed.bulk("),
    "chaos": Proof(
        "tests/chaos/test_chaos_run.py::test_nothing_is_lost_doubled_or_wrongly_dead_whatever_breaks",
        '*"-m", "chaos"',
    ),
    "scaling": Proof(f"{_MADE}test_the_tables_are_written_from_runs_of_the_benches", '"scaling"'),
    "api-docs": Proof(f"{_MADE}test_what_is_written_from_the_code_is_as_it_stands", '"api-docs"'),
    "dashboards": Proof(f"{_MADE}test_what_is_written_from_the_code_is_as_it_stands", '"dashboards"'),
    "lock": Proof(f"{_MADE}test_every_part_has_its_lock_compiled", '"lock"'),
}
"""What does in earnest what a target of the Makefile does; all are too long for here, or change the checkout."""

_UP = "tests/compose/test_compose_up.py::"
_KEYS = "tests/compose/test_compose_keys.py::"
_STARTED = Proof(f"{_UP}test_everything_comes_up_healthy", "stack.healthy")
"""Its fixture builds and starts with `up -d --wait`, ports and folder of keys from the environment."""
_SCALED = Proof(f"{_UP}test_workers_come_and_go_while_articles_flow", "stack.up(**scale)")
_GATEWAYS = Proof(
    f"{_UP}test_a_second_gateway_has_a_port_of_its_own_where_a_range_is_named_and_else_does_not_start", "HTTP_PORT"
)
_BACKUP = "tests/compose/test_compose_backup.py::test_everything_is_searchable_again_after_all_volumes_were_lost"
_NODE = Proof(
    "tests/opensearch/test_pipeline_on_a_node.py::test_a_node_that_comes_late_and_is_killed_costs_nothing_and_doubles_nothing",
    "desk.node.start()",
)
_LANGUAGE = Proof(
    "services/extraction/tests/test_languages_stage.py::test_an_article_is_read_with_its_languages_pipeline",
    "read_with_pipelines",
)

ELSEWHERE: Mapping[str, Proof] = {
    r"python -m wiredesk_gateway": Proof(
        "services/gateway/tests/test_gateway_process.py::test_it_waits_for_the_index_and_finds_what_is_indexed_and_retracted",
        "start(redis_url)",
    ),
    r"wiredesk index rebuild --index 'opensearch://.*": Proof(
        "tests/opensearch/test_rebuild.py::test_a_rebuild_under_load_loses_and_doubles_nothing_and_stops_no_search",
        "rebuild",
    ),
    r"sh deploy/redis/users\.sh FOLDER": Proof(
        "tests/integration/test_redis_users.py::test_passwords_are_kept_between_runs_and_told_to_nobody_else",
        "make_users(tmp_path)",
    ),
    r"sh deploy/redis/rotate\.sh(?: --end)?": Proof(
        "tests/compose/test_compose_users.py::test_the_passwords_are_rotated_as_documented_while_articles_flow",
        'documented("rotate the passwords")',
    ),
    # It puts back what it finds no Redis beside.
    r"wiredesk restore(?: .*)?": Proof(
        "tests/integration/test_backup.py::test_the_commands_make_a_backup_and_bring_it_back", 'command("restore"'
    ),
    # These load a pipeline of another language, which is no part of the environment; the test reads made-up ones.
    r"python -m spacy download \S+": _LANGUAGE,
    r'python -c "import spacy; spacy\.load\(.*': _LANGUAGE,
    # What follows is done on a Docker engine by a test of its own: the rest by tests/compose/test_compose_commands.py.
    r"docker compose build && docker compose up -d --wait": _STARTED,
    r"docker compose up(?: -d --wait)?": _STARTED,
    r"REDIS_PORT=\S+ HTTP_PORT=\S+ PROMETHEUS_PORT=\S+ GRAFANA_PORT=\S+ docker compose up -d": _STARTED,
    r"KEYS_FOLDER=\S+ docker compose up -d --wait": Proof(
        f"{_KEYS}test_the_next_start_keeps_the_key_and_one_that_was_deleted_is_replaced", "stack.home"
    ),
    r"docker compose up -d(?: --no-recreate)?(?: --scale (?:ingest|extraction)=\d)+(?: ingest| extraction)*": _SCALED,
    r"HTTP_PORT=8080-8083 docker compose up -d (?:--no-deps )?--scale gateway=2(?: gateway)?": _GATEWAYS,
    r"docker compose port --index 2 gateway 8080": _GATEWAYS,
    r"HTTP_HOST=0\.0\.0\.0 docker compose up -d": Proof(
        "tests/compose/test_compose_watched.py::test_ports_are_on_loopback_unless_another_address_is_asked_for",
        "HTTP_HOST",
    ),
    r'docker compose run --rm -v "\$PWD/seeds:/news:ro" wiredesk publish /news': Proof(
        f"{_UP}test_articles_are_published_from_the_host_and_from_inside", '"wiredesk", "publish", "/news"'
    ),
    r"docker compose run --rm keys new newsroom --scope publish --to /run/keys/api-keys": Proof(
        f"{_KEYS}test_a_key_for_a_program_is_made_while_everything_runs_and_opens_its_scope_alone",
        '"new", "newsroom", "--scope", "publish", "--to", "/run/keys/api-keys"',
    ),
    r"docker compose run --rm keys": Proof(
        f"{_KEYS}test_the_next_start_keeps_the_key_and_one_that_was_deleted_is_replaced", '"run", "--rm", "keys"'
    ),
    r"docker compose run --rm backup /backups/(?:monday|before)": Proof(_BACKUP, '"backup", "/backups/monday"'),
    r"docker compose down": Proof(_BACKUP, 'own.compose("down"'),
    r"docker compose run --rm restore /backups/monday": Proof(_BACKUP, '"restore", "/backups/monday"'),
    r"docker compose run --rm --entrypoint mv restore .*": Proof(_BACKUP, '"--entrypoint", "mv", "restore"'),
    # There is no image of OpenSearch where these tests run: no test starts this profile. The same node, as a process,
    # with the services as processes beside it, stands in for it; docs/opensearch.md tells what was tried by hand.
    r"INDEX_URL=opensearch://\S+ docker compose --profile opensearch up -d --wait(?: --scale indexing=2)?": _NODE,
    r"docker compose exec opensearch curl .*": _NODE,
}
"""Commands, as regular expressions, and the test that does the same in earnest; each is documented somewhere."""

WHOLE: Mapping[str, str] = {
    "wiredesk backup": "wiredesk backup /backups/monday",
    "wiredesk entity": "wiredesk entity --help",
    "wiredesk entity merge …": "wiredesk entity merge person:a-holm person:ada-holm",
    "wiredesk extract": "wiredesk extract FILE",
    "wiredesk extract --jsonl": "wiredesk extract --jsonl IN OUT",
    "wiredesk index": "wiredesk index --help",
    "wiredesk index restore": "wiredesk index restore BACKUP",
    "wiredesk key new": "wiredesk key new newsroom --scope publish",
    "wiredesk publish": "wiredesk publish seeds/",
    "wiredesk publish --force": "wiredesk publish --force seeds/",
    "wiredesk publish --url": "wiredesk publish --url http://127.0.0.1:8080 news/",
}
"""Commands that a sentence only names, and how one of them is given."""

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
    "stats": {"--no-stream"},
    "config": {"-q"},
}
_WITH_VALUE = {"--scale", "--profile", "-f", "-v", "-e", "--entrypoint", "--tail", "--user", "--index"}


def way_of(command: str) -> Way | None:
    """None for a command that nothing here runs."""
    bare = re.sub(r"^(?:[A-Z_]+=\S+ )+", "", command)
    if proof_of(command):
        return "elsewhere"
    match bare.split()[0]:
        case "make":
            return "make" if bare.split()[1] in TARGETS else None
        case "docker":
            return "compose" if bare.split()[1] == "compose" else None
        case "wiredesk" | "curl" | "redis-cli" | "echo":
            return "run"
    return "suite" if re.fullmatch(r"python -m pytest (\S+)", bare) else None


def proof_of(command: str) -> Proof | None:
    """The test that does what a command says, where it is not run as it stands."""
    return next((proof for pattern, proof in ELSEWHERE.items() if re.fullmatch(pattern, command)), None)


def missing_from(proof: Proof, root: Path) -> str | None:
    """What a proof names that is not there: the file, the function in it, or the words."""
    name, _, function = proof.place.partition("::")
    if not name.endswith(".py") or not (root / name).is_file():
        return f"no file of tests {name}"
    source = (root / name).read_text()
    found = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
    ]
    if not found or not function.startswith("test_"):
        return f"no test {function} in {name}"
    words, everywhere = proof.words.removeprefix("*"), proof.words.startswith("*")
    if words not in (source if everywhere else ast.get_source_segment(source, found[0]) or ""):
        return f"{words} is not in {proof.place}"
    return None


def called_by_ci(root: Path) -> set[str]:
    """The targets of the Makefile that .ci/run calls, and those that are nothing but what one of these needs first."""
    lines = [line for line in (root / ".ci/run").read_text().splitlines() if not line.lstrip().startswith(("#", "say"))]
    called = set(re.findall(r"^ *(?:make|run) ([a-z-]+)", "\n".join(lines), re.MULTILINE))
    rules = re.findall(r"^([a-z-]+): ([^#\n]*)##[^\n]*\n(\t?)", (root / "Makefile").read_text(), re.MULTILINE)
    needs = {name: set(first.split()) for name, first, _ in rules}
    empty = {name for name, first, recipe in rules if first.strip() and not recipe}
    return called | {name for name in empty if any(needs[name] <= needs.get(one, set()) for one in called)}


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
