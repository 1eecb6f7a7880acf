"""Users' corrections as every engine keeps them: one small register for each thing that can be corrected. Pure.

What a register says is replaced by a later correction of the same thing and by nothing else, so corrections may arrive
in any order and any number of times. Ids lead from one to the next (`a` is `b`, `b` is `c`) until none leads on; in a
circle the latest step is left out.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from wiredesk.errors import PermanentError
from wiredesk.events import EntityCorrected
from wiredesk.index.intake import LONGEST_ID

__all__ = ["Correction", "Corrections", "Register", "registers_of"]

LONGEST_NAME = 500
"""Characters; names of law texts and treaties stay below 300."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An event with its place in time: the revision that its submission id makes."""

    revision: int
    event: EntityCorrected


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What was said last of one thing: whom an id is (`same_as`, perhaps in one article only), or its name (`name`).

    An empty `value` says that a correction was taken back. `label` is what the other entity is called.
    """

    kind: Literal["same_as", "name"]
    entity_id: str
    article_id: str = ""
    value: str = ""
    label: str = ""
    revision: int
    by: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """32 hexadecimal digits that name the thing; the same in every index."""
        parts = "\0".join((self.kind, self.entity_id, self.article_id))
        return hashlib.blake2b(parts.encode(errors="surrogatepass"), digest_size=16).hexdigest()

    def stored(self) -> dict[str, Any]:
        """The fields that say something; `Register(**fields)` makes it again."""
        return {name: value for name in _FIELDS if (value := getattr(self, name)) != ""}


_FIELDS = tuple(each.name for each in fields(Register))


def registers_of(correction: Correction) -> list[Register]:
    """What a correction says. Raises PermanentError for one that says nothing, or names what no index could keep."""
    event = correction.event
    _checked(event)
    told = Register(
        kind="name" if event.same_as is None else "same_as",
        entity_id=event.entity_id,
        value="" if event.undo else event.same_as or event.name or "",
        label="" if event.undo or event.same_as is None else event.name or "",
        revision=correction.revision,
        by=event.by,
        reason=event.reason,
    )
    places = dict.fromkeys(event.articles) or {"": None}
    return [replace(told, article_id=id) for id in places]


def _checked(event: EntityCorrected) -> None:
    problem = None
    if event.same_as is None and not event.name:
        problem = "it names neither same_as nor name"
    elif event.same_as is None and event.articles:
        problem = "a name holds in all articles"
    elif event.same_as == event.entity_id and not event.undo:
        problem = f"{event.entity_id} is itself already"
    elif len(event.name or "") > LONGEST_NAME:
        problem = f"a name has at most {LONGEST_NAME} characters"
    if problem:
        raise PermanentError("invalid_field", f"this correction cannot be applied: {problem}")
    try:
        (event.name or "").encode()
        named = [event.entity_id, *event.articles] + ([] if event.same_as is None else [event.same_as])
        lengths = [len(id.encode()) for id in named]
    except UnicodeEncodeError as error:  # a lone surrogate
        raise PermanentError("unindexable", f"this correction cannot be kept: {error}") from error
    if not all(0 < length <= LONGEST_ID for length in lengths):
        raise PermanentError("unindexable", f"an id has to have 1 to {LONGEST_ID} bytes")


class Corrections:
    """Every register, and what follows from all of them. Never changed: `with_` makes another."""

    def __init__(self, registers: Iterable[Register] = ()) -> None:
        self._index({register.key: register for register in registers})

    def _index(self, registers: dict[str, Register]) -> None:
        self._registers = registers
        self._same: dict[str, Register] = {}
        self._named: dict[str, Register] = {}
        self._split: dict[str, dict[str, Register]] = {}
        self._towards: dict[str, list[Register]] = {}
        for register in self._registers.values():
            if not register.value:
                continue
            if register.kind == "name":
                self._named[register.entity_id] = register
                continue
            self._towards.setdefault(register.value, []).append(register)
            if register.article_id:
                self._split.setdefault(register.article_id, {})[register.entity_id] = register
            else:
                self._same[register.entity_id] = register

    def __bool__(self) -> bool:
        """Whether there was ever a correction."""
        return bool(self._registers)

    @property
    def latest(self) -> int:
        """The highest revision among them; 0 without any."""
        return max((register.revision for register in self._registers.values()), default=0)

    def news(self, registers: Iterable[Register]) -> list[Register]:
        """Those that say something later than what is known, each thing once."""
        latest: dict[str, Register] = {}
        for register in registers:
            known = latest.get(register.key) or self._registers.get(register.key)
            if known is None or _order(register) > _order(known):
                latest[register.key] = register
        return list(latest.values())

    def with_(self, registers: Iterable[Register]) -> "Corrections":
        """These and the registers given, which count as later."""
        made = Corrections.__new__(Corrections)
        made._index(self._registers | {register.key: register for register in registers})
        return made

    def canonical(self, entity_id: str, article_id: str = "") -> str:
        """The id that stands for this one: everywhere, or in an article."""
        split = self._split.get(article_id, {}) if article_id else {}
        at, steps = entity_id, dict[str, Register]()
        while (step := split.get(at) or self._same.get(at)) is not None:
            if at in steps:
                return _opened(steps, at)
            steps[at] = step
            at = step.value
        return at

    def name(self, entity_id: str) -> str:
        """What users call the entity; empty where they have not said."""
        register = self._named.get(entity_id)
        return register.value if register else ""

    def label(self, entity_id: str) -> str:
        """What it is called by the latest correction that made another id its own; empty without one."""
        labelled = [register for register in self._towards.get(entity_id, ()) if register.label]
        return max(labelled, key=_order).label if labelled else ""

    def upstream(self, entity_id: str) -> tuple[set[str], set[str]]:
        """The ids, itself among them, and beside those the articles, in which something may lead to this id."""
        ids, articles, ahead = {entity_id}, set[str](), [entity_id]
        while ahead:
            for register in self._towards.get(ahead.pop(), ()):
                if register.article_id:
                    articles.add(register.article_id)
                elif register.entity_id not in ids:
                    ids.add(register.entity_id)
                    ahead.append(register.entity_id)
        return ids, articles

    def members(self, entity_id: str) -> set[str]:
        """The ids that stand for this entity outside single articles' corrections, itself among them."""
        return {id for id in self.upstream(entity_id)[0] if self.canonical(id) == entity_id} | {entity_id}

    def about(self, entity_id: str) -> list[Register]:
        """The corrections in force that concern an entity: of its ids, towards it and away from it; latest first."""
        ids = self.upstream(self.canonical(entity_id))[0] | {entity_id}
        found = [
            register
            for register in self._registers.values()
            if register.value and (register.entity_id in ids or (register.value in ids and register.kind == "same_as"))
        ]
        return sorted(found, key=_order, reverse=True)

    def register(self, key: str) -> Register | None:
        """What is said of one thing, where something is."""
        found = self._registers.get(key)
        return found if found and found.value else None


def _order(register: Register) -> tuple[int, str, str]:
    """Later ones are greater; of one revision, which no two changes share, the values decide."""
    return register.revision, register.value, register.label


def _opened(steps: Mapping[str, Register], at: str) -> str:
    """Where a circle that `at` is part of ends: before its latest step."""
    circle = [steps[at]]
    while circle[-1].value != at:
        circle.append(steps[circle[-1].value])
    return max(circle, key=lambda step: (step.revision, step.entity_id)).entity_id
