"""Which names of people in one article are the same person.

A bare surname or first name is the one person who bears it; where two do, it is neither's ("never on a surname alone").
"""

from collections import defaultdict
from collections.abc import Sequence

from wiredesk_extraction.first_names import gender_of_first_name
from wiredesk_extraction.honorifics import gender_of
from wiredesk_extraction.names import Name
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.surface import Cluster, bare_text, normal

__all__ = ["cluster_people", "gender_of_cluster", "generation_of", "name_parts"]

_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_MAX_NAMESAKES = 20
"""Nobody tells more apart; a list of names of ten thousand people would take quadratic time."""

Known = dict[str, list[tuple[list[str], Cluster]]]


def name_parts(parse: Parse, name: Name) -> list[str]:
    """The words of a person's name, normal, without nicknames' marks and initials' dots; never empty."""
    words = [part for word in normal(bare_text(parse, name)).split() if (part := word.strip(".,\"'“”‘’()"))]
    return words or [""]


def gender_of_cluster(parse: Parse, cluster: Cluster) -> str:
    """`m` or `f` by the forms of address before a person's names, else by the first name; empty when neither tells."""
    for name in cluster.names:
        gender = _addressed_as(parse, name)
        if gender:
            return gender
    return next((g for n in cluster.names if n.stem > n.bare and (g := gender_of_first_name(parse.words[n.bare]))), "")


def cluster_people(parse: Parse, names: Sequence[Name]) -> list[Cluster]:
    """Group the names of people, full names first (longest first), then bare first names and surnames."""
    parts_of = {name: name_parts(parse, name) for name in names}
    known: Known = defaultdict(list)
    cluster_of: dict[Name, Cluster] = {}
    generations: dict[int, str] = {}
    for name in sorted(names, key=lambda n: (-len(parts_of[n]), n.first)):
        parts = parts_of[name]
        if len(parts) < 2:
            continue
        generation = generation_of(parse, name)
        namesakes = known[parts[-1]] + known[parts[0]]
        fitting = [(p, c) for p, c in namesakes if _fits(generation, generations, c)]
        cluster = next((c for p, c in fitting if _same_full_name(parts, p)), None) or _by_long_surname(parts, fitting)
        if cluster is None:
            cluster = Cluster("Person")
            for word in {parts[-1], parts[0], parts[-2]}:
                if len(known[word]) < 2 * _MAX_NAMESAKES:
                    known[word].append((parts, cluster))
        if generation:
            generations.setdefault(id(cluster), generation)
        cluster_of[name] = cluster
        cluster.names.append(name)
    _place_single(parse, names, parts_of, known, cluster_of)
    found = list({id(cluster): cluster for cluster in cluster_of.values()}.values())
    for cluster in found:
        cluster.names.sort(key=lambda name: name.first)
    return found


def _place_single(
    parse: Parse, names: Sequence[Name], parts_of: dict[Name, list[str]], known: Known, cluster_of: dict[Name, Cluster]
) -> None:
    """Give each single word to the one person it may call; those that two may be called go together by themselves."""
    distinct = {id(cluster): cluster for cluster in cluster_of.values()}
    genders = {key: gender_of_cluster(parse, cluster) for key, cluster in distinct.items()}
    alone: dict[tuple[str, str], Cluster] = {}
    for name in names:
        if name in cluster_of:
            continue
        word, gender = parts_of[name][0], _addressed_as(parse, name)
        fitting = [c for c in _called(word, known[word]) if not gender or genders[id(c)] in {"", gender}]
        sure = [c for c in fitting if gender and genders[id(c)] == gender] or fitting
        one = len({id(c) for c in sure}) == 1
        cluster = sure[0] if one else alone.setdefault((word, gender if fitting else ""), Cluster("Person"))
        cluster_of[name] = cluster
        cluster.names.append(name)


def generation_of(parse: Parse, name: Name) -> str:
    """ "Jr.", "Sr." or a number behind a name, as written; else the empty string."""
    behind = range(name.stem + 1, name.last + 1)
    return next((parse.words[at] for at in behind if parse.lower[at].rstrip(".") in _GENERATIONS), "")


def _by_long_surname(parts: list[str], known: list[tuple[list[str], Cluster]]) -> Cluster | None:
    """The one person whose surname of several words this is: "Van der Berg" for Ludwig van der Berg."""
    found = {id(c): c for p, c in known if len(p) > len(parts) and p[-len(parts) :] == parts}
    return next(iter(found.values())) if len(found) == 1 else None


def _fits(generation: str, generations: dict[int, str], cluster: Cluster) -> bool:
    return not generation or generations.get(id(cluster), generation).rstrip(".") == generation.rstrip(".")


def _same_full_name(parts: list[str], known: list[str]) -> bool:
    """Same surname, first names that are equal or one the initial of the other, and no middle names that differ; or
    the head of a longer name.
    """
    if parts[-1] == known[-1]:
        a, b = parts[0], known[0]
        return _same_given(a, b) and all(_same_given(x, y) for x, y in zip(parts[1:-1], known[1:-1], strict=False))
    return len(parts) < len(known) and parts == known[: len(parts)]


def _same_given(a: str, b: str) -> bool:
    short = min(a.replace(".", ""), b.replace(".", ""), key=len)
    return a == b or (len(short) == 1 and a[:1] == b[:1]) or (_is_initials(a, b) or _is_initials(b, a))


def _is_initials(a: str, b: str) -> bool:
    """Whether `a` is joined initials ("jk") that begin like `b` ("j.", "joanne")."""
    return 2 <= len(a.replace(".", "")) <= 3 and ("." in a or not set(a) & set("aeiouy")) and a[0] == b[:1]


def _called(word: str, known: list[tuple[list[str], Cluster]]) -> list[Cluster]:
    """People a single word may call: by surname (or the first of two), else by first name."""
    surname = [cluster for parts, cluster in known if parts[-1] == word or (len(parts) > 2 and parts[-2] == word)]
    return (surname or [cluster for parts, cluster in known if parts[0] == word])[:_MAX_NAMESAKES]


def _addressed_as(parse: Parse, name: Name) -> str:
    return next((g for at in range(name.first, name.bare) if (g := gender_of(parse.words[at]))), "")
