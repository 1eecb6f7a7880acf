"""The reader: each method is a few requests at most, on whatever was committed by then."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from wiredesk.errors import NotFound, Unavailable, UsageError
from wiredesk.events import ArticleExtracted
from wiredesk.index import cursor as cursors
from wiredesk.index.corrected import corrected
from wiredesk.index.corrections import Register
from wiredesk.index.histogram import histogram_of
from wiredesk.index.intake import quote_card
from wiredesk.index.marks import marks
from wiredesk.index.opensearch import aliases, entities, facets, quotes, standing
from wiredesk.index.opensearch.address import Address
from wiredesk.index.opensearch.documents import WHOLE, stored_article, stored_tags
from wiredesk.index.opensearch.mapping import WORDS
from wiredesk.index.opensearch.node import Node, Refusal
from wiredesk.index.opensearch.snippets import Tags, snippet_of, tagged
from wiredesk.index.opensearch.stories import KEYS, Stories
from wiredesk.index.opensearch.translation import (
    Query,
    Scope,
    all_of,
    any_key,
    days,
    every_word,
    marking,
    starting,
    translate,
)
from wiredesk.index.opensearch.writer import count
from wiredesk.index.protocol import (
    ArticleHit,
    EntityHit,
    FacetCount,
    Filters,
    Page,
    QuoteHit,
    SearchPage,
    SearchRequest,
)
from wiredesk.index.query import QUOTE_FIELDS, DateRange
from wiredesk.index.ranking import BARE, LIKE_CHARACTERS, ranks
from wiredesk.index.resolving import Resolver
from wiredesk.index.syntax import parse

__all__ = ["OpenSearchReader"]

_ARTICLES = Scope(
    bare=BARE,
    targets={
        **{name: {name: 1.0} for name in ("title", "deck", "text", "byline", "people", "organizations", "places")},
        "source": {"source_words": 1.0},
        "entity": "entity_id",
        "language": "language",
        "cluster": "cluster",
    },
)
_ARTICLE: Query = {"term": {"kind": "article"}}
_MOST_LABELS = 50_000
_SLACK = 8


class _View(NamedTuple):
    """What is known of the corrections at one moment, and what entities are called as far as anybody asked."""

    standing: standing.Standing
    resolver: Resolver
    labels: dict[str, str]


class OpenSearchReader:
    """A reader of an alias; see IndexReader for what its methods promise."""

    def __init__(self, address: Address) -> None:
        self._node = Node(address)
        try:
            self._view = self._looked(None)
        except BaseException:
            self._node.close()
            raise

    def search(self, request: SearchRequest) -> SearchPage:
        """See IndexReader. By relevance, equals come newest first; a query that weighs nothing is ordered by date."""
        limit = cursors.checked_limit(request.limit)
        view = self._view
        node, filters = view.resolver.node(parse(request.q)), view.resolver.filters(request.filters)
        order = "newest" if request.sort == "relevance" and not ranks(node) else request.sort
        question = cursors.fingerprint(request.q, request.filters, request.sort, request.fold)
        after = cursors.decode(request.cursor, question, keys=KEYS[order]) if request.cursor else None
        matching = {"bool": {"must": translate(node, _ARTICLES), "filter": [_ARTICLE, *_narrowed(filters)]}}
        more: dict[str, Any] = {}
        tags = Tags()
        if marked := marks(node):
            more["highlight"] = tagged(marking(marked), tags)
        if request.facets:
            more["aggs"] = facets.asked()
        ask = partial(self._search, preference=question)
        stories = Stories(ask, matching, order, more)
        found = (stories.folded if request.fold else stories.every_copy)(limit=limit, after=after)
        counted = stories.answer.get("aggregations", {})
        return SearchPage(
            total=stories.answer["hits"]["total"]["value"],
            hits=tuple(_hit(row, tags, copies) for row, copies in found.hits),
            facets=self._facets(view, counted) if request.facets else {},
            histogram=histogram_of(
                facets.span_in(counted),
                lambda interval: (
                    facets.years_in(counted)
                    if interval == "year"
                    else facets.published_in(ask(facets.published_asked(matching, interval)))
                ),
                request.interval,
            )
            if request.facets
            else None,
            next_cursor=cursors.encode(found.end, question) if found.end else None,
        )

    def article(self, article_id: str) -> ArticleExtracted:
        """The stored event, whole, as corrections have it. Raises NotFound."""
        path = f"/{self._node.address.index}/_mget"
        if not article_id:  # which OpenSearch takes for a mistake
            raise NotFound("there is no article without an id in the index")
        wanted = {"ids": [article_id]}
        answer = self._asked(lambda: self._node.ask("POST", path, wanted, _source_includes=",".join(WHOLE)))
        (found,) = answer["docs"]
        if error := found.get("error"):
            raise Unavailable(f"the index at {self._node.address} cannot answer now: {error.get('reason')}")
        if found.get("_source", {}).get("kind") != "article":
            raise NotFound(f"there is no article {article_id} in the index")
        return _shown(found["_source"])

    def quotes(
        self, *, q: str = "", speaker: str = "", article_id: str = "", limit: int = 10, cursor: str | None = None
    ) -> Page[QuoteHit]:
        """See IndexReader. Words are looked for exactly, without inflections."""
        limit = cursors.checked_limit(limit)
        quote = translate(parse(q, QUOTE_FIELDS), quotes.SCOPE)
        if speaker.strip():
            quote = all_of(quote, _speaker(speaker.strip(), self._view.resolver))
        article = all_of(_ARTICLE, {"ids": {"values": [article_id]}}) if article_id else _ARTICLE
        question = cursors.fingerprint("quotes", q, speaker, article_id)
        after = cursors.decode(cursor, question, keys=(int, int, int)) if cursor else None
        found, total = quotes.found_in(self._searches(quotes.asked(quote, article, limit=limit, after=after)))
        end = None
        if len(found) > limit:
            end = cursors.Place(found[limit - 1][2], (after.seen if after else 0) + limit)
        return Page(
            total=total,
            hits=tuple(_quote_hits([(source, number) for source, number, _ in found[:limit]])),
            next_cursor=cursors.encode(end, question) if end else None,
        )

    def entities(self, *, q: str = "", type: str = "", limit: int = 10, cursor: str | None = None) -> Page[EntityHit]:
        """Every word of `q` has to be in the name; equals go by the beginning of their names."""
        clauses = [every_word("entities.name", q)] if q.strip() else []
        if type:
            clauses.append(any_key("entities.type", (type,)))
        question = cursors.fingerprint("entities", q, type)
        limit = cursors.checked_limit(limit)
        after = cursors.decode(cursor, question, keys=(int, int)) if cursor else None
        return self._entities(all_of(*clauses) if clauses else {"match_all": {}}, limit, question, after)

    def entity(self, entity_id: str) -> EntityHit:
        """See IndexReader."""
        view = self._view
        to = view.standing.corrections.canonical(entity_id)
        ids = list(dict.fromkeys((to, *view.resolver.ids(entity_id), entity_id)))
        known = self._cards(ids)
        for id in ids:
            if id in known:
                return known[id]
        raise NotFound(f"no article in the index speaks of {entity_id}")

    def corrections(self, entity_id: str) -> tuple[Register, ...]:
        """See IndexReader."""
        return tuple(self._view.standing.corrections.about(entity_id))

    def corrected_up_to(self) -> int:
        """See IndexReader."""
        return self._view.standing.corrections.latest

    def similar(self, article_id: str, *, limit: int = 10) -> tuple[ArticleHit, ...]:
        """By the words that tell the article apart. Raises NotFound."""
        limit = cursors.checked_limit(limit)
        article = self.article(article_id)
        # Words of one other article are enough in a small index; words of every second article tell nothing.
        like = {
            "fields": ["title", "text"],
            "like": [each for each in (article.title, article.text[:LIKE_CHARACTERS]) if each],
            "analyzer": WORDS,
            "min_doc_freq": 2,
            "max_doc_freq": max(self.documents() // 2, 10),
            "min_term_freq": 1,
            "max_query_terms": 30,
            "min_word_length": 3,
            "minimum_should_match": "1",
        }
        copies = [{"ids": {"values": [article_id]}}, any_key("cluster", (article.cluster_id,))]
        query = {"bool": {"must": {"more_like_this": like}, "filter": [_ARTICLE], "must_not": copies}}
        found = Stories(self._search, query, "relevance", {}).folded(limit=limit, after=None)
        return tuple(_hit(row, Tags(), others) for row, others in found.hits)

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[EntityHit, ...]:
        """Several words narrow: the last is the one that goes on, unless a blank follows it."""
        matching = (every_word if prefix.endswith(" ") else starting)("entities.name", prefix)
        return self._entities(matching, cursors.checked_limit(limit), "", None).hits

    def documents(self) -> int:
        """Articles found now."""
        return count(self._node)

    def reload(self) -> None:
        """Every search sees what was committed before it; this looks for corrections, and whether the index is ours."""
        self._view = self._looked(self._view)

    def close(self) -> None:
        """Later calls raise Unavailable."""
        self._node.close()

    def _looked(self, last: _View | None) -> _View:
        try:
            aliases.behind(self._node)
            now = standing.read(self._node, last.standing if last else None)
        except Refusal as refusal:
            raise self._gone(refusal) from refusal
        if last is not None and now is last.standing:
            return last
        return _View(now, Resolver(now.corrections, settling=bool(now.state.waiting)), {})

    def _search(self, body: Mapping[str, Any], **params: str) -> Any:
        path = f"/{self._node.address.index}/_search"
        return self._asked(lambda: self._node.ask("POST", path, body, allow_partial_search_results="false", **params))

    def _searches(self, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Several in one request, each on the same state as near as the cluster has it."""
        if len(bodies) == 1:
            return [self._search(bodies[0])]
        lines = [line for body in bodies for line in ({"allow_partial_search_results": False}, body)]
        path = f"/{self._node.address.index}/_msearch"
        answers = self._asked(lambda: self._node.ask("POST", path, lines))["responses"]
        for answer in answers:
            if error := answer.get("error"):
                raise Unavailable(f"the index at {self._node.address} cannot answer now: {error.get('reason')}")
        return list(answers)

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Refusal as refusal:
            if "clause" in refusal.kind or "clause" in refusal.reason:
                raise UsageError("the query has too many words for one search; use fewer, or a phrase") from refusal
            raise self._gone(refusal) from refusal

    def _gone(self, refusal: Refusal) -> Unavailable:
        return Unavailable(f"the index at {self._node.address} does not answer the search: {refusal.reason}")

    def _facets(self, view: _View, counted: Mapping[str, Any]) -> dict[str, tuple[FacetCount, ...]]:
        counts = facets.counts_in(counted)
        labels = self._names(view, [value for values in counts.values() for value, _ in values if ":" in value])
        return {
            name: tuple(FacetCount(value, labels.get(value, value), count) for value, count in values)
            for name, values in counts.items()
        }

    def _names(self, view: _View, ids: Sequence[str]) -> Mapping[str, str]:
        """What to call entities."""
        labels = {id: label for id in ids if (label := view.labels.get(id)) is not None}
        if missing := [id for id in ids if id not in labels]:
            known = {id: hit.name for id, hit in self._cards(missing).items()}
            labels |= known
            if len(view.labels) > _MOST_LABELS:
                view.labels.clear()
            view.labels.update(known)
        return labels

    def _cards(self, ids: Sequence[str]) -> dict[str, EntityHit]:
        if not ids:
            return {}
        return entities.cards_in(self._search(entities.cards_asked(ids)), self._view.standing.corrections)

    def _entities(self, matching: Query, limit: int, question: str, after: cursors.Place | None) -> Page[EntityHit]:
        seen = after.seen if after else 0
        size = seen + limit + 1 + _SLACK
        while True:
            if size > entities.MAX_DEPTH:
                raise UsageError(
                    f"pages of entities go {entities.MAX_DEPTH} deep; narrow by words of the name or by type"
                )
            rows, total = entities.ranked(self._search(entities.ranking_asked(matching, size=size)))
            # Most articles first, then the lowest rank: behind a place are fewer articles, or a higher rank.
            left = [row for row in rows if after is None or (-row[1][0], row[1][1]) > (-after.keys[0], after.keys[1])]
            if len(left) > limit or len(rows) < size:
                break
            size *= 2
        page = left[:limit]
        cards = self._cards([id for id, _ in page])
        end = cursors.Place(page[-1][1], seen + limit) if len(left) > limit else None
        return Page(
            total=total,
            hits=tuple(cards[id] for id, _ in page if id in cards),
            next_cursor=cursors.encode(end, question) if end else None,
        )


def _narrowed(filters: Filters) -> list[Query]:
    clauses = [any_key(field, values) for name, field in facets.FIELDS.items() if (values := getattr(filters, name))]
    if filters.published_from or filters.published_to:
        clauses.append(days("newest", DateRange(filters.published_from, filters.published_to)))
    return clauses


def _speaker(speaker: str, resolver: Resolver) -> Query:
    """An entity id has a colon and no blanks; anything else are words of the name."""
    if ":" in speaker and not any(letter.isspace() for letter in speaker):
        return any_key("quotes.speaker_id", resolver.ids(speaker))
    return every_word("quotes.speaker", speaker)


def _hit(row: Mapping[str, Any], tags: Tags, copies: int) -> ArticleHit:
    card = row["_source"]
    snippet, highlights = snippet_of(row, tags)
    return ArticleHit(
        article_id=row["_id"],
        revision=int(card["revision"]),
        title=card["title"],
        source=card.get("source"),
        url=card["url"],
        published_at=card["published_at"],
        language=card["language"],
        score=float(row["_score"] or 0.0),
        snippet=snippet,
        highlights=highlights,
        cluster_id=card["cluster"],
        copies=copies,
    )


def _quote_hits(found: Sequence[tuple[Mapping[str, Any], int]]) -> list[QuoteHit]:
    """Each article is read once, however many of its quotes are on the page."""
    hits = []
    read: tuple[Mapping[str, Any], ArticleExtracted] | None = None
    for source, number in found:
        if read is None or read[0] is not source:
            read = source, _shown(source)
        hits.append(QuoteHit(**quote_card(read[1], read[1].quotes[number])))
    return hits


def _shown(source: Mapping[str, Any]) -> ArticleExtracted:
    return corrected(stored_article(source), stored_tags(source))
