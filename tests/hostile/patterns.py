"""Every regular expression of the project, and the strings that make the wrong ones slow."""

import ast
import re
import re._constants as ops  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

__all__ = ["PACKAGES", "Pattern", "Use", "attacks", "patterns", "use"]

Pattern = re.Pattern[Any]
Use = str
"""The method of a pattern that is called."""

PACKAGES = ("wiredesk", "wiredesk_ingest", "wiredesk_extraction", "wiredesk_indexing", "wiredesk_gateway")
_FUNCTIONS = frozenset(("compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"))
_FROM_THE_START = frozenset(("match", "fullmatch"))
_DEEPEST = 3
_UNMATCHED = "\x01"
_MOST_ENDS = 3
_MOST_UNITS = 60
_CATEGORIES = {
    ops.CATEGORY_DIGIT: "7",
    ops.CATEGORY_NOT_DIGIT: "x",
    ops.CATEGORY_SPACE: " ",
    ops.CATEGORY_NOT_SPACE: "x",
    ops.CATEGORY_WORD: "x",
    ops.CATEGORY_NOT_WORD: "-",
}
_COMMON = (
    " ",
    "a",
    "A",
    "1",
    '"',
    "'",
    "\n",
    "<",
    ">",
    "(",
    "[",
    ".",
    ",",
    "-",
    "“",
    "a ",
    "A ",
    "1 ",
    "A. ",
    "a\n",
    '" ',
)


def modules() -> Iterator[ModuleType]:
    """Every module of the project but those that run when they are imported."""
    for name in PACKAGES:
        package = import_module(name)
        yield package
        for found in walk_packages(package.__path__, f"{name}."):
            if not found.name.endswith("__main__"):
                yield import_module(found.name)


def patterns() -> dict[str, tuple[Pattern, frozenset[Use]]]:
    """Patterns by where they are, with the methods called on them: those that modules hold, at any depth, and those

    written where they are used. One whose calls are not seen is taken to be searched for everywhere.
    """
    found: dict[int, tuple[str, Pattern, set[Use]]] = {}
    for module in modules():
        source = Path(module.__file__ or "").read_text()
        for name, value in vars(module).items():
            uses = set(re.findall(rf"\b{name}\.({'|'.join(_FUNCTIONS)})\(", source))
            for pattern in _held(value, _DEEPEST):
                found.setdefault(id(pattern), (f"{module.__name__}.{name}", pattern, set()))[2].update(uses)
        for line, use, pattern in _written(source):
            if use != "compile":
                found.setdefault(id(pattern), (f"{module.__name__}:{line}", pattern, set()))[2].add(use)
    return {f"{where} {pattern.pattern!r}"[:120]: (pattern, frozenset(uses)) for where, pattern, uses in found.values()}


def _held(value: Any, depth: int) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth == 0 or isinstance(value, str | bytes | ModuleType | type):
        return
    elif isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from _held(one, depth - 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _held(one, depth - 1)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _held(getattr(value, field.name, None), depth - 1)


def _written(source: str) -> Iterator[tuple[int, Use, Pattern]]:
    """`re.sub("…", …)` and the like with the pattern as a constant."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=attr),
                args=[ast.Constant(value=str() | bytes() as text), *_],
            ) if attr in _FUNCTIONS:
                yield node.lineno, attr, re.compile(text)


def pumps(pattern: Pattern) -> list[str]:
    """Strings to repeat: a character for each thing the pattern can match, pairs of them, and common ones."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    singles = list(dict.fromkeys(_characters(parser.parse(text, flags & ~re.DEBUG))))
    words = list(dict.fromkeys(_runs(parser.parse(text, flags & ~re.DEBUG))))
    pairs = [one + other for one in singles[:8] for other in singles[:8] if one != other]
    return list(dict.fromkeys((*_COMMON, *singles[:20], *words[:20], *pairs)))[: _MOST_UNITS + len(_COMMON)]


def _characters(tree: Iterable[Any]) -> Iterator[str]:
    """One character for each item of the tree that takes one."""
    for op, argument in tree:
        if op is ops.LITERAL:
            yield chr(argument)
        elif op is ops.NOT_LITERAL:
            yield "x" if argument != ord("x") else "y"
        elif op is ops.ANY:
            yield "x"
        elif op is ops.IN:
            yield from _members(argument)
        else:
            for part in _parts(argument):
                yield from _characters(part)


def _members(items: Iterable[Any]) -> Iterator[str]:
    rows = list(items)
    if rows and rows[0][0] is ops.NEGATE:
        yield "x"
        yield " "
        return
    for op, argument in rows:
        if op is ops.LITERAL:
            yield chr(argument)
        elif op is ops.RANGE:
            yield chr(argument[0])
        elif op is ops.CATEGORY:
            yield _CATEGORIES.get(argument, "x")


def _runs(tree: Iterable[Any]) -> Iterator[str]:
    """Literal words of the pattern, each with a space after it."""
    run = ""
    for op, argument in tree:
        if op is ops.LITERAL:
            run += chr(argument)
            continue
        if len(run) > 1:
            yield f"{run} "
        run = ""
        for part in _parts(argument):
            yield from _runs(part)
    if len(run) > 1:
        yield f"{run} "


def _parts(argument: Any) -> Iterator[Any]:
    """The sub-patterns in an item's argument, whatever its kind."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for one in argument:
            yield from _parts(one)


def attacks(pattern: Pattern) -> list[tuple[str, str]]:
    """What to repeat and what to end with: something few patterns match, or what this one might still want."""
    units = pumps(pattern)
    ends = [unit for unit in units[len(_COMMON) :] if len(unit) == 1][:_MOST_ENDS]
    return [(unit, end) for unit in units for end in (_UNMATCHED, *ends)]


def use(pattern: Pattern, uses: frozenset[Use], text: str) -> None:
    """Apply the pattern to a whole text in the way it is used."""
    subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    if uses and uses <= _FROM_THE_START:
        pattern.match(subject)
        pattern.fullmatch(subject)
    else:
        for _match in pattern.finditer(subject):
            pass
