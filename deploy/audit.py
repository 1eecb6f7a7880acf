"""`make audit`: whether a package of any lock has a known vulnerability, as pip-audit is told by PyPI.

    python -m deploy.audit [--ignored FILE]

Status 0: none that is not listed in the file of ignored ones, or nobody could be asked, which is said loudly. 1: a
vulnerability that is not listed, or a line of the list that has expired. 2: the list or pip-audit cannot be used.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO

__all__ = ["Ignored", "Report", "ignored", "main", "pinned", "report"]

ROOT = Path(__file__).resolve().parents[1]
IGNORED = ROOT / "deploy/audit-ignored.toml"
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_TIMEOUT_S = 15
_LONGEST_S = 600
_UNREACHED = (
    "Connection",
    "Timeout",
    "timed out",
    "not be resolved",
    "ServiceError",
    "blocking this service",
    "SSLError",
)
"""What stands in pip-audit's words when nobody answers: it has one exit status for all that is amiss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A vulnerability that does not touch us, why, and up to which day that is believed."""

    id: str
    package: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit came to: lines to say, and the exit status."""

    lines: tuple[str, ...]
    status: int


def pinned(locks: Mapping[str, str]) -> dict[str, list[str]]:
    """`NAME==VERSION` of every lock (name: content) to the names of the locks that hold it."""
    found: dict[str, list[str]] = {}
    for lock, text in sorted(locks.items()):
        for name, version in _PIN.findall(text):
            found.setdefault(f"{name}=={version}", []).append(lock)
    return found


def ignored(text: str) -> tuple[Ignored, ...]:
    """The entries of the list. Raises ValueError, naming the entry, for one without id, package, reason or day."""
    entries = tomllib.loads(text).get("ignored", [])
    found = []
    for number, entry in enumerate(entries, 1):
        try:
            one = Ignored(**entry)
        except TypeError:
            raise ValueError(f"entry {number} needs id, package, reason and until, and no more") from None
        if not (one.id and one.package and one.reason and type(one.until) is date):
            raise ValueError(f"entry {number} needs an id, a package, a reason, and a day as until = 2030-01-31")
        found.append(one)
    return tuple(found)


def report(
    answer: Iterable[Mapping[str, Any]], pins: Mapping[str, list[str]], listed: Iterable[Ignored], *, today: date
) -> Report:
    """Judge pip-audit's `dependencies`. One that was skipped was not asked about, whatever its exit status says."""
    lines, bad, asked, met = [], False, 0, set()
    by_id = {one.id: one for one in listed}
    for package in answer:
        if "skip_reason" in package:
            continue
        asked += 1
        pin = f"{package['name']}=={package['version']}"
        for found in package["vulns"]:
            ids = {found["id"], *found["aliases"]}
            known = next((by_id[id] for id in ids if id in by_id and by_id[id].package == package["name"]), None)
            told = f"{pin} ({', '.join(pins.get(pin, ['?']))}): {found['id']}"
            if known is None:
                bad = True
                lines.append(f"VULNERABLE  {told}; mended in {', '.join(found['fix_versions']) or 'no version yet'}")
                continue
            met.add(known.id)
            if today > known.until:
                bad = True
                lines.append(f"EXPIRED     {told}: ignored until {known.until}; look at it again")
            else:
                lines.append(f"ignored     {told} until {known.until}: {known.reason}")
    unknown = len(pins) - asked
    if unknown:
        lines.append(f"WARNING: COULD NOT ASK about {unknown} of {len(pins)} packages: nothing is known of them")
    else:
        unmet = [one for one in by_id.values() if one.id not in met]
        lines += [f"not needed  {one.id} of {one.package}: take it off the list" for one in unmet]
    lines.append(f"{asked} packages asked about")
    return Report(tuple(lines), 1 if bad else 0)


def main(arguments: list[str] | None = None) -> int:
    """Ask and tell. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="audit", description="known vulnerabilities of what the locks pin")
    parser.add_argument("--ignored", type=Path, default=IGNORED, help="the list of those that do not touch us")
    parser.add_argument("--locks", type=Path, nargs="*", help="other locks than the project's")
    options = parser.parse_args(arguments)
    locks = options.locks or [ROOT / "requirements.lock", *ROOT.glob("services/*/*.lock")]
    try:
        listed = ignored(options.ignored.read_text())
        pins = pinned(
            {str(lock.relative_to(ROOT) if lock.is_relative_to(ROOT) else lock): lock.read_text() for lock in locks}
        )
        # One first: a mirror that has packages and knows nothing of them need not be asked a hundred times.
        answer = _answer(sorted(pins)[:1])
        if not all("skip_reason" in package for package in answer):
            answer = _answer(sorted(pins))
    except _NobodyAnswers as error:
        _say(f"nobody answers: {error}")
        answer = []
    except (OSError, ValueError) as error:
        _say(f"audit: {error}", sys.stderr)
        return 2
    told = report(answer, pins, listed, today=datetime.now(UTC).date())
    _say("\n".join(told.lines))
    return told.status


class _NobodyAnswers(Exception):
    pass


def _answer(pins: Iterable[str]) -> list[dict[str, Any]]:
    """What pip-audit tells of each. Raises _NobodyAnswers, and ValueError when it fails otherwise."""
    done = _asked(pins)
    try:
        told: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        if any(word in done.stderr for word in _UNREACHED):
            raise _NobodyAnswers(last) from None
        raise ValueError(f"pip-audit failed: {last}") from None
    return told


def _say(words: str, to: TextIO = sys.stdout) -> None:
    to.write(f"{words}\n")


def _asked(pins: Iterable[str]) -> "subprocess.CompletedProcess[str]":
    with tempfile.TemporaryDirectory(prefix="wiredesk-audit-") as folder:
        wanted = Path(folder) / "pins.txt"
        wanted.write_text("\n".join(sorted(pins)) + "\n")
        command = [sys.executable, "-m", "pip_audit", "-r", str(wanted), "--no-deps", "--disable-pip", "-f", "json"]
        command += [
            "--progress-spinner",
            "off",
            "--timeout",
            str(_TIMEOUT_S),
            "--cache-dir",
            str(Path(folder) / "cache"),
        ]
        try:
            return subprocess.run(  # noqa: S603 - the same interpreter, and names from our own locks
                command, capture_output=True, text=True, timeout=_LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 1, "", f"Timeout: no answer within {_LONGEST_S} s")


if __name__ == "__main__":
    sys.exit(main())
