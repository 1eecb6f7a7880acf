"""The facts of one article, as the event states them: rules in, pydantic out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wiredesk.events import DateMention, Entity, Origin, Place, Quote

from wiredesk_extraction.cast import Member, cast_of, with_seats
from wiredesk_extraction.certainty import SPEAKER_CONFIDENCE
from wiredesk_extraction.contexts import context_of
from wiredesk_extraction.gazetteer import Gazetteer
from wiredesk_extraction.languages.attributions import CONFIDENCE
from wiredesk_extraction.languages.english import ENGLISH
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.reading import read_article
from wiredesk_extraction.languages.time_finding import find_expressions_in, looks_ahead_in
from wiredesk_extraction.map_evidence import Verdict
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.places import locate
from wiredesk_extraction.pronoun_mentions import find_pronoun_mentions
from wiredesk_extraction.pronouns import resolve_pronoun
from wiredesk_extraction.quotation_marks import find_quotations
from wiredesk_extraction.quotes import Said, find_quotes
from wiredesk_extraction.scene import Scene
from wiredesk_extraction.scenes import scene_of
from wiredesk_extraction.seats import seats
from wiredesk_extraction.timex import find_timexes, resolve
from wiredesk_extraction.toponyms import with_toponyms
from wiredesk_extraction.unclosed import closed_at_cues
from wiredesk_extraction.waters import with_waters

__all__ = ["Facts", "Origins", "find_dates", "find_facts", "find_facts_in"]

_CONFIDENCE = {**SPEAKER_CONFIDENCE, **CONFIDENCE}


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
    parse = with_toponyms(with_waters(parse), gazetteer)
    members = cast_of(parse)
    quotations = list(closed_at_cues(parse, find_quotations(parse.text)))
    scene = scene_of(parse, members, quotations, capitals_tell_titles=True)
    said = find_quotes(scene)
    speakers = _resolve(scene, members, said)
    quotes = _quotes(parse, said, speakers, members, origins.rules)
    _add_pronouns(scene, members)
    members = with_seats(members, seats(parse, members, gazetteer))
    return Facts(
        entities=_entities(parse, members, origins),
        quotes=quotes,
        dates=find_dates(parse.text, published_at, origins.rules, ENGLISH),
        places=tuple(
            _place(member, verdict, origins.gazetteer) for member, verdict in locate(parse, members, gazetteer)
        ),
    )


def find_facts_in(
    language: Language, parse: Parse, published_at: str | None, gazetteer: Gazetteer, origins: Origins
) -> Facts:
    """All facts of an article in a language whose rules are its file's; its parse may be without names."""
    read = read_article(parse, language)
    return Facts(
        entities=_entities(read.parse, read.members, origins),
        quotes=_quotes(read.parse, read.said, read.speakers, read.members, origins.rules),
        dates=find_dates(parse.text, published_at, origins.rules, language),
        places=tuple(
            _place(member, verdict, origins.gazetteer)
            for member, verdict in locate(read.parse, read.members, gazetteer)
        ),
    )


def find_dates(
    text: str, published_at: str | None, origin: Origin, language: Language | None = None
) -> tuple[DateMention, ...]:
    """The time expressions of a text with their values: of an unknown language only what reads alike in all."""
    if language is None or language.calendar is None:
        found = find_timexes(text, published_at, english=language is not None)
    else:
        found = resolve(text, find_expressions_in(text, language), published_at, looks_ahead_in(language))
    return tuple(
        DateMention(
            start=timex.start,
            end=timex.end,
            text=text[timex.start : timex.end],
            type=timex.type,
            value=timex.value,
            origin=origin,
        )
        for timex in found
    )


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


def _quotes(
    parse: Parse, said: Sequence[Said], speakers: Sequence[int | None], members: Sequence[Member], rules: Origin
) -> tuple[Quote, ...]:
    origins = _origins({f"quotes.{item.rule}" for item in said}, rules)
    return tuple(
        _quote(parse, item, None if who is None else members[who], origins[f"quotes.{item.rule}"])
        for item, who in zip(said, speakers, strict=True)
    )


def _quote(parse: Parse, item: Said, member: Member | None, origin: Origin) -> Quote:
    start, end = context_of(parse, item)
    return Quote.model_validate(
        {
            "start": item.start,
            "end": item.end,
            "text": parse.text[item.start : item.end],
            "kind": item.kind,
            "speaker": _speaker(parse, item, member),
            "cue": _span(parse, *item.cue) if item.cue else None,
            "context": {"start": start, "end": end},
            "origin": origin,
        }
    )


def _speaker(parse: Parse, item: Said, member: Member | None) -> dict[str, object] | None:
    phrase = item.speaker
    if phrase is None:
        return None
    named = phrase.antecedent or phrase
    return {
        **_span(parse, phrase.first, phrase.last),
        "entity_id": member.id if member else None,
        "name": member.name if member else parse.words_between(named.first, named.last),
        "confidence": _CONFIDENCE[item.rule],
    }


def _entities(parse: Parse, members: Sequence[Member], origins: Origins) -> tuple[Entity, ...]:
    ours = _origins({member.rule for member in members if member.rule}, origins.rules)
    return tuple(_entity(parse, member, ours[member.rule] if member.rule else origins.names) for member in members)


def _entity(parse: Parse, member: Member, origin: Origin) -> Entity:
    """Validated in one go with its mentions, which takes half the time of one by one."""
    return Entity.model_validate(
        {
            "id": member.id,
            "type": member.type,
            "name": member.name,
            "title": member.title,
            "roles": tuple(member.roles),
            "mentions": tuple([{**_span(parse, first, last), "kind": kind} for first, last, kind in member.mentions]),
            "origin": origin,
        }
    )


def _origins(rules: Collection[str], origin: Origin) -> dict[str, Origin]:
    """Each of our rules as the origin of what it found."""
    return {rule: Origin(name=f"{origin.name}/{rule}", version=origin.version) for rule in rules}


def _place(member: Member, verdict: Verdict, origin: Origin) -> Place:
    spot = verdict.spot
    return Place(
        entity_id=member.id,
        geonames_id=spot.geonames_id,
        latitude=spot.latitude,
        longitude=spot.longitude,
        country_code=spot.country_code,
        origin=Origin(name=origin.name, version=origin.version, confidence=round(verdict.share, 3)),
    )


def _span(parse: Parse, first: int, last: int) -> dict[str, object]:
    start, end = parse.starts[first], parse.ends[last]
    return {"start": start, "end": end, "text": parse.text[start:end]}
