"""The facts of one article, as the event states them: rules in, pydantic out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wiredesk.events import Cue, DateMention, Entity, Mention, Origin, Place, Quote, Speaker

from wiredesk_extraction.cast import Member, cast_of, with_seats
from wiredesk_extraction.certainty import SPEAKER_CONFIDENCE
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.map_evidence import Verdict
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.places import locate
from wiredesk_extraction.pronoun_mentions import find_pronoun_mentions
from wiredesk_extraction.pronouns import resolve_pronoun
from wiredesk_extraction.quotation_marks import find_quotations
from wiredesk_extraction.quotes import Said, find_quotes
from wiredesk_extraction.scene import Scene
from wiredesk_extraction.seats import seats
from wiredesk_extraction.timex import find_timexes
from wiredesk_extraction.toponyms import with_toponyms
from wiredesk_extraction.unclosed import closed_at_cues

__all__ = ["Facts", "Origins", "find_dates", "find_facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was found in one article."""

    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[DateMention, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """Who found what: the pipeline that found the names, this package's rules, and the gazetteer."""

    names: Origin
    rules: Origin
    gazetteer: Origin


def find_facts(parse: Parse, published_at: str | None, gazetteer: Gazetteer, origins: Origins) -> Facts:
    """All facts of a parsed English article. `published_at` is ISO 8601; only its day is used."""
    parse = with_toponyms(parse, gazetteer)
    members = cast_of(parse)
    scene = _scene(parse, members)
    said = find_quotes(scene)
    speakers = _resolve(scene, members, said)
    quotes = tuple(_quote(parse, item, who, members, origins.rules) for item, who in zip(said, speakers, strict=True))
    _add_pronouns(scene, members)
    members = with_seats(members, seats(parse, members, gazetteer))
    return Facts(
        entities=tuple(_entity(parse, member, origins) for member in members),
        quotes=quotes,
        dates=find_dates(parse.text, published_at, origins.rules),
        places=tuple(
            _place(member, verdict, origins.gazetteer) for member, verdict in locate(parse, members, gazetteer)
        ),
    )


def find_dates(text: str, published_at: str | None, origin: Origin, *, english: bool = True) -> tuple[DateMention, ...]:
    """The time expressions of a text with their values."""
    return tuple(
        DateMention(
            start=found.start,
            end=found.end,
            text=text[found.start : found.end],
            type=found.type,
            value=found.value,
            origin=origin,
        )
        for found in find_timexes(text, published_at, english=english)
    )


def _scene(parse: Parse, members: Sequence[Member]) -> Scene:
    owner: dict[int, int] = {}
    mention_of: dict[int, tuple[int, int]] = {}
    for number, member in enumerate(members):
        for first, last, _ in member.mentions:
            for token in range(first, last + 1):
                known = mention_of.get(token)
                if known is None or last - first < known[1] - known[0]:
                    owner[token], mention_of[token] = number, (first, last)
    people = frozenset(number for number, member in enumerate(members) if member.type == "Person")
    named = frozenset(
        t for m in members for first, last, kind in m.mentions if kind == "name" for t in range(first, last + 1)
    )
    quotations = list(closed_at_cues(parse, find_quotations(parse.text)))
    scene = Scene(parse, quotations, owner, mention_of, people, named)
    said = [
        quotation
        for number, quotation in enumerate(scene.quotations)
        if not scene.is_nickname(number) and not scene.is_title(number)
    ]
    return replace(scene, quotations=said)


def _resolve(scene: Scene, members: list[Member], said: Sequence[Said]) -> list[int | None]:
    """The entity of each quote's speaker; a pronoun that is resolved becomes a mention.

    The narrator's pronouns stand for people the narrator names: names inside quotations are left aside.
    """
    parse = scene.parse
    people = [(last, n) for n, m in enumerate(members) if m.type == "Person" for _, last, _ in m.mentions]
    named = sorted((token, who) for token, who in people if scene.outside(token))
    genders = {number: member.gender for number, member in enumerate(members)}
    spoken: list[tuple[int, int]] = []
    resolved: dict[int, int] = {}
    for phrase in sorted((s.speaker for s in said if s.speaker), key=lambda p: p.head):
        who = phrase.entity
        if who is None:
            who = resolve_pronoun(parse, phrase.head, spoken=spoken, named=named, genders=genders)
            if who is not None and phrase.head not in resolved:
                members[who].mentions.append((phrase.first, phrase.last, "pronoun"))
        if who is not None:
            resolved[phrase.head] = who
            if members[who].type == "Person":
                spoken.append((phrase.head, who))
    for member in members:
        member.mentions.sort()
    return [resolved.get(item.speaker.head) if item.speaker else None for item in said]


def _add_pronouns(scene: Scene, members: list[Member]) -> None:
    for who, token in list(find_pronoun_mentions(scene, members)):
        members[who].mentions.append((token, token, "pronoun"))
    for member in members:
        member.mentions.sort()


def _quote(parse: Parse, item: Said, who: int | None, members: Sequence[Member], origin: Origin) -> Quote:
    return Quote(
        start=item.start,
        end=item.end,
        text=parse.text[item.start : item.end],
        kind=item.kind,
        speaker=_speaker(parse, item, members[who] if who is not None else None),
        cue=Cue(**_span(parse, *item.cue)) if item.cue else None,
        origin=origin.model_copy(update={"name": f"{origin.name}/quotes.{item.rule}"}),
    )


def _speaker(parse: Parse, item: Said, member: Member | None) -> Speaker | None:
    phrase = item.speaker
    if phrase is None:
        return None
    span, named = (_span(parse, p.first, p.last) for p in (phrase, phrase.antecedent or phrase))
    return Speaker(
        **span,
        entity_id=member.id if member else None,
        name=member.name if member else str(named["text"]),
        confidence=SPEAKER_CONFIDENCE[item.rule],
    )


def _entity(parse: Parse, member: Member, origins: Origins) -> Entity:
    ours = origins.rules.model_copy(update={"name": f"{origins.rules.name}/{member.rule}"})
    mentions = tuple(Mention(**_span(parse, first, last), kind=kind) for first, last, kind in member.mentions)
    return Entity(
        id=member.id,
        type=member.type,
        name=member.name,
        title=member.title,
        roles=tuple(member.roles),
        mentions=mentions,
        origin=ours if member.rule else origins.names,
    )


def _place(member: Member, verdict: Verdict, origin: Origin) -> Place:
    spot = verdict.spot
    return Place(
        entity_id=member.id,
        geonames_id=spot.geonames_id,
        latitude=spot.latitude,
        longitude=spot.longitude,
        country_code=spot.country_code,
        origin=origin.model_copy(update={"confidence": round(verdict.share, 3)}),
    )


def _span(parse: Parse, first: int, last: int) -> dict[str, int | str]:
    start, end = parse.starts[first], parse.ends[last]
    return {"start": start, "end": end, "text": parse.text[start:end]}
