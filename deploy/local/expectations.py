"""What must become of each article in seeds/, and what is missing when it did not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from wiredesk.events import ArticleExtracted

__all__ = ["EXPECTATIONS", "SEED", "Expectation", "Seen", "by_name", "missing"]

SEED = "000_40905b9287ca137d.txt"
"""The article whose facts the demo prints."""

End = Literal["searchable", "duplicate", "dead-lettered"]
Fact = Literal["quote with a speaker", "person", "organisation", "place", "resolved date"]
ALL_FACTS: tuple[Fact, ...] = get_args(Fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """`after` names the article that must have come to its end before this one is sent.

    `revision_of` has the same article id, `copy_of` another id in the same cluster; `reason` is the dead letter's;
    `facts` are what must have been found.
    """

    name: str
    shows: str
    end: End = "searchable"
    after: str | None = None
    revision_of: str | None = None
    copy_of: str | None = None
    language: str = "en"
    reason: str | None = None
    facts: Sequence[Fact] = ()


EXPECTATIONS = (
    Expectation(name=SEED, shows="plain text without a date of its own", facts=ALL_FACTS),
    Expectation(name="010_harbour_barrier.json", shows="a story as JSON", facts=ALL_FACTS),
    Expectation(
        name="020_harbour_barrier_wire.html",
        shows="the same story as another outlet's page",
        after="010_harbour_barrier.json",
        copy_of="010_harbour_barrier.json",
        facts=ALL_FACTS,
    ),
    Expectation(name="030_ferry_fire.txt", shows="a story that will be corrected", facts=ALL_FACTS),
    Expectation(
        name="031_ferry_fire_corrected.txt",
        shows="its second revision",
        after="030_ferry_fire.txt",
        revision_of="030_ferry_fire.txt",
        facts=ALL_FACTS,
    ),
    Expectation(name="040_weather_station.txt", shows="another story", facts=ALL_FACTS),
    Expectation(
        name="041_weather_station_again.txt",
        shows="the very same once more",
        end="duplicate",
        after="040_weather_station.txt",
        revision_of="040_weather_station.txt",
    ),
    Expectation(
        name="050_moorbahn.txt",
        shows="another language, without a pipeline of its own",
        language="de",
        facts=("quote with a speaker", "person", "resolved date"),
    ),
    Expectation(name="090_empty.txt", shows="nothing at all", end="dead-lettered", reason="no_text"),
    Expectation(name="091_broken.html", shows="a PDF that says it is HTML", end="dead-lettered", reason="not_html"),
)


def by_name() -> Mapping[str, Expectation]:
    """The expectations by the name of their file."""
    return {expectation.name: expectation for expectation in EXPECTATIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of one file: its journey's state and reason, its article's id, and the article as it was served."""

    name: str
    state: str
    reason: str | None
    article_id: str | None
    article: ArticleExtracted | None


def missing(seen: Sequence[Seen]) -> list[str]:
    """One line for each thing that is not as it must be; empty when all is well.

    A file nobody expects anything of may end in any way, but it must end.
    """
    found = {one.name: one for one in seen}
    expected = by_name()
    lines = [f"{name}: not in the folder" for name in expected if name not in found]
    for one in seen:
        lines += [f"{one.name}: {problem}" for problem in _problems(one, expected.get(one.name), found)]
    return lines


def _problems(one: Seen, expectation: Expectation | None, found: Mapping[str, Seen]) -> list[str]:
    told = f"{one.state} ({one.reason})" if one.reason else one.state
    if expectation is None:
        return [] if one.state in ("searchable", "duplicate", "superseded", "dead-lettered") else [f"still {told}"]
    if one.state != expectation.end:
        return [f"should be {expectation.end}, is {told}"]
    if expectation.end == "dead-lettered" and one.reason != expectation.reason:
        return [f"should be refused for {expectation.reason}, was for {one.reason}"]
    problems = []
    first = found.get(expectation.revision_of or "")
    if first and first.article_id != one.article_id:
        problems.append(f"should be the article of {first.name}, is another")
    if expectation.end == "searchable":
        problems += (
            ["is not served in the revision sent"] if one.article is None else _flaws(one.article, expectation, found)
        )
    return problems


def _flaws(article: ArticleExtracted, expectation: Expectation, found: Mapping[str, Seen]) -> list[str]:
    flaws = []
    if article.language != expectation.language:
        flaws.append(f"language should be {expectation.language}, is {article.language}")
    original = found.get(expectation.copy_of or "")
    if original and original.article:
        if article.article_id == original.article.article_id:
            flaws.append(f"should be an article of its own beside {original.name}")
        if article.cluster_id != original.article.cluster_id:
            flaws.append(f"should be in the cluster of {original.name}")
    flaws += [f"has no {what}" for what in expectation.facts if not _FACTS[what](article)]
    return flaws


_FACTS: Mapping[Fact, Callable[[ArticleExtracted], bool]] = {
    "quote with a speaker": lambda article: any(quote.speaker for quote in article.quotes),
    "person": lambda article: any(entity.type == "Person" for entity in article.entities),
    "organisation": lambda article: any(entity.type == "Organization" for entity in article.entities),
    "place": lambda article: any(entity.type == "Place" for entity in article.entities),
    "resolved date": lambda article: bool(article.dates),
}
