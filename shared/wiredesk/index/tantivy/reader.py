"""The reader: searches one committed state of the index, and moves on to the next when it is told to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from tantivy import Document, Occur, Query, Searcher

from wiredesk.errors import NotFound, Unavailable
from wiredesk.events import ArticleExtracted
from wiredesk.index import cursor as cursors
from wiredesk.index.corrected import corrected
from wiredesk.index.corrections import Corrections, Register
from wiredesk.index.excerpt import Snippet, beginning
from wiredesk.index.histogram import histogram_of
from wiredesk.index.marks import marks
from wiredesk.index.protocol import (
    FACETS,
    ArticleHit,
    EntityHit,
    Facet,
    FacetCount,
    Filters,
    Histogram,
    Page,
    QuoteHit,
    SearchPage,
    SearchRequest,
)
from wiredesk.index.query import QUOTE_FIELDS, DateRange, MatchAll, Node
from wiredesk.index.ranking import BARE, LIKE_CHARACTERS, ranks
from wiredesk.index.resolving import Resolver
from wiredesk.index.settling import State
from wiredesk.index.syntax import parse
from wiredesk.index.tantivy import entities, facets, paging, prominence, standing
from wiredesk.index.tantivy.documents import card_of, stored_article, stored_tags
from wiredesk.index.tantivy.generations import moved
from wiredesk.index.tantivy.schema import analysers, last_commit, open_existing
from wiredesk.index.tantivy.snippets import snippets
from wiredesk.index.tantivy.stories import Found, Order, Stories, latest_revision
from wiredesk.index.tantivy.translation import Scope, Translator, all_of, of_kind, unscored

__all__ = ["TantivyReader"]

_ARTICLES = Scope(
    kind="article",
    bare={**BARE, "ideographs": 1.0},
    targets={
        **{name: {name: 1.0} for name in ("title", "deck", "byline", "people", "organizations", "places")},
        "text": {"text": 1.0, "ideographs": 1.0},
        "source": {"source_words": 1.0},
        "entity": "entity",
        "language": "language",
        "cluster": "cluster",
    },
)
_QUOTES = Scope(
    kind="quote",
    bare={"said": 1.0, "around": 1.0},
    targets={"text": {"said": 1.0}, "speaker": {"speaker": 1.0}, "source": {"source_words": 1.0}},
)
_MOST_COUNTED = 256
"""Questions whose counts are remembered until the next commit: some 15 KB each at most."""
_COUNTING = 2
"""Questions whose facets are counted beside the search for their hits, which takes as long; each is a processor's work.
Where as many are under way, a question is counted by its own thread, after its hits.
"""
_MOST_LABELS = 50_000
_MOST_ENTITIES = 10_000
"""Entities whose articles are remembered as counted until the next commit, half a KB each: the order of a page takes
more of them than it shows, and the next page the same again.
"""


_Label = tuple[str, str]
"""An entity's id, and what to call it."""
_Counts = tuple[dict[str, tuple[FacetCount, ...]], Histogram]


class _View(NamedTuple):
    """One committed state, and what was worked out for it; replaced as a whole, so that threads need no lock.

    `labels` are of entities by number, kept from view to view until a correction may have changed a name.
    `latest_revision` looks once, when it is first asked. `counted` are the facets and histograms of questions asked of
    this state: the next page and the front page ask for the same again. `entities` are those counted, by their places.
    """

    searcher: Searcher
    translator: Translator
    state: State
    corrections: Corrections
    resolver: Resolver
    labels: dict[int, _Label]
    latest_revision: Callable[[], int]
    committed: tuple[int, int]
    counted: dict[str, _Counts]
    entities: dict[tuple[float, ...], EntityHit]
    documents: int


class TantivyReader:
    """A reader of a folder; see IndexReader for what its methods promise."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._index, self._folder = open_existing(path)
        self._schema = self._index.schema
        self._analysers = analysers()
        self._counting = ThreadPoolExecutor(_COUNTING, thread_name_prefix="index-counts")
        self._current: _View | None = None
        self._current = self._fresh()

    def search(self, request: SearchRequest) -> SearchPage:
        """See IndexReader. By relevance, equals come newest first; a query that weighs nothing is ordered by date."""
        view, limit = self._view, cursors.checked_limit(request.limit)
        node = view.resolver.node(parse(request.q))
        filters = view.resolver.filters(request.filters)
        query = self._narrowed(view.translator.query(node, _ARTICLES), filters, view.translator)
        question = cursors.fingerprint(request.q, request.filters, request.sort, request.fold)
        order: Order = "oldest" if request.sort == "oldest" else "newest"
        if request.sort == "relevance" and ranks(node):
            order = "score"
        after = _after(request.cursor, question, (float, int, int) if order == "score" else (int, int))
        stories = Stories(view.searcher, self._schema, query, order, view.latest_revision)
        count = partial(self._counted, view, query, request)
        counting = self._beside(count) if request.facets else None
        hits = (stories.folded if request.fold else stories.every_copy)(limit=limit, after=after)
        counts, histogram = _finished(counting, count) if request.facets else ({}, None)
        return SearchPage(
            total=hits.total,
            hits=self._hits(view, hits.found, node),
            facets=counts,
            histogram=histogram,
            next_cursor=cursors.encode(hits.end, question) if hits.end else None,
        )

    def article(self, article_id: str) -> ArticleExtracted:
        """The stored event, whole, as corrections have it. Raises NotFound."""
        document = self._article(self._view, article_id)[1]
        return corrected(stored_article(document), stored_tags(document))

    def quotes(
        self, *, q: str = "", speaker: str = "", article_id: str = "", limit: int = 10, cursor: str | None = None
    ) -> Page[QuoteHit]:
        """See IndexReader. Words are looked for exactly, without inflections."""
        view = self._view
        query = view.translator.query(parse(q, QUOTE_FIELDS), _QUOTES)
        if article_id:
            query = all_of(query, view.translator.any_key("article", (article_id,)))
        if speaker.strip():
            query = all_of(query, self._speaker(view, speaker.strip()))
        question = cursors.fingerprint("quotes", q, speaker, article_id)
        after = _after(cursor, question, (int, int))
        limit = cursors.checked_limit(limit)
        cut = paging.by_key(view.searcher, self._schema, query, field="newest", limit=limit, after=after)
        hits = tuple(QuoteHit(**card_of(view.searcher.doc(row.address))) for row in cut.hits)
        end = cursors.encode(cut.end, question) if cut.end else None
        return Page(total=paging.count(view.searcher, query), hits=hits, next_cursor=end)

    def entities(self, *, q: str = "", type: str = "", limit: int = 10, cursor: str | None = None) -> Page[EntityHit]:
        """Every word of `q` has to be in the name; equals go by the beginning of their names."""
        view = self._view
        clauses = [of_kind(self._schema, "entity")]
        if q.strip():
            clauses += self._name_words(view.translator, q, open_end=False)
        if type:
            clauses.append(view.translator.any_key("type", (type,)))
        question = cursors.fingerprint("entities", q, type)
        return self._entities(view, all_of(*clauses), limit=limit, question=question, cursor=cursor)

    def entity(self, entity_id: str) -> EntityHit:
        """See IndexReader."""
        view = self._view
        to = view.corrections.canonical(entity_id)
        ids = dict.fromkeys((to, *view.resolver.ids(entity_id), entity_id))
        known = entities.load(view.searcher, self._schema, ids)
        told = next((known[id] for id in ids if id in known), None)
        if told is not None:
            hit = prominence.counted(view.searcher, self._schema, told)
            return prominence.quoted(view.searcher, self._schema, hit)
        raise NotFound(f"no article speaks of {entity_id!r}")

    def corrections(self, entity_id: str) -> tuple[Register, ...]:
        """See IndexReader."""
        return tuple(self._view.corrections.about(entity_id))

    def corrected_up_to(self) -> int:
        """See IndexReader."""
        return self._view.corrections.latest

    def similar(self, article_id: str, *, limit: int = 10) -> tuple[ArticleHit, ...]:
        """By the words that tell the article apart. Raises NotFound."""
        view, limit = self._view, cursors.checked_limit(limit)
        document = self._article(view, article_id)[1]
        card, text = card_of(document), str(document.get_first("text"))[:LIKE_CHARACTERS]
        fields = {"title": [card["title"]], "text": [text]}
        # Words of one other article are enough in a small index; words of every second article tell nothing.
        total = self.documents()
        like = Query.more_like_this_document_fields_query(
            self._schema,
            {name: values for name, values in fields.items() if values[0]},
            min_doc_frequency=2,
            max_doc_frequency=max(total // 2, 10),
            min_term_frequency=1,
            max_query_terms=30,
            min_word_length=3,
        )
        copies = view.translator.any_key("cluster", (card["cluster_id"],))
        query = Query.boolean_query(
            [(Occur.Must, like), (Occur.Must, of_kind(self._schema, "article")), (Occur.MustNot, copies)]
        )
        stories = Stories(view.searcher, self._schema, query, "score", view.latest_revision)
        return self._hits(view, stories.folded(limit=limit, after=None).found, MatchAll())

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[EntityHit, ...]:
        """Several words narrow: the last is the one that goes on, unless a blank follows it."""
        view = self._view
        clauses = self._name_words(view.translator, prefix, open_end=not prefix.endswith(" "))
        query = all_of(of_kind(self._schema, "entity"), *clauses)
        return self._entities(view, query, limit=limit, question="", cursor=None).hits

    def documents(self) -> int:
        """Articles in the state that is searched."""
        return self._view.documents

    def state(self) -> str:
        """See Dated."""
        return "-".join(map(str, self._view.committed))

    def reload(self) -> None:
        """Searches that are under way finish on the state they began with."""
        if self._current is not None and last_commit(self._path) != self._current.committed:
            self._current = self._fresh()

    def close(self) -> None:
        """Later calls raise Unavailable."""
        self._current = None
        self._counting.shutdown(wait=False)

    @property
    def _view(self) -> _View:
        view = self._current
        if view is None:
            raise Unavailable(f"the index at {self._path} was closed")
        return view

    def _fresh(self) -> _View:
        committed = last_commit(self._path)  # before the reload: a commit between the two is seen next time
        index, folder = open_existing(self._path) if moved(self._path, self._folder) else (self._index, self._folder)
        try:
            index.reload()
            searcher = index.searcher()
        except (ValueError, OSError) as error:
            raise Unavailable(f"the index at {self._path} cannot be read: {error}") from error
        last = self._current if index is self._index else None
        self._index, self._folder = index, folder
        state = standing.state(searcher, self._schema)
        if last is not None and last.state.generation == state.generation:
            corrections = last.corrections
        else:
            corrections = standing.corrections(searcher, self._schema)
        resolver = Resolver(corrections, settling=bool(state.waiting))
        translator = Translator(self._schema, searcher, self._analysers)
        labels = last.labels if last is not None and last.state == state else {}
        latest = cache(partial(latest_revision, searcher, self._schema))
        documents = paging.count(searcher, of_kind(self._schema, "article"))
        return _View(searcher, translator, state, corrections, resolver, labels, latest, committed, {}, {}, documents)

    def _narrowed(self, query: Query, filters: Filters, translator: Translator) -> Query:
        clauses = [query]
        clauses += [translator.any_key(name, values) for name in FACETS if (values := getattr(filters, name))]
        if filters.published_from or filters.published_to:
            clauses.append(translator.days(DateRange(filters.published_from, filters.published_to)))
        return all_of(*clauses) if len(clauses) > 1 else query

    def _hits(self, view: _View, found: Sequence[Found], node: Node) -> tuple[ArticleHit, ...]:
        shown = self._snippets(view, [str(each.document.get_first("text") or "") for each in found], node)
        return tuple(
            ArticleHit(**each.card, score=each.score, copies=each.copies, snippet=snippet, highlights=ranges)
            for each, (snippet, ranges) in zip(found, shown, strict=True)
        )

    def _snippets(self, view: _View, texts: list[str], node: Node) -> list[Snippet]:
        marked = marks(node)
        if not marked:
            return [beginning(text) for text in texts]
        return snippets(texts, marked, searcher=view.searcher, schema=self._schema, translator=view.translator)

    def _beside(self, count: Callable[[], _Counts]) -> "Future[_Counts] | None":
        """Begun in another thread as soon as one is free; None when the reader was closed since the search began."""
        try:
            return self._counting.submit(count)
        except RuntimeError:
            return None

    def _counted(self, view: _View, query: Query, request: SearchRequest) -> _Counts:
        """Facets and histogram: the same for a question on every page of its hits and in every order of them."""
        question = repr((request.q, request.filters, request.interval))
        found = view.counted.get(question)
        if found is None:
            counted = view.searcher.aggregate(query, facets.asked())
            published = partial(facets.published, counted, searcher=view.searcher, query=query)
            histogram = histogram_of(facets.span_in(counted), published, request.interval)
            found = self._facets(view, counted), histogram
            if len(view.counted) >= _MOST_COUNTED:
                view.counted.clear()
            view.counted[question] = found
        # A page is its owner's to change.
        return dict(found[0]), found[1]

    def _facets(self, view: _View, counted: Mapping[str, Any]) -> dict[str, tuple[FacetCount, ...]]:
        counts = {name: facets.counts_in(counted, name) for name in FACETS}
        labels = self._labels(view, [number for name in facets.NUMBERED for number, _ in counts[name]])

        def labelled(name: Facet) -> Iterator[FacetCount]:
            for value, count in counts[name]:
                if name not in facets.NUMBERED:
                    yield FacetCount(value, value, count)
                elif label := labels.get(value):
                    yield FacetCount(*label, count)

        return {name: facets.shown(labelled(name)) for name in FACETS}

    def _labels(self, view: _View, numbers: Sequence[int]) -> Mapping[int, _Label]:
        labels = {number: label for number in numbers if (label := view.labels.get(number)) is not None}
        if missing := [number for number in numbers if number not in labels]:
            found = entities.load_numbered(view.searcher, self._schema, missing)
            known = {number: (hit.entity_id, hit.name) for number, hit in found.items()}
            labels |= known
            if len(view.labels) > _MOST_LABELS:
                view.labels.clear()
            view.labels.update(known)
        return labels

    def _article(self, view: _View, article_id: str) -> tuple[Any, Document]:
        query = all_of(of_kind(self._schema, "article"), view.translator.any_key("article", (article_id,)))
        found = view.searcher.search(query, limit=1, count=False).hits
        if not found:
            raise NotFound(f"there is no article {article_id} in the index")
        return found[0][1], view.searcher.doc(found[0][1])

    def _speaker(self, view: _View, speaker: str) -> Query:
        """An entity id has a colon and no blanks; anything else are words of the name."""
        translator = view.translator
        if ":" in speaker and not any(letter.isspace() for letter in speaker):
            return translator.any_key("speaker", view.resolver.ids(speaker))
        words = translator.words(speaker, "speaker")
        return unscored(all_of(*(translator.word("speaker", word) for word in words)) if words else Query.empty_query())

    def _name_words(self, translator: Translator, text: str, *, open_end: bool) -> Iterable[Query]:
        """Each word in any place of the name; the last may go on."""
        words = translator.words(text, "name")
        if not words:
            return [Query.empty_query()]
        whole = words[:-1] if open_end else words
        clauses = [translator.word("name", word) for word in whole]
        return [*clauses, translator.starting("name", words[-1:])] if open_end else clauses

    def _entities(self, view: _View, query: Query, *, limit: int, question: str, cursor: str | None) -> Page[EntityHit]:
        after = _after(cursor, question, (int, int))
        limit = cursors.checked_limit(limit)

        def read(row: paging.Ordered) -> EntityHit:
            hit = view.entities.get(row.keys)
            if hit is None:
                told = entities.hit_of(view.searcher.doc(row.address))
                hit = prominence.counted(view.searcher, self._schema, told)
                if len(view.entities) >= _MOST_ENTITIES:
                    view.entities.clear()
                view.entities[row.keys] = hit
            return hit

        found, end = prominence.ranked(view.searcher, self._schema, query, read, limit=limit, after=after)
        return Page(
            total=paging.count(view.searcher, query),
            hits=tuple(prominence.quoted(view.searcher, self._schema, each.hit) for each in found),
            next_cursor=cursors.encode(end, question) if end else None,
        )


def _after(cursor: str | None, question: str, keys: tuple[type[int] | type[float], ...]) -> cursors.Place | None:
    return cursors.decode(cursor, question, keys=keys) if cursor else None


def _finished(counting: "Future[_Counts] | None", count: Callable[[], _Counts]) -> _Counts:
    """What was counted beside a search, or is counted now where that was not begun."""
    return count() if counting is None or counting.cancel() else counting.result()
