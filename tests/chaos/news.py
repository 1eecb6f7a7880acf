"""What is published: seeded, short articles, and among them duplicates, corrections, garbage and poison.

A chain is everything that is sent about one article, in order: the article, then perhaps the same again, then perhaps a
correction, then perhaps that again. Each lane (straight to Redis, or through the gateway) sends its chains' pieces in
order, so that an older text never follows a newer one by design; what redelivery makes of the order is the pipeline's.
"""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "CORRECTED",
    "LANES",
    "SLOW_S",
    "TRANSIENT_SHARE",
    "Lane",
    "News",
    "Piece",
    "is_slow_in",
    "poison_in",
    "write",
]

Lane = Literal["redis", "gateway"]
LANES: tuple[Lane, ...] = ("redis", "gateway")
CORRECTED = "CORRECTED"
"""What a corrected article's text begins with."""
SLOW_S = 1.5
"""What a slow article takes of a stage: longer than an entry may be idle before it is taken for abandoned."""
TRANSIENT_SHARE = 0.03
"""Of the articles fail once at a stage, at each stage another set."""

POISONS = ("crash", "loop", "hoard")
_POISONED_STAGES = ("ingest", "extraction")
_GATEWAY_SHARE = 0.3
_DUPLICATE_SHARE = 0.05
_CORRECTION_SHARE = 0.05
_GARBAGE_SHARE = 0.01
_FEW = 2000
"""In a run of fewer articles extraction gets one poison, because each attempt at one costs a model's loading."""
_POISON_EVERY = {"ingest": 5_000, "extraction": 20_000}
_FOLLOWS_WITHIN = 60
"""Pieces of its lane after which a duplicate or correction comes at the latest: some meet the first one under way."""

_PEOPLE = ("Anna Keller", "Luis Romero", "Maria Santos", "Peter Novak", "Ingrid Dahl", "Tomas Weber", "Sarah Cohen")
_ROLES = ("Minister", "Mayor", "President", "Senator", "Professor", "Judge")
_PLACES = ("Oslo", "Lisbon", "Vienna", "Nairobi", "Quito", "Hanoi", "Dublin", "Osaka")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "yesterday")
_MATTERS = ("houses", "buses", "trees", "schools", "bridges", "boats", "lamps")
_ENDS = ("would be rebuilt", "had been sold", "were missing", "would be moved", "had been counted twice")
_WORDS = ('"We will not wait," {last} told reporters.', "{last} declined to comment.", '"That is enough," {last} said.')

_GARBAGE = (
    b"this is not JSON, number %d",
    b'{"source": "chaos", "title": "number %d has neither text nor html"',
    b'{"source": "chaos", "external_id": "g-%d", "title": "neither text nor html"}',
    b'{"source": "chaos", "external_id": "g-%d", "text": 7}',
    b'{"source": "chaos", "external_id": "g-%d", "text": "no UTF-8: \xff\xfe"}',
    b'{"source": "chaos", "external_id": "g-%d", "text": "  "}',
    b'["an array", %d]',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing to publish. `article` names its chain; `state` tells one content of an article from another.

    `bad` says where it must end: "" for an article that must be found, else what is wrong with it.
    """

    article: str
    state: int
    lane: Lane
    document: bytes
    bad: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """All pieces of a run, by lane in order, and what each document's bytes are."""

    pieces: Mapping[Lane, Sequence[Piece]]
    by_digest: dict[bytes, Piece]

    def piece(self, document: bytes) -> Piece | None:
        """What was planned with these bytes, or None for bytes nobody planned."""
        return self.by_digest.get(_digest(document))

    def extra(self, *, slow_in: str = "") -> Piece:
        """One more article, sent by the run itself; with `slow_in` it takes SLOW_S at that stage."""
        number = len(self.by_digest)
        text = f"{_story(number, random.Random(number))} {_slow_marker(slow_in) if slow_in else ''}"
        piece = _piece(f"x-{number}", 0, "redis", text)
        self.by_digest[_digest(piece.document)] = piece
        return piece

    def __len__(self) -> int:
        return sum(map(len, self.pieces.values()))


def write(number: int, seed: int, *, poisoned: bool = True) -> News:
    """`number` pieces for a seed; at least one of each kind of poison and of garbage is among them.

    Poison acts in the proof's own workers alone; for others leave it out.
    """
    chance = random.Random(f"news {seed}")
    bad = _bad_ones(number, chance, _poisons(number) if poisoned else [])
    bad_at = set(chance.sample(range(1, max(2, number * 7 // 10)), k=min(len(bad), number * 7 // 10 - 1)))
    bad_left = iter(bad)
    lanes: dict[Lane, list[Piece]] = {lane: [] for lane in LANES}
    waiting: dict[Lane, dict[int, list[Piece]]] = {lane: {} for lane in LANES}
    for at in range(number):
        if at in bad_at and (piece := next(bad_left, None)):
            lanes[piece.lane].append(piece)
            continue
        lane: Lane = "gateway" if chance.random() < _GATEWAY_SHARE else "redis"
        later = waiting[lane]
        next_slot = min(later, default=number)
        first, *rest = later.pop(next_slot) if next_slot <= len(lanes[lane]) else _chain(at, lane, chance)
        lanes[lane].append(first)
        if rest:
            slot = len(lanes[lane]) + chance.randrange(_FOLLOWS_WITHIN)
            while slot in later:
                slot += 1
            later[slot] = rest
    everything = [piece for pieces in lanes.values() for piece in pieces]
    return News(pieces=lanes, by_digest={_digest(piece.document): piece for piece in everything})


def poison_in(text: str, stage: str) -> str | None:
    """Which poison an article's text holds for a stage, if any."""
    return next((kind for kind in POISONS if _marker(kind, stage) in text), None)


def is_slow_in(text: str, stage: str) -> bool:
    """Whether an article takes its time at a stage."""
    return _slow_marker(stage) in text


def _slow_marker(stage: str) -> str:
    return f"This article takes its time in {stage}."


def _marker(kind: str, stage: str) -> str:
    return f"This article will {kind} in {stage}."


def _chain(number: int, lane: Lane, chance: random.Random) -> list[Piece]:
    article = f"a-{number}"
    first = _piece(article, 0, lane, _story(number, chance))
    chain = [first]
    if chance.random() < _DUPLICATE_SHARE:
        chain.append(first)
    if chance.random() < _CORRECTION_SHARE:
        corrected = _piece(article, 1, lane, f"{CORRECTED} {_story(number, chance)}")
        chain.append(corrected)
        if chance.random() < _DUPLICATE_SHARE:
            chain.append(corrected)
    return chain


def _piece(article: str, state: int, lane: Lane, text: str, *, bad: str = "") -> Piece:
    document = {
        "source": "chaos",
        "external_id": article,
        "title": f"Report {article}",
        "language": "en",
        "published_at": "2024-03-01",
        "text": text,
    }
    return Piece(article=article, state=state, lane=lane, document=json.dumps(document).encode(), bad=bad)


def _story(number: int, chance: random.Random) -> str:
    name, place = chance.choice(_PEOPLE), chance.choice(_PLACES)
    count, year = chance.randrange(2, 900), chance.randrange(1990, 2030)
    told = (
        f"{place.upper()} - {chance.choice(_ROLES)} {name} said on {chance.choice(_DAYS)} that {count} "
        f"{chance.choice(_MATTERS)} in {chance.choice(_PLACES)} {chance.choice(_ENDS)} by {year}, file {number}."
    )
    return f"{told} {chance.choice(_WORDS).format(last=name.split()[-1])}"


def _poisons(number: int) -> list[tuple[str, str]]:
    """Pairs of kind and stage."""
    found: list[tuple[str, str]] = []
    for stage in _POISONED_STAGES:
        kinds = POISONS[:1] if stage == "extraction" and number < _FEW else POISONS
        found += [(kind, stage) for kind in kinds for _ in range(max(1, number // _POISON_EVERY[stage] // len(kinds)))]
    return found


def _bad_ones(number: int, chance: random.Random, poisons: Sequence[tuple[str, str]]) -> list[Piece]:
    bad: list[Piece] = []
    for at, (kind, stage) in enumerate(poisons):
        lane = LANES[at % len(LANES)]
        text = f"{_story(at, chance)} {_marker(kind, stage)}"
        bad.append(_piece(f"p-{at}", 0, lane, text, bad=f"{kind} in {stage}"))
    for at in range(max(len(_GARBAGE), int(number * _GARBAGE_SHARE))):
        document = _GARBAGE[at % len(_GARBAGE)] % at
        bad.append(Piece(article=f"g-{at}", state=0, lane="redis", document=document, bad="garbage"))
    chance.shuffle(bad)
    return bad


def _digest(document: bytes) -> bytes:
    return hashlib.blake2b(document, digest_size=16).digest()
