"""Whatever comes in which order, how often, and with how many restarts: the index answers what a simple model says."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiredesk.errors import NotFound
from wiredesk.events import ArticleExtracted, ArticleRetracted, EntityCorrected
from wiredesk.index import open_reader, open_writer
from wiredesk.index.corrections import Correction
from wiredesk.index.protocol import Filters, IndexReader, SearchRequest
from wiredesk.index.tantivy.snapshot import snapshot

NAMES = {f"person:{name.lower()}": name for name in ("Ann", "Ben", "Cat")}
NEW = "person:new"
IDS = (*NAMES, NEW)
ARTICLES = ("a1", "a2", "a3")


@dataclass
class Model:
    """Everything that was said, looked through anew for every answer."""

    articles: dict[str, ArticleExtracted] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)
    said: list[Correction] = field(default_factory=list)

    def take(self, step: ArticleExtracted | ArticleRetracted | Correction) -> None:
        match step:
            case ArticleExtracted(article_id=id, revision=revision):
                known = self.articles.get(id)
                if revision > self.floors.get(id, -1) and (known is None or revision >= known.revision):
                    self.articles[id] = step
            case ArticleRetracted(article_id=id, revision=revision):
                self.floors[id] = max(revision, self.floors.get(id, -1))
                if id in self.articles and self.articles[id].revision <= revision:
                    del self.articles[id]
            case Correction():
                self.said.append(step)

    def _last(self, entity_id: str, *, kind: str, article_id: str | None = None) -> Correction | None:
        about = [
            each
            for each in self.said
            if each.event.entity_id == entity_id
            and (each.event.same_as is not None) == (kind == "same_as")
            and (article_id in each.event.articles if article_id else not each.event.articles)
        ]
        last = max(about, key=lambda each: each.revision, default=None)
        return None if last is None or last.event.undo else last

    def canonical(self, entity_id: str, article_id: str) -> str:
        steps = {
            id: step
            for id in IDS
            if (step := self._last(id, kind="same_as", article_id=article_id) or self._last(id, kind="same_as"))
        }
        while circle := self._circle(entity_id, steps):
            del steps[max(circle, key=lambda at: steps[at].revision)]
        at = entity_id
        while at in steps:
            at = steps[at].event.same_as
        return at

    @staticmethod
    def _circle(start: str, steps: dict[str, Correction]) -> list[str]:
        seen = [start]
        while seen[-1] in steps:
            at = steps[seen[-1]].event.same_as
            if at in seen:
                return seen[seen.index(at) :]
            seen.append(at)
        return []

    def _label(self, entity_id: str) -> str:
        towards = [
            last
            for id in IDS
            for article_id in (None, *ARTICLES)
            if (last := self._last(id, kind="same_as", article_id=article_id))
            and last.event.same_as == entity_id
            and last.event.name
        ]
        return max(towards, key=lambda each: each.revision).event.name if towards else ""

    def _named(self, entity_id: str) -> str:
        last = self._last(entity_id, kind="name")
        return last.event.name if last else ""

    def shown(self, article: ArticleExtracted) -> dict[str, str]:
        """Id and name of each entity of an article."""
        groups: dict[str, list[str]] = {}
        for entity in article.entities:
            groups.setdefault(self.canonical(entity.id, article.article_id), []).append(entity.id)
        own = {to: NAMES[to] for to, parts in groups.items() if to in parts}
        return {
            to: self._named(to) or own.get(to) or self._label(to) or NAMES[min(parts)] for to, parts in groups.items()
        }

    def entities(self) -> dict[str, tuple[str, int, int]]:
        """Name, articles and quotes of each entity."""
        counts: dict[str, list[int]] = {}
        members: dict[str, dict[str, int]] = {}
        for article in self.articles.values():
            where = {entity.id: self.canonical(entity.id, article.article_id) for entity in article.entities}
            for to in set(where.values()):
                counts.setdefault(to, [0, 0])[0] += 1
            for id, to in where.items():
                members.setdefault(to, {}).setdefault(id, 0)
                members[to][id] += 1
            for quote in article.quotes:
                counts[where[quote.speaker.entity_id]][1] += 1
        return {
            to: (
                self._named(to)
                or NAMES.get(to if to in members[to] else "")
                or self._label(to)
                or NAMES[min(members[to], key=lambda one: (-members[to][one], one))],
                *counts[to],
            )
            for to in counts
        }


def article(id: str, revision: int, people: tuple[str, ...], make_article) -> ArticleExtracted:
    who = [NAMES[person] for person in people]
    said = [("yes", who[0], "said")] if who else []
    text = f"{', '.join(who)} said yes." if who else "Nobody said yes."
    return make_article(
        id, text, revision=revision, entities=[("Person", name) for name in who], quotes=said, source="X"
    )


people = st.lists(st.sampled_from(sorted(NAMES)), unique=True, min_size=1, max_size=3).map(tuple)
revisions = st.integers(1, 4)
same_as = st.builds(
    EntityCorrected,
    entity_id=st.sampled_from(IDS),
    same_as=st.sampled_from(IDS),
    name=st.sampled_from([None, "Label", "Other"]),
    articles=st.one_of(
        st.just(()), st.just(()), st.lists(st.sampled_from(ARTICLES), unique=True, max_size=2).map(tuple)
    ),
    undo=st.sampled_from([False, False, False, True]),
).filter(lambda event: event.same_as != event.entity_id)
renamed = st.builds(
    EntityCorrected, entity_id=st.sampled_from(IDS), name=st.sampled_from(["Renamed", "Ann B"]), undo=st.booleans()
)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple]:
    """Steps in the order they arrive: kind, and what it needs. No two corrections are of one revision."""
    articles = st.tuples(st.just("article"), st.sampled_from(ARTICLES), revisions, people)
    retractions = st.tuples(st.just("retract"), st.sampled_from(ARTICLES), revisions)
    corrections = [
        ("correct", revision, event)
        for revision, event in enumerate(
            draw(st.lists(st.one_of(same_as, same_as, renamed), min_size=3, max_size=8)), 10
        )
    ]
    others = draw(st.lists(st.one_of(articles, articles, articles, retractions), min_size=2, max_size=8))
    again = [("reopen",), ("settle",), ("settle",)]
    steps = draw(st.permutations([*corrections, *others, *again]))
    return [*steps, *draw(st.lists(st.sampled_from(steps), max_size=4))]


def batches(steps: list[tuple], make_article) -> Iterator[tuple[str, object]]:
    for kind, *rest in steps:
        match kind, rest:
            case "article", [id, revision, who]:
                yield kind, article(id, revision, who, make_article)
            case "retract", [id, revision]:
                yield kind, ArticleRetracted(article_id=id, revision=revision)
            case "correct", [revision, event]:
                yield kind, Correction(revision, event)
            case _:
                yield kind, None


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(PATIENT, max_examples=40)
@given(steps=histories())
def test_any_history_is_answered_as_the_model_answers(steps, tmp_path_factory, make_article, monkeypatch):
    monkeypatch.setattr("wiredesk.index.tantivy.writer.STEP", 1)  # so that three articles take several steps
    answered_as_the_model_answers(steps, f"tantivy://{tmp_path_factory.mktemp('index')}/index", make_article)


@settings(PATIENT, max_examples=40)
@given(steps=histories())
def test_any_history_of_writers_that_gather_and_lose_their_power_is_answered_as_the_model_answers(
    steps, tmp_path_factory, make_article, monkeypatch
):
    monkeypatch.setattr("wiredesk.index.tantivy.writer.STEP", 1)
    folder = tmp_path_factory.mktemp("index")

    def reopened(writer, url):
        """On what its disk has at this moment."""
        at = Path(urlsplit(url).path)
        copy = at.with_name(f"{int(at.name) + 1}")
        with snapshot(at, at) as now:
            shutil.copytree(now, copy)
        shutil.copy(at / "wiredesk.json", copy)
        writer.close()
        return gathering(f"tantivy://{copy}"), f"tantivy://{copy}"

    answered_as_the_model_answers(steps, f"tantivy://{folder}/1", make_article, opened=gathering, reopened=reopened)


def gathering(url):
    """A writer that commits by itself now and then."""
    writer = open_writer(url)
    writer.gather(every_s=0.01, searchable=lambda _: None)
    return writer


@pytest.mark.opensearch
@pytest.mark.timeout(600)
@settings(PATIENT, max_examples=15)
@given(steps=histories())
def test_any_history_of_two_writers_on_a_node_is_answered_as_the_model_answers(
    steps, opensearch, make_article, monkeypatch
):
    monkeypatch.setattr("wiredesk.index.opensearch.writer.STEP", 1)
    index = f"test-{uuid.uuid4().hex[:12]}"
    try:
        answered_as_the_model_answers(steps, opensearch.url(index), make_article, writers=2)
    finally:
        opensearch.forget(index)


def reopened(writer, url):
    """After it has let go."""
    writer.close()
    return open_writer(url), url


def answered_as_the_model_answers(steps, url, make_article, *, writers=1, opened=open_writer, reopened=reopened):
    """`writers` take the steps in turn; each knows of the others' corrections only what the index tells it."""
    model = Model()
    with ExitStack() as stack:
        open_ones = [opened(url) for _ in range(writers)]
        stack.callback(lambda: [each.close() for each in open_ones])
        for at, (kind, value) in enumerate(batches(steps, make_article)):
            turn = at % writers
            writer = open_ones[turn]
            match kind:
                case "article":
                    writer.upsert([value])
                case "retract":
                    writer.retract([value])
                case "correct":
                    writer.correct([value])
                case "settle":
                    writer.settle()
                case "reopen":
                    open_ones[turn], url = reopened(writer, url)
            model.take(value)
        for writer in open_ones:
            while writer.settle():
                pass
        with closing(open_reader(url)) as reader:
            agree(reader, model)


def agree(reader: IndexReader, model: Model) -> None:
    expected = model.entities()
    found = {hit.entity_id: (hit.name, hit.articles, hit.quotes) for hit in reader.entities(limit=100).hits}
    assert found == expected
    counted = {each.value: (each.label, each.count) for each in reader.search(SearchRequest()).facets["people"]}
    assert counted == {id: (name, articles) for id, (name, articles, _) in expected.items()}
    for id, known in model.articles.items():
        shown = reader.article(id)
        assert {entity.id: entity.name for entity in shown.entities} == model.shown(known)
        assert len(shown.entities) == len({entity.id for entity in shown.entities})
        for quote in shown.quotes:
            assert (
                quote.speaker.entity_id == model.canonical(quote.speaker.extracted_as.id, id)
                if (quote.speaker.extracted_as)
                else quote.speaker.entity_id in model.shown(known)
            )
    for id in IDS:
        to = model.canonical(id, "")
        having = {a for a, known in model.articles.items() if to in model.shown(known)}
        for asked in (SearchRequest(filters=Filters(people=(id,))), SearchRequest(q=f'entity:"{id}"')):
            assert {hit.article_id for hit in reader.search(asked).hits} == having
        assert reader.quotes(speaker=id).total == expected.get(to, ("", 0, 0))[2]
        assert {hit.speaker_id for hit in reader.quotes(speaker=id).hits} <= {to}
        if to in expected:
            assert reader.entity(id).entity_id == to
        elif id not in expected:
            with pytest.raises(NotFound):
                reader.entity(id)
