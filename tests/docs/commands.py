"""The commands that the documentation shows: every line of its blocks, and those within its sentences. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Block", "Command", "blocks", "documents", "headed", "mentioned", "once"]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
_PROGRAMS = "make|wiredesk|docker|curl|redis-cli|python|echo|npm|pip|git|sh|tar"
_COMMAND = re.compile(rf"^(?:[A-Z_]+=\S+ )*(?:{_PROGRAMS})(?: |$)")
_REMARK = re.compile(r"(?:\s+#| {3,}).*$")
"""What is said of a command beside it: after a #, or after three spaces."""


class Command(NamedTuple):
    """One command, and where it stands."""

    where: str
    text: str


class Block(NamedTuple):
    """A fenced block of a language, or of none; of its lines those that are commands."""

    where: str
    language: str
    text: str
    commands: tuple[Command, ...]


def documents(root: Path) -> Sequence[Path]:
    """What people read to use or change Wiredesk; decisions and the log of changes tell of other days."""
    found = [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("services/*/README.md")]
    found += [root / "shared/README.md", root / "tests/eval/README.md"]
    return sorted(path for path in found if path.name != "CHANGELOG.md")


def blocks(root: Path, document: Path) -> Iterator[Block]:
    """The fenced blocks of one document."""
    text = document.read_text()
    for match in _FENCED.finditer(text):
        first = text.count("\n", 0, match.start()) + 2
        where = f"{document.relative_to(root)}:{first}"
        yield Block(where, match[1], match[2], tuple(_commands(document.relative_to(root), match, first)))


def _commands(document: Path, match: "re.Match[str]", first: int) -> Iterator[Command]:
    if match[1] not in ("", "sh"):
        return
    lines = match[2].splitlines()
    prompted = any(line.startswith("$ ") for line in lines)
    for number, line in enumerate(lines, first):
        if prompted and not line.startswith("$ "):  # what the command printed
            continue
        text = _REMARK.sub("", line.removeprefix("$ "))
        if _COMMAND.match(text):
            yield Command(f"{document}:{number}", text)


def mentioned(root: Path, document: Path) -> Iterator[Command]:
    """The commands within the sentences of one document, with the line they begin in."""
    text = _FENCED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), document.read_text())
    for match in _INLINE.finditer(text):
        command = " ".join(match[1].split())
        if _COMMAND.match(command) and " " in command:
            yield Command(f"{document.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}", command)


def headed(root: Path, document: Path) -> Iterator[Command]:
    """The commands in the comment that a file of YAML begins with, one a line."""
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if not line.startswith("#"):
            return
        text = _REMARK.sub("", line.removeprefix("#").strip())
        if _COMMAND.match(text):
            yield Command(f"{document.relative_to(root)}:{number}", text)


def once(commands: Iterable[Command]) -> Mapping[str, Command]:
    """By their text, in order; of those that are shown again the first."""
    found: dict[str, Command] = {}
    for command in commands:
        found.setdefault(command.text, command)
    return found
