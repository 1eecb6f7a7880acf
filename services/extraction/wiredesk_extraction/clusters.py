"""Which names of one article are the same person, organisation or place.

Heuristics over one document, as in Stanford's sieve (Lee et al. 2013) cut down to names: the majority type of a surface
form, a bare surname with its full name, an acronym with its expansion, a company with and without its legal form.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wiredesk_extraction.honorifics import gender_of
from wiredesk_extraction.names import Name
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.regions import long_form

__all__ = ["Cluster", "cluster_names", "normal"]

_LEGAL_FORMS_WORDS = """
    inc corp corporation co company ltd limited llc plc ag gmbh sa nv group holdings
"""
_LEGAL_FORMS = frozenset(_LEGAL_FORMS_WORDS.split())
_SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "&", "de", "la", "du", "des", "für", "und"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_MAX_NAMESAKES = 20
_LOCATIVE = frozenset({"in", "at", "from", "near", "to", "across", "outside", "through"})


@dataclass(slots=True)
class Cluster:
    """One entity of the article while it is being put together; `names` are in text order."""

    type: str
    names: list[Name] = field(default_factory=list)
    key: str = ""


def normal(text: str) -> str:
    """A surface form for comparison: case, accents, apostrophes, hyphens and inner white space set aside."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"[\s\-‐‑–]+", " ", plain.replace("’", "'")).strip(" .,'\"")
    return plain.removeprefix("the ")


def bare_text(parse: Parse, name: Name) -> str:
    """The name without its honorifics."""
    return parse.words_between(name.bare, name.last)


def cluster_names(parse: Parse, names: Sequence[Name]) -> list[Cluster]:
    """Group names into entities, in the order of first mention. Types are corrected on the way."""
    names = _surname_is_person(parse, _majority_type(parse, names))
    people = _cluster_people(parse, [name for name in names if name.type == "Person"])
    others = _cluster_others(parse, [name for name in names if name.type != "Person"])
    return sorted(people + others, key=lambda cluster: cluster.names[0].first)


def _majority_type(parse: Parse, names: Sequence[Name]) -> list[Name]:
    """One surface form has one type within an article; the first wins a tie."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        votes[normal(bare_text(parse, name))][name.type] += 1
    return [replace(name, type=votes[normal(bare_text(parse, name))].most_common(1)[0][0]) for name in names]


def _surname_is_person(parse: Parse, names: Sequence[Name]) -> list[Name]:
    """A single word that is the surname of a person named in full is that person, unless it stands as a place."""
    surnames = {_parts(parse, n)[-1] for n in names if n.type == "Person" and n.last > n.bare}
    fixed = []
    for name in names:
        single = name.bare == name.last and normal(bare_text(parse, name)) in surnames
        if (
            single
            and name.type not in {"Person", "Group"}
            and not (name.type == "Place" and _stands_as_place(parse, name))
        ):
            name = replace(name, type="Person")
        fixed.append(name)
    return fixed


def _stands_as_place(parse: Parse, name: Name) -> bool:
    return name.first > 0 and parse.lower[name.first - 1] in _LOCATIVE


def _parts(parse: Parse, name: Name) -> list[str]:
    """The words of a person's name, normal, without Jr. and initials' dots."""
    words = [word.strip(".,") for word in normal(bare_text(parse, name)).split()]
    kept = [word for word in words if word not in _SUFFIXES] or words
    return kept or [""]


def _cluster_people(parse: Parse, names: Sequence[Name]) -> list[Cluster]:
    """Full names first (longest first), then, in text order, bare first names and surnames onto the nearest before."""
    parts_of = {name: _parts(parse, name) for name in names}
    known: dict[str, list[tuple[list[str], Cluster]]] = defaultdict(list)
    cluster_of: dict[Name, Cluster] = {}
    for name in sorted(names, key=lambda n: (-len(parts_of[n]), n.first)):
        parts = parts_of[name]
        if len(parts) > 1:
            same = (c for p, c in known[parts[-1]] + known[parts[0]] if _same_full_name(parts, p))
            cluster = next(same, None)
            if cluster is None:
                cluster = Cluster("Person")
                for word in {parts[-1], parts[0], parts[-2]}:
                    known[word].append((parts, cluster))
            cluster_of[name] = cluster
    genders = {id(cluster_of[n]): g for n in reversed(names) if n in cluster_of and (g := _gender(parse, n))}
    single: dict[str, Cluster] = {}
    last_seen: dict[int, int] = {}
    for name in names:
        if name not in cluster_of:
            word, gender = parts_of[name][0], _gender(parse, name)
            fitting = [c for c in _called(word, known[word]) if not gender or genders.get(id(c), "") in {"", gender}]
            nearest = max(fitting, key=lambda c: last_seen.get(id(c), -1), default=None)
            cluster_of[name] = nearest or single.setdefault(word, Cluster("Person"))
        cluster_of[name].names.append(name)
        last_seen[id(cluster_of[name])] = name.first
    return list({id(cluster): cluster for cluster in cluster_of.values()}.values())


def _same_full_name(parts: list[str], known: list[str]) -> bool:
    """Same surname, and first names that are equal or one the initial of the other; or the head of a longer name."""
    if parts[-1] == known[-1]:
        a, b = parts[0], known[0]
        return a == b or (min(len(a), len(b)) == 1 and a[0] == b[0])
    return len(parts) < len(known) and parts == known[: len(parts)]


def _called(word: str, known: list[tuple[list[str], Cluster]]) -> list[Cluster]:
    """People a single word may call: by surname (or the first of two), else by first name."""
    surname = [cluster for parts, cluster in known if parts[-1] == word or (len(parts) > 2 and parts[-2] == word)]
    return (surname or [cluster for parts, cluster in known if parts[0] == word])[:_MAX_NAMESAKES]


def _gender(parse: Parse, name: Name) -> str:
    return next((g for at in range(name.first, name.bare) if (g := gender_of(parse.words[at]))), "")


def _cluster_others(parse: Parse, names: Sequence[Name]) -> list[Cluster]:
    """By type and key; an acronym takes the organisation or place whose initials it spells."""
    clusters: dict[tuple[str, str], Cluster] = {}
    for name in names:
        key = _key(parse, name)
        cluster = clusters.setdefault((name.type, key), Cluster(name.type, key=key))
        cluster.names.append(name)
    return _join_acronyms(parse, list(clusters.values()))


def _key(parse: Parse, name: Name) -> str:
    words = normal(long_form(bare_text(parse, name), name.type)).replace(",", " ").split()
    while name.type == "Organization" and len(words) > 1 and words[-1].strip(".") in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def _join_acronyms(parse: Parse, clusters: list[Cluster]) -> list[Cluster]:
    expansions: dict[tuple[str, str], Cluster] = {}
    for cluster in clusters:
        words = re.findall(r"\w+", cluster.key)
        if len(words) > 1:
            expansions.setdefault((cluster.type, "".join(w[0] for w in words if w not in _SMALL)), cluster)
            expansions.setdefault((cluster.type, "".join(w[0] for w in words)), cluster)
    kept = []
    for cluster in clusters:
        surface = bare_text(parse, cluster.names[0]).replace(".", "")
        target = expansions.get((cluster.type, surface.lower())) if surface.isupper() and len(surface) > 1 else None
        if target is not None and target is not cluster:
            target.names = sorted(target.names + cluster.names, key=lambda n: n.first)
        else:
            kept.append(cluster)
    return kept
