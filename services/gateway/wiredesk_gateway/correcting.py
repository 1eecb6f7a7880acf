"""What a correction of an entity would do, looked up before it is made, and the events that make it. Only reads."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count

from wiredesk.errors import NotFound, PermanentError, UsageError
from wiredesk.events import EntityCorrected, submission_of, submitted_at
from wiredesk.index.corrections import Correction, Register, registers_of
from wiredesk.index.protocol import EntityHit, IndexReader

from wiredesk_gateway.correction_wish import CorrectionWish
from wiredesk_gateway.problems import Problem

__all__ = ["CorrectionShown", "Proposal", "TypesDiffer", "correction_of", "corrections_of", "proposed", "taken_back"]

_ID = re.compile(r"[a-z]+:\S+")
_NOT_IN_A_SLUG = re.compile(r"[^\w]+")
_SLUG_CHARACTERS = 100


class TypesDiffer(Problem):
    """A person is hardly the same as a place: it has to be said twice."""

    def __init__(self, difference: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"{difference}; if they are the same all the same, ask with force")
        self.difference = difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is to be sent, what it leads to, and how many articles and quotes will be another's or called otherwise."""

    events: tuple[EntityCorrected, ...]
    entity_id: str
    name: str
    leads_to: str
    leads_to_name: str
    articles: int
    quotes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionShown:
    """One change that is in force. `id` is its entry on `articles.changes`; `at` is when it was made.

    `same_as`: `entity_id` is that one, in these `articles` alone if there are any; else its `name` was changed.
    """

    id: str
    entity_id: str
    same_as: str | None
    name: str | None
    articles: tuple[str, ...]
    by: str
    reason: str
    at: str


def corrections_of(reader: IndexReader, entity_id: str) -> list[CorrectionShown]:
    """The changes in force that concern an entity, latest first; empty for one that nobody corrected."""
    changes: dict[int, list[Register]] = {}
    for register in reader.corrections(entity_id):
        changes.setdefault(register.revision, []).append(register)
    return [_shown(registers) for registers in changes.values()]


def correction_of(reader: IndexReader, entity_id: str, change_id: str) -> CorrectionShown:
    """One of them. Raises NotFound when it is not in force."""
    for change in corrections_of(reader, entity_id):
        if change.id == change_id:
            return change
    raise NotFound(f"no correction {change_id} of {entity_id} is in force")


def _shown(registers: Sequence[Register]) -> CorrectionShown:
    first = registers[0]
    change_id = submission_of(first.revision)
    merged = first.kind == "same_as"
    return CorrectionShown(
        id=change_id,
        entity_id=first.entity_id,
        same_as=first.value if merged else None,
        name=(first.label or None) if merged else first.value,
        articles=tuple(sorted(each.article_id for each in registers if each.article_id)),
        by=first.by,
        reason=first.reason,
        at=submitted_at(change_id).isoformat(),
    )


def proposed(reader: IndexReader, entity_id: str, wish: CorrectionWish) -> Proposal:
    """What would come of a wish. Raises NotFound, UsageError, a Problem with 409 for what cannot be, TypesDiffer."""
    entity = reader.entity(entity_id)
    if entity.entity_id != entity_id:
        detail = f"{entity_id} is {entity.entity_id} by a correction; correct that one, or take the correction back"
        raise Problem(HTTPStatus.CONFLICT, detail)
    if wish.articles:
        proposal = _split(reader, entity, wish)
    elif wish.same_as:
        proposal = _merge(entity, reader.entity(wish.same_as), wish)
    else:
        proposal = _rename(entity, wish)
    try:
        for event in proposal.events:
            registers_of(Correction(0, event))
    except PermanentError as error:  # what would be a dead letter is the user's now
        raise UsageError(error.message) from None
    return proposal


def taken_back(reader: IndexReader, entity_id: str, change_id: str) -> Proposal:
    """What takes a change back. Raises NotFound when no such change is in force."""
    change = correction_of(reader, entity_id, change_id)
    undo = EntityCorrected(
        entity_id=change.entity_id,
        same_as=change.same_as,
        name=change.name if change.same_as is None else None,
        articles=change.articles,
        undo=True,
    )
    entity = _known(reader, entity_id)  # every article of it may have been retracted since
    own = {member.entity_id: member for member in entity.members}.get(change.entity_id) if entity else None
    whole = entity.articles if entity else 0
    return Proposal(
        events=(undo,),
        entity_id=entity.entity_id if entity else entity_id,
        name=entity.name if entity else entity_id,
        leads_to=change.entity_id,
        leads_to_name=own.name if own else change.entity_id,
        articles=len(change.articles) or (own.articles if own and change.same_as else whole),
        quotes=entity.quotes if entity and change.same_as is None else 0,
    )


def _merge(entity: EntityHit, other: EntityHit, wish: CorrectionWish) -> Proposal:
    if other.entity_id == entity.entity_id:
        detail = f"{wish.same_as} is {entity.entity_id} already; to have it the other way round, take that back first"
        raise Problem(HTTPStatus.CONFLICT, detail)
    _same_type(entity, other.entity_id, other.type, wish)
    events = [_event(entity, wish, same_as=other.entity_id, name=other.name)]
    if wish.name and wish.name != other.name:
        events.append(EntityCorrected(entity_id=other.entity_id, name=wish.name, by=wish.by, reason=wish.reason))
    return Proposal(
        events=tuple(events),
        entity_id=entity.entity_id,
        name=entity.name,
        leads_to=other.entity_id,
        leads_to_name=wish.name or other.name,
        articles=entity.articles,
        quotes=entity.quotes,
    )


def _rename(entity: EntityHit, wish: CorrectionWish) -> Proposal:
    if not wish.name:
        raise UsageError("say what is to be corrected: same_as, or name, or same_as (or name) with articles")
    if wish.name == entity.name:
        raise Problem(HTTPStatus.CONFLICT, f"{entity.entity_id} is called {wish.name!r} already")
    return Proposal(
        events=(_event(entity, wish, name=wish.name),),
        entity_id=entity.entity_id,
        name=entity.name,
        leads_to=entity.entity_id,
        leads_to_name=wish.name,
        articles=entity.articles,
        quotes=entity.quotes,
    )


def _split(reader: IndexReader, entity: EntityHit, wish: CorrectionWish) -> Proposal:
    other, known = _split_target(reader, entity, wish)
    name = wish.name or (known.name if known else "")
    if not name:
        raise NotFound(f"no article speaks of {other!r}; to make it a new entity, say its name too")
    _same_type(entity, other, known.type if known else "", wish)
    _in_all(reader, entity.entity_id, wish.articles)
    back = {
        each.article_id
        for each in reader.corrections(other)
        if each.entity_id == other and each.value == entity.entity_id and each.article_id in wish.articles
    }
    if back:
        detail = f"in {', '.join(sorted(back))}, {other} became {entity.entity_id} by a correction; take that back"
        raise Problem(HTTPStatus.CONFLICT, detail)
    quotes = (reader.quotes(speaker=entity.entity_id, article_id=id, limit=1).total for id in wish.articles)
    return Proposal(
        events=(_event(entity, wish, same_as=other, name=name, articles=wish.articles),),
        entity_id=entity.entity_id,
        name=entity.name,
        leads_to=other,
        leads_to_name=name,
        articles=len(wish.articles),
        quotes=sum(quotes),
    )


def _split_target(reader: IndexReader, entity: EntityHit, wish: CorrectionWish) -> tuple[str, EntityHit | None]:
    """Whom the articles go to: the entity named, else a new one, whose id is made of its name and is nobody's yet."""
    if wish.same_as:
        known = _known(reader, wish.same_as)
        if known and known.entity_id == entity.entity_id:
            raise Problem(HTTPStatus.CONFLICT, f"{wish.same_as} is {entity.entity_id} itself; name another entity")
        if known is None and not _ID.fullmatch(wish.same_as):
            raise UsageError(f"{wish.same_as!r} is no id; write type:name, as in {entity.entity_id}")
        return (known.entity_id if known else wish.same_as), known
    if not wish.name:
        raise UsageError("say whose these articles are: same_as, the id of another entity, or name, of a new one")
    stem = f"{entity.entity_id.partition(':')[0]}:{_slug(wish.name)}"
    tried = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(id for id in tried if id != entity.entity_id and _known(reader, id) is None), None


def _in_all(reader: IndexReader, entity_id: str, articles: Iterable[str]) -> None:
    missing = [id for id in articles if all(entity.id != entity_id for entity in reader.article(id).entities)]
    if missing:
        raise NotFound(f"{', '.join(missing)} does not speak of {entity_id}")


def _same_type(entity: EntityHit, other: str, type: str, wish: CorrectionWish) -> None:
    theirs, ours = other.partition(":")[0], entity.entity_id.partition(":")[0]
    if theirs != ours and not wish.force:
        shown = type or theirs.capitalize()
        raise TypesDiffer(f"{entity.entity_id} is of type {entity.type}, {other} of type {shown}")


def _event(
    entity: EntityHit,
    wish: CorrectionWish,
    *,
    same_as: str | None = None,
    name: str | None = None,
    articles: tuple[str, ...] = (),
) -> EntityCorrected:
    return EntityCorrected(
        entity_id=entity.entity_id, same_as=same_as, name=name, articles=articles, by=wish.by, reason=wish.reason
    )


def _known(reader: IndexReader, entity_id: str) -> EntityHit | None:
    try:
        return reader.entity(entity_id)
    except NotFound:
        return None


def _slug(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _NOT_IN_A_SLUG.sub("-", folded)[:_SLUG_CHARACTERS].strip("-_") or "unnamed"
