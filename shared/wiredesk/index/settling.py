"""Which articles a correction reaches, and how far they are changed: what an engine works off in bounded steps. Pure.

Each article bears the generation of the corrections it was indexed under. A correction raises the generation and leaves
word which articles have to be brought up to it; those that are not are found again whatever happens in between.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from wiredesk.index.corrections import Corrections, Register

__all__ = ["STEP", "Reach", "State", "Waiting", "reach"]

STEP = 200
"""Articles changed in one step: what the indexing stage commits at once, some 0.2 s."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`entities`: ids that extraction gave, whose articles change; `articles`: single ones; `named`: what is called
    otherwise, perhaps.
    """

    entities: frozenset[str]
    articles: frozenset[str]
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Articles below this generation that have one of the entities, or are one of the articles, wait to be changed."""

    generation: int
    entities: tuple[str, ...]
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """How many times corrections came in, and what of them is still to be done.

    `applied`: see IndexWriter.mark_applied. It is kept here because one commit then has all of it.
    """

    generation: int = 0
    waiting: tuple[Waiting, ...] = ()
    applied: str = ""

    def after(self, reached: Reach) -> "State":
        """One generation on, with what that leaves to do."""
        more = Waiting(self.generation + 1, tuple(sorted(reached.entities)), tuple(sorted(reached.articles)))
        return replace(self, generation=more.generation, waiting=(*self.waiting, more))

    def settled(self) -> "State":
        """With nothing left to do."""
        return replace(self, waiting=())

    def stored(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "State":
        """Back from JSON; nothing stored is the beginning."""
        waiting = (
            Waiting(each["generation"], tuple(each["entities"]), tuple(each["articles"]))
            for each in stored.get("waiting", ())
        )
        return cls(stored.get("generation", 0), tuple(waiting), stored.get("applied", ""))


def reach(old: Corrections, new: Corrections, registers: Iterable[Register]) -> Reach:
    """What changes from the old to the new corrections, by the registers that differ."""
    entities, articles, named = set[str](), set[str](), set[str]()

    def add(entity_id: str) -> None:
        for corrections in (old, new):
            ids, places = corrections.upstream(entity_id)
            entities.update(ids)
            articles.update(places)

    for register in registers:
        before = old.register(register.key)
        if register.article_id:
            articles.add(register.article_id)
        else:
            add(register.entity_id)
        if register.kind == "name":
            named.add(register.entity_id)
            continue
        for target in {register.value, before.value if before else ""} - {""}:
            if old.label(target) != new.label(target):
                # What articles call it themselves goes before a label: those that have its own id alone stay.
                kept = target in entities
                add(target)
                if not kept:
                    entities.discard(target)
                named.add(target)
    return Reach(frozenset(entities), frozenset(articles), frozenset(named))
