"""Copies of one story as one hit, in every engine: none twice, none lost, whatever the order and whatever arrives."""

from dataclasses import replace

import pytest
from wiredesk.events import ArticleRetracted
from wiredesk.index.protocol import Filters, SearchRequest

SORTS = ["relevance", "newest", "oldest"]


def walk(reader, request, *, between=lambda: None):
    """Every hit, page after page; `between` runs before each page but the first."""
    hits = []
    while True:
        page = reader.search(request)
        hits += page.hits
        if page.next_cursor is None:
            return hits
        between()
        request = replace(request, cursor=page.next_cursor)


def expected(reader, request):
    """The first article of each cluster in the order without folding, with how many others there are."""
    every = walk(reader, replace(request, fold=False, limit=100))
    first, copies = {}, {}
    for hit in every:
        first.setdefault(hit.cluster_id, hit.article_id)
        copies[hit.cluster_id] = copies.get(hit.cluster_id, -1) + 1
    return [(id, copies[cluster]) for cluster, id in first.items()]


def told(hits):
    return [(hit.article_id, hit.copies) for hit in hits]


@pytest.fixture
def archive(backend, make_article):
    """Ninety articles: one story of twenty, ten of four, thirty alone; their words and days differ within a story.

    All are of one length, so that what arrives moves every score and no hit's rank among these.
    """
    clusters = ["wire"] * 20 + [f"story-{n}" for n in range(10) for _ in range(4)] + [f"alone-{n}" for n in range(30)]
    articles = [
        make_article(
            f"a{n:02}",
            " ".join((["ferry"] * (n * 7 % 5 + 1) + ["harbour"] * (n % 3) + ["word"] * 9)[:9]),
            title="The ferry" if n % 4 == 0 else "The news",
            published_at=f"2001-11-{n * 11 % 28 + 1:02}" if n % 9 else None,
            source="X" if n % 2 else "Y",
            revision=n * 37 % 90 + 1,
            cluster_id=cluster,
        )
        for n, cluster in enumerate(clusters)
    ]
    for at in range(0, len(articles), 25):  # several segments
        backend.writer.upsert(articles[at : at + 25])
    return articles


def test_a_story_is_one_hit_that_tells_of_its_copies_and_they_are_reachable(backend, make_article):
    backend.writer.upsert([
        make_article("one", "The ferry sank.", published_at="2001-11-23", cluster_id="c1"),
        make_article("two", "The ferry sank!", published_at="2001-11-24", cluster_id="c1"),
        make_article("other", "The ferry floats.", published_at="2001-11-20"),
    ])  # fmt: skip
    reader = backend.reader()
    page = reader.search(SearchRequest(q="ferry", sort="newest"))
    assert told(page.hits) == [("two", 1), ("other", 0)]
    assert [hit.cluster_id for hit in page.hits] == ["c1", "c-other"]
    assert page.total == 3  # articles, every copy
    every = reader.search(SearchRequest(q='cluster:"c1"', sort="oldest", fold=False))
    assert told(every.hits) == [("one", 0), ("two", 0)]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("q", ["", "ferry", "ferry OR harbour", "title:ferry", "-harbour"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_give_every_story_once_at_the_place_of_its_first_copy(backend, archive, q, sort, limit):
    reader = backend.reader()
    request = SearchRequest(q=q, sort=sort, limit=limit, facets=False)
    assert told(walk(reader, request)) == expected(reader, request)


def test_only_copies_that_match_count(backend, archive):
    reader = backend.reader()
    request = SearchRequest(q="harbour", filters=Filters(source=("X",)), sort="newest", limit=4)
    assert told(walk(reader, request)) == expected(reader, request)


def test_more_copies_than_a_page_looks_at_end_it_short_and_lose_nothing(backend, make_article):
    batch = [make_article(f"w{n}", "ferry", cluster_id=f"c{n % 1100}", revision=n + 1) for n in range(2200)]
    # The second half, all copies of stories of the first, follows on the page for all of these.
    batch = [
        each.model_copy(update={"published_at": "2001-11-24" if n < 1100 else "2001-11-23"})
        for n, each in enumerate(batch)
    ]
    for at in range(0, len(batch), 500):
        backend.writer.upsert(batch[at : at + 500])
    hits = walk(backend.reader(), SearchRequest(q="ferry", sort="newest", limit=100, facets=False))
    assert sorted(hit.article_id for hit in hits) == sorted(f"w{n}" for n in range(1100))
    assert {hit.copies for hit in hits} == {1}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("q", ["", "ferry"])
def test_a_copy_that_arrives_meanwhile_moves_no_story_and_repeats_none(backend, make_article, archive, sort, q):
    reader = backend.reader()
    request = SearchRequest(q=q, sort=sort, limit=5, facets=False)
    before = [id for id, _ in expected(reader, request)]
    arrivals = iter(range(1000))

    def arrive():
        """At every step a copy that outranks all and one that ranks last, of a story shown and of one to come."""
        batch = []
        for n in [next(arrivals), next(arrivals)]:
            extreme = {"published_at": "2099-01-01" if n % 2 else "1901-01-01"}
            for cluster in ("wire", "story-3", "alone-5"):
                words = "ferry " * 9 if n % 2 else "harbour " * 40 + "ferry"
                batch.append(make_article(f"new-{cluster}-{n}", words, cluster_id=cluster, revision=500 + n, **extreme))
        backend.writer.upsert(batch)
        backend.reader()

    found = [hit.article_id for hit in walk(reader, request, between=arrive)]
    assert found == before


@pytest.mark.parametrize("sort", SORTS)
def test_a_story_that_arrives_meanwhile_is_shown_once_or_not_at_all(backend, make_article, archive, sort):
    reader = backend.reader()
    request = SearchRequest(q="ferry", sort=sort, limit=5, facets=False)
    before = [id for id, _ in expected(reader, request)]
    arrivals = iter(range(1000))

    def arrive():
        n = next(arrivals)
        batch = [
            make_article(f"new-{n}-{m}", "ferry", cluster_id=f"new-{n % 3}", revision=500 + n, published_at=day)
            for m, day in enumerate(["2099-01-01", "2001-11-14", "1901-01-01"])
        ]
        backend.writer.upsert(batch)
        backend.reader()

    hits = walk(reader, request, between=arrive)
    assert [hit.article_id for hit in hits if not hit.article_id.startswith("new")] == before
    new = [hit.cluster_id for hit in hits if hit.article_id.startswith("new")]
    assert len(new) == len(set(new))


def test_when_the_first_copy_is_retracted_meanwhile_the_next_stands_for_the_story(backend, make_article):
    backend.writer.upsert([
        make_article(f"a{n}", "ferry", published_at=f"2001-11-{20 - n}", cluster_id="c" if n > 1 else f"c{n}")
        for n in range(5)
    ])  # fmt: skip
    first = backend.reader().search(SearchRequest(q="ferry", sort="newest", limit=2))
    assert told(first.hits) == [("a0", 0), ("a1", 0)]
    backend.writer.retract([ArticleRetracted(article_id="a2", revision=9)])
    second = backend.reader().search(SearchRequest(q="ferry", sort="newest", limit=2, cursor=first.next_cursor))
    assert told(second.hits) == [("a3", 1)]


def test_an_article_revised_meanwhile_is_not_lost(backend, make_article):
    articles = [
        make_article(f"a{n}", "ferry", published_at=f"2001-11-{20 - n}", cluster_id="c" if n in (2, 3) else f"c{n}")
        for n in range(6)
    ]
    backend.writer.upsert(articles)
    first = backend.reader().search(SearchRequest(q="ferry", sort="newest", limit=2))
    backend.writer.upsert([each.model_copy(update={"revision": 7}) for each in (articles[2], articles[4])])
    second = backend.reader().search(SearchRequest(q="ferry", sort="newest", limit=9, cursor=first.next_cursor))
    assert {hit.cluster_id for hit in second.hits} == {"c", "c4", "c5"}
    assert len(second.hits) == 3


def test_similar_articles_are_other_stories_each_once(backend, make_article):
    words = "The hurricane flooded harbours and villages overnight"
    backend.writer.upsert([
        make_article("storm", f"{words}.", cluster_id="c1"),
        make_article("copy", f"{words}!", cluster_id="c1"),
        *(make_article(f"flood{n}", f"{words}, and the ferry sank.", cluster_id="c2") for n in range(5)),
        make_article("after", "After the hurricane, villages near harbours were without power.", cluster_id="c3"),
        make_article("chess", "The champion played a brilliant queen sacrifice.", cluster_id="c4"),
    ])  # fmt: skip
    hits = backend.reader().similar("storm", limit=2)
    assert [(hit.cluster_id, hit.copies) for hit in hits] == [("c2", 4), ("c3", 0)]


def test_a_cursor_of_folded_pages_is_not_one_of_every_copy(backend, archive):
    reader = backend.reader()
    request = SearchRequest(q="ferry", limit=3)
    cursor = reader.search(request).next_cursor
    with pytest.raises(Exception, match="another query"):
        reader.search(replace(request, cursor=cursor, fold=False))
