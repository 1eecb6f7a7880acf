"""SECURITY.md: every defence it tells has its test, and every attack that is tested is told."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "SECURITY.md").read_text()
NAMED = re.findall(r"`([\w./-]+\.py)::(\w+)(?:::(\w+))?`", TEXT)
ROWS = [line for line in TEXT.partition("## Threats")[2].splitlines() if re.match(r"\| [^-]", line)]


def _tests(path: Path) -> set[tuple[str, ...]]:
    """The tests of a file: functions, and those of classes with the class before."""
    found: set[tuple[str, ...]] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add((node.name,))
        if isinstance(node, ast.ClassDef):
            found |= {(node.name, each.name) for each in node.body if isinstance(each, ast.FunctionDef)}
    return {names for names in found if names[-1].startswith("test_")}


@pytest.mark.parametrize("named", NAMED, ids="::".join)
def test_every_test_it_names_is_there(named: tuple[str, ...]) -> None:
    path, *names = named
    assert (ROOT / path).is_file()
    assert tuple(filter(None, names)) in _tests(ROOT / path)


@pytest.mark.parametrize("path", sorted((ROOT / "tests/security").glob("test_*.py")), ids=lambda path: path.name)
def test_every_attack_of_the_security_tests_is_told(path: Path) -> None:
    told = {tuple(filter(None, names)) for file, *names in NAMED if ROOT / file == path}
    assert _tests(path) - told == set()


def test_every_threat_has_a_defence_and_a_test() -> None:
    threats = [row for row in ROWS if not row.startswith("| threat |")]
    assert len(threats) > 30
    for row in threats:
        threat, defence, test = (cell.strip() for cell in row.strip("|").split(" | "))
        assert threat
        assert defence
        assert "::" in test, threat
