"""Everyone and everything named in the article, as entities with names, descriptions, roles and owners of words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from wiredesk_extraction.clusters import Cluster, bare_text, cluster_names
from wiredesk_extraction.honorifics import COURTESY, OFFICES, gender_of
from wiredesk_extraction.names import find_names
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.recurrences import find_recurrences
from wiredesk_extraction.regions import long_form
from wiredesk_extraction.roles import Description, find_descriptions, find_standing_descriptions

__all__ = ["Member", "cast_of", "slug", "with_seats"]


@dataclass(slots=True)
class Member:
    """One entity. `mentions` are (first, last, kind) in tokens; `gender` is `m`, `f` or empty."""

    type: str
    name: str
    id: str
    title: str | None = None
    gender: str = ""
    roles: list[str] = field(default_factory=list)
    mentions: list[tuple[int, int, str]] = field(default_factory=list)


def slug(name: str) -> str:
    """The part of an entity's id that comes from its name: lower case, accents off, words joined by hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "-", plain.casefold().replace("'", "").replace("’", "")).strip("-") or "unnamed"


def cast_of(parse: Parse) -> list[Member]:
    """The entities of an article, in the order they first appear."""
    names = find_names(parse)
    names = sorted(names + find_recurrences(parse, names), key=lambda name: name.first)
    clusters = cluster_names(parse, names)
    described = [(cluster, find_descriptions(parse, cluster)) for cluster in clusters]
    standing = find_standing_descriptions(parse, described)
    members = [
        _member(parse, cluster, [*descriptions, *(d for at, d in standing if at == number)])
        for number, (cluster, descriptions) in enumerate(described)
    ]
    return _one_per_id(members)


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
    honorifics = [parse.words[t].rstrip(".") for n in cluster.names for t in range(n.first, n.bare)]
    courtesies = [word for word in honorifics if word.lower() in COURTESY]
    member.title = courtesies[0] if courtesies else None
    member.gender = next((g for word in honorifics if (g := gender_of(word))), "")
    for description in descriptions:
        role = _role(parse, description)
        if role and role.lower() not in {known.lower() for known in member.roles}:
            member.roles.append(role)
    return member


def _role(parse: Parse, description: Description) -> str:
    first = description.first
    while first < description.last and (parse.tags[first] in {"DT", "PRP$"}):
        first += 1
    text = " ".join(parse.words_between(first, description.last).split())
    if not description.standing and parse.tags[description.head].endswith("S"):
        text = text.removesuffix("s")  # "Presidents Bush and Putin": each is one
    return "" if text.lower().rstrip(".") in COURTESY - OFFICES else text


def _best_name(parse: Parse, cluster: Cluster) -> str:
    """The longest form of a person's name; the most frequent form of anything else, longer ones winning ties."""
    forms = Counter(long_form(" ".join(bare_text(parse, name).split()), name.type) for name in cluster.names)
    if cluster.type == "Person":
        return max(forms, key=lambda form: (len(form.split()), form != form.upper(), forms[form], len(form)))
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
