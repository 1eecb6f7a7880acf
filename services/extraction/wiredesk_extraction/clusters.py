"""Which names of one article are the same person, organisation or place.

Heuristics over one document, as in Stanford's sieve (Lee et al. 2013) cut down to names: the majority type of a surface
form, a bare surname with its full name, an acronym with its expansion, a company with and without its legal form.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from wiredesk_extraction.acronyms import Definition
from wiredesk_extraction.boundaries import LEGAL_FORMS
from wiredesk_extraction.firms import firm_mentions
from wiredesk_extraction.name_types import OTHER
from wiredesk_extraction.names import Name
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.people import cluster_people, name_parts
from wiredesk_extraction.regions import long_form
from wiredesk_extraction.surface import Cluster, bare_text, normal

__all__ = ["cluster_names"]

_LEGAL_FORMS = LEGAL_FORMS | {"group", "holdings"}
_TRADES = frozenset(
    {"motor", "motors", "bank", "airlines", "airways", "technologies", "systems", "industries", "international"}
)
"""What a company's name may go on with and be left out the next time: "Corvo Motors", "Corvo"."""

_FIRM_ENDS = _LEGAL_FORMS | _TRADES
_SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "&", "de", "la", "du", "des", "für", "und"})
_MIN_DEMONYM_CHARS = 4
_LOCATIVE = frozenset({"in", "at", "from", "near", "to", "across", "outside", "through"})


def cluster_names(parse: Parse, names: Sequence[Name], definitions: Sequence[Definition]) -> list[Cluster]:
    """Group names into entities, in the order of first mention. Types are corrected on the way."""
    acronyms = {d.acronym for d in definitions}
    names = _surname_is_person(parse, _majority_type(parse, names, acronyms))
    people = cluster_people(parse, [name for name in names if name.type == "Person"])
    others = _cluster_others(parse, [name for name in names if name.type != "Person"], definitions)
    return sorted(people + others, key=_first)


def _majority_type(parse: Parse, names: Sequence[Name], settled: set[int]) -> list[Name]:
    """One surface form has one type within an article: an acronym's that of its expansion, otherwise the type most
    often found, any rather than OTHER; the first wins a tie.
    """
    votes: dict[str, dict[str, int]] = {}
    forms = [normal(bare_text(parse, name)) for name in names]
    for name, form in zip(names, forms, strict=True):
        weight = len(names) if name.stem in settled and name.bare == name.stem else 1
        weight *= len(names) if name.type != OTHER or name.stem in settled else 1
        cast = votes.setdefault(form, {})
        cast[name.type] = cast.get(name.type, 0) + weight
    kinds = {form: max(cast, key=cast.__getitem__) for form, cast in votes.items()}
    fixed = []
    for name, form in zip(names, forms, strict=True):
        kind = kinds[form]
        is_place = name.type == "Place" and kind == "Person" and _stands_as_place(parse, name)
        fixed.append(name if is_place or kind == name.type else replace(name, type=kind))
    return fixed


def _surname_is_person(parse: Parse, names: Sequence[Name]) -> list[Name]:
    """A single word that is the surname of a person named in full is that person, unless it stands as a place; the
    plural after an article is the family. A word that begins a company's name and is nobody's surname is the company.
    """
    people = [name for name in names if name.type == "Person"]
    surnames = {name_parts(parse, n)[-1] for n in people if n.stem > n.bare}
    families = surnames | {normal(bare_text(parse, n)) for n in people if n.first < n.bare}
    firms = {
        key.split()[0] for n in names if n.type == "Organization" and (key := _key(parse, n)) and _is_firm(parse, n)
    }
    firms -= families
    companies = firm_mentions(parse, names)
    fixed = []
    for name in names:
        if name in companies:
            name = replace(name, type="Organization")
        elif name.bare == name.stem:
            word = normal(bare_text(parse, name))
            if word in surnames and name.type not in {"Person", "Group"}:
                if not (name.type == "Place" and _stands_as_place(parse, name)):
                    name = replace(name, type="Person")
            elif name.type == "Person" and word[-1:] == "s" and word[:-1] in families and _after_article(parse, name):
                name = replace(name, type="Group")
            elif name.type in {"Person", OTHER} and name.first == name.bare and word in firms:
                name = replace(name, type="Organization")
        fixed.append(name)
    return fixed


def _is_firm(parse: Parse, name: Name) -> bool:
    """Whether two words or more end in a legal form or a trade."""
    return name.stem > name.bare and parse.undotted[name.stem] in _FIRM_ENDS


def _stands_as_place(parse: Parse, name: Name) -> bool:
    return name.first > 0 and parse.lower[name.first - 1] in _LOCATIVE


def _after_article(parse: Parse, name: Name) -> bool:
    return name.first > 0 and parse.lower[name.first - 1] == "the"


def _cluster_others(parse: Parse, names: Sequence[Name], definitions: Sequence[Definition]) -> list[Cluster]:
    """By type and key; an acronym takes the organisation or place whose initials it spells."""
    clusters: dict[tuple[str, str], Cluster] = {}
    for name in names:
        key = _key(parse, name)
        if (name.type, key) not in clusters:
            clusters[name.type, key] = Cluster(name.type, key=key)
        clusters[name.type, key].names.append(name)
    return _join_acronyms(parse, _join_short(clusters), definitions)


def _key(parse: Parse, name: Name) -> str:
    words = normal(long_form(bare_text(parse, name), name.type)).replace(",", " ").split()
    while name.type == "Organization" and len(words) > 1 and words[-1].strip(".") in _LEGAL_FORMS:
        words.pop()
    if name.type == "Group" and len(words) == 1 and len(words[0]) > _MIN_DEMONYM_CHARS:
        return words[0].removesuffix("s")  # "Germans", "German"
    return " ".join(words)


def _join_short(clusters: dict[tuple[str, str], Cluster]) -> list[Cluster]:
    """A company whose trade is left out the second time is the same, where only one begins so."""
    longer: dict[str, list[Cluster]] = defaultdict(list)
    for (kind, key), cluster in clusters.items():
        words = key.split()
        if kind == "Organization" and len(words) > 1 and words[-1] in _TRADES:
            longer[" ".join(words[:-1])].append(cluster)
    kept = []
    for (kind, key), cluster in clusters.items():
        if kind == "Organization" and len(longer.get(key, ())) == 1:
            _merge(longer[key][0], cluster)
        else:
            kept.append(cluster)
    return kept


def _merge(target: Cluster, cluster: Cluster) -> None:
    target.names = sorted(target.names + cluster.names, key=lambda name: name.first)


def _join_acronyms(parse: Parse, clusters: list[Cluster], definitions: Sequence[Definition]) -> list[Cluster]:
    short_forms = [_short_form(parse, cluster) for cluster in clusters]
    if not any(short_forms):
        return sorted(clusters, key=_first)
    expansions: dict[tuple[str, str], Cluster] = {}
    at = {name.stem: cluster for cluster in clusters for name in cluster.names}
    for definition in definitions:
        whole = at.get(definition.last) if definition.named else None
        if whole is not None:
            expansions.setdefault((whole.type, parse.lower[definition.acronym].replace(".", "")), whole)
    for cluster in clusters:
        words = re.findall(r"\w+", cluster.key)
        if len(words) > 1:
            expansions.setdefault((cluster.type, "".join(w[0] for w in words if w not in _SMALL)), cluster)
            expansions.setdefault((cluster.type, "".join(w[0] for w in words)), cluster)
    kept = []
    for cluster, short in zip(clusters, short_forms, strict=True):
        target = expansions.get((cluster.type, short)) if short else None
        if target is not None and target is not cluster:
            _merge(target, cluster)
        else:
            kept.append(cluster)
    return sorted(kept, key=_first)


def _short_form(parse: Parse, cluster: Cluster) -> str:
    """What may be an acronym, in lower case and without dots; empty for any other name."""
    surface = bare_text(parse, cluster.names[0]).replace(".", "")
    return surface.lower() if " " not in surface and any(map(str.isupper, surface[1:])) else ""


def _first(cluster: Cluster) -> int:
    """Where it is named first."""
    return cluster.names[0].first
