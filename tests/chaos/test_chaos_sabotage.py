"""Switching a guarantee off must switch it off, or say that it could not."""

import subprocess
import sys
from pathlib import Path

import pytest
from wiredesk.testing import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]

SHOWS = {
    "fence": "from wiredesk.stage import finish; print(\"return 'fenced'\" in finish._SCRIPT)",
    "reclaim": (
        "import asyncio; from wiredesk.stage.redelivery import Redelivery as R; "
        "print(asyncio.run(R.due(object(), 's', busy=())))"
    ),
}
CHANGED = {
    "fence": "from wiredesk.stage import finish; finish._SCRIPT = 'another'",
    "reclaim": "from wiredesk.stage.redelivery import Redelivery; del Redelivery.due",
}


def python(code: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own: what is patched stays patched."""
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = ['tests', '.']; {code}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.mark.parametrize(("without", "left"), [("fence", "False"), ("reclaim", "[]")])
def test_what_is_switched_off_is_gone(without, left):
    shown = python(f"from chaos.sabotage import sabotage; sabotage({without!r}); {SHOWS[without]}")
    assert shown.stdout.strip() == left, shown.stderr


@pytest.mark.parametrize("without", CHANGED)
def test_a_runtime_that_has_changed_is_told_instead_of_left_whole(without):
    shown = python(f"from chaos.sabotage import sabotage; {CHANGED[without]}; sabotage({without!r})")
    assert "ChaosError" in shown.stderr
    assert "bring sabotage.py up to date" in shown.stderr


def test_nothing_is_switched_off_unasked():
    shown = python(
        "from chaos.sabotage import sabotage; from wiredesk.stage import finish; "
        "before = finish._SCRIPT; sabotage(''); print(finish._SCRIPT == before)"
    )
    assert shown.stdout.strip() == "True", shown.stderr
