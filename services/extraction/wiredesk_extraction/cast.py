"""Everyone and everything named in the article, as entities with names, descriptions, roles and owners of words."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from wiredesk_extraction.acronyms import find_definitions
from wiredesk_extraction.clusters import cluster_names
from wiredesk_extraction.epithets import find_epithets
from wiredesk_extraction.honorifics import COURTESY, OFFICES
from wiredesk_extraction.names import Name, find_names
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.people import gender_of_cluster, generation_of
from wiredesk_extraction.person_nouns import PERSON_NOUNS
from wiredesk_extraction.recurrences import find_recurrences
from wiredesk_extraction.regions import long_form
from wiredesk_extraction.roles import Description, find_descriptions, find_standing_descriptions
from wiredesk_extraction.surface import Cluster, bare_text

__all__ = ["Member", "cast_of", "plain_members", "slug", "with_seats"]


_TIMES_OF_OFFICE = frozenset({"former", "late", "then", "outgoing", "incoming"})
_MAX_OFFICE_WORDS = 4
_ADDRESSES = COURTESY - OFFICES
_RECURRING = 1024
"""Names whose part of the id is kept: those in the news are in many articles."""

_SEVERAL = frozenset({"presidents", "senators", "sens", "reps"})
"""Offices in the plural say of nobody that he is addressed so."""


@dataclass(slots=True)
class Member:
    """One entity. `mentions` are (first, last, kind) in tokens; `gender` is `m`, `f` or empty; `rule` of ours found it
    first (empty: the pipeline).
    """

    type: str
    name: str
    id: str
    title: str | None = None
    gender: str = ""
    rule: str = ""
    roles: list[str] = field(default_factory=list)
    mentions: list[tuple[int, int, str]] = field(default_factory=list)


@lru_cache(maxsize=_RECURRING)
def slug(name: str) -> str:
    """The part of an entity's id that comes from its name: lower case, accents off, words joined by hyphens."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "-", name.casefold().replace("'", "").replace("’", "")).strip("-") or "unnamed"


def cast_of(parse: Parse) -> list[Member]:
    """The entities of an article, in the order they first appear."""
    definitions = find_definitions(parse)
    names = find_names(parse, definitions)
    names = sorted(names + find_recurrences(parse, names), key=lambda name: name.first)
    clusters = cluster_names(parse, names, definitions)
    people = {name.last: name for cluster in clusters if cluster.type == "Person" for name in cluster.names}
    described = [(cluster, find_descriptions(parse, cluster, people)) for cluster in clusters]
    named = frozenset(token for name in names if name.type != "Group" for token in range(name.first, name.last + 1))
    standing: dict[int, list[Description]] = defaultdict(list)
    for number, description in find_standing_descriptions(parse, described) + find_epithets(parse, clusters, named):
        standing[number].append(description)
    members = [
        _member(parse, cluster, [*descriptions, *standing[number]])
        for number, (cluster, descriptions) in enumerate(described)
    ]
    return _one_per_id(members)


def plain_members(parse: Parse, clusters: Sequence[Cluster]) -> list[Member]:
    """The entities of clusters alone, without what English words around them tell."""
    return _one_per_id([_member(parse, cluster, ()) for cluster in clusters])


def with_seats(members: Sequence[Member], found: Sequence[tuple[str, int, int]]) -> list[Member]:
    """The members and the places that lie inside other names: (name, first, last token)."""
    by_id = {member.id: member for member in members}
    for name, first, last in found:
        place_id = f"place:{slug(name)}"
        place = by_id.setdefault(place_id, Member("Place", name, place_id))
        place.mentions = sorted({*place.mentions, (first, last, "name")})
    return list(by_id.values())


def _member(parse: Parse, cluster: Cluster, descriptions: Sequence[Description]) -> Member:
    name = _best_name(parse, cluster)
    member = Member(cluster.type, name, f"{cluster.type.lower()}:{slug(name)}")
    member.mentions = [(n.first, n.last, "name") for n in cluster.names]
    member.mentions += [(d.first, d.last, "nominal") for d in descriptions if d.standing]
    member.mentions.sort()
    member.rule = cluster.names[0].rule
    member.title = _title(parse, cluster) if cluster.type == "Person" else None
    member.gender = gender_of_cluster(parse, cluster) if cluster.type == "Person" else ""
    for description in descriptions if cluster.type == "Person" else ():
        role = _role(parse, description)
        if role and role.lower() not in {known.lower() for known in member.roles}:
            member.roles.append(role)
    return member


def _title(parse: Parse, cluster: Cluster) -> str | None:
    """The first form of address before one of a person's names, else the first title of office: "Prime Minister"."""
    before = [parse.words[t].rstrip(".") for n in cluster.names for t in range(n.first, n.bare)]
    courtesy = next((word for word in before if word.lower() in COURTESY), None)
    return courtesy or next((office for name in cluster.names if (office := _office(parse, name))), None)


def _office(parse: Parse, name: Name) -> str | None:
    """Capitalised words right before a name that make up an office of one person."""
    last = name.bare - 1
    if last < 0 or not _is_in_office(parse, last, name) or parse.undotted[last] in _SEVERAL:
        return None
    first = last
    while first > 0 and last - first < _MAX_OFFICE_WORDS and _is_in_office(parse, first - 1, name, within=True):
        first -= 1
    return " ".join(parse.words_between(first, last).split()).rstrip(".")


def _is_in_office(parse: Parse, token: int, name: Name, *, within: bool = False) -> bool:
    word = parse.undotted[token]
    if not parse.words[token][:1].isupper() or parse.sentence_of[token] != parse.sentence_of[name.bare]:
        return False
    return word in OFFICES or (within and parse.tags[token].startswith("NNP") and word not in _TIMES_OF_OFFICE)


def _role(parse: Parse, description: Description) -> str:
    first = description.first
    while first < description.last and (parse.tags[first] in {"DT", "PRP$"}):
        first += 1
    text = " ".join(parse.words_between(first, description.last).split())
    if not description.standing and parse.lower[description.head] not in PERSON_NOUNS:
        text = text.removesuffix("s")  # "Presidents Bush and Putin": each is one
    return "" if text.lower().rstrip(".") in _ADDRESSES else text


def _best_name(parse: Parse, cluster: Cluster) -> str:
    """The longest form of a person's name; the most frequent form of anything else, longer ones winning ties."""
    written = [long_form(" ".join(bare_text(parse, name).split()), name.type) for name in cluster.names]
    forms = Counter(written) if len(written) > 1 else dict.fromkeys(written, 1)
    if len(forms) == 1 and cluster.type != "Person":
        return written[0]
    if cluster.type == "Person":
        best = max(forms, key=lambda form: (len(form.split()), form != form.upper(), forms[form], len(form)))
        generation = next((g for name in cluster.names if (g := generation_of(parse, name))), "")
        return f"{best} {generation}".strip()
    if cluster.type == "Group":
        return min(forms, key=lambda form: (len(form), form))  # "German", not "Germans"
    expansion = max(forms, key=lambda form: len(form))
    frequent = max(forms, key=lambda form: (forms[form], len(form)))
    if frequent.isupper() and not expansion.isupper() and len(expansion.split()) > 1:
        return expansion
    return frequent


def _one_per_id(members: list[Member]) -> list[Member]:
    """Members that came to the same id are one."""
    by_id: dict[str, Member] = {}
    for member in members:
        known = by_id.setdefault(member.id, member)
        if known is not member:
            known.mentions = sorted({*known.mentions, *member.mentions})
            known.roles += [role for role in member.roles if role not in known.roles]
            known.title = known.title or member.title
            known.gender = known.gender or member.gender
    return list(by_id.values())
