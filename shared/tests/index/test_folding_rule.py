"""The rule that folds copies, on made-up rankings: every story once, on full pages, with an exact end."""

from collections import Counter
from collections.abc import Collection, Sequence

from hypothesis import given
from hypothesis import strategies as st
from wiredesk.index.cursor import Place
from wiredesk.index.folding import Leader, Row, fold


class Ranking:
    """Articles in their order, each by its cluster; `looks` counts the rows that were read."""

    def __init__(self, clusters: Sequence[str]) -> None:
        self.rows = [Row((float(-at), at), cluster, at) for at, cluster in enumerate(clusters)]
        self.counts = Counter(clusters)
        self.first = {row.cluster: row for row in reversed(self.rows)}
        self.looks = 0

    def fetch(self, place: Place | None, wanted: int, without: Collection[str]) -> tuple[list[Row[int, str]], bool]:
        left = [row for row in self.rows if place is None or row.keys < place.keys]
        left = [row for row in left if row.cluster not in without]
        self.looks += min(len(left), wanted)
        return left[:wanted], len(left) > wanted

    def leaders(self, clusters: Collection[str]) -> dict[str, Leader]:
        several = [cluster for cluster in clusters if self.counts[cluster] > 1]
        return {cluster: Leader(self.first[cluster].keys, self.counts[cluster] - 1) for cluster in several}

    def pages(self, limit: int) -> list[list[tuple[int, int]]]:
        pages, after = [], None
        while True:
            page = fold(self.fetch, self.leaders, limit=limit, after=after)
            pages.append(page.hits)
            if page.end is None:
                return pages
            after = page.end


@given(st.lists(st.sampled_from("abcdefghijklmnop"), max_size=120), st.integers(1, 9))
def test_pages_are_full_and_give_every_story_once_where_its_first_copy_ranks(clusters: list[str], limit: int) -> None:
    ranking = Ranking(clusters)
    pages = ranking.pages(limit)
    assert [hit for page in pages for hit in page] == [
        (row.found, ranking.counts[row.cluster] - 1) for row in ranking.rows if ranking.first[row.cluster] is row
    ]
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1] or not clusters


def test_a_story_of_very_many_copies_costs_one_look() -> None:
    ranking = Ranking(["wire"] * 50_000 + ["other"])
    assert ranking.pages(10) == [[(0, 49_999), (50_000, 0)]]
    assert ranking.looks < 100


def test_a_page_reads_a_bounded_number_of_hits_and_the_next_goes_on() -> None:
    stories = [f"s{n}" for n in range(3000)]
    ranking = Ranking([*stories, *stories, "last"])
    after = Place(ranking.rows[2999].keys, 3000)
    first = fold(ranking.fetch, ranking.leaders, limit=10, after=after)
    assert (first.hits, ranking.looks <= 1200) == ([], True)
    pages = []
    while first.end is not None:
        first = fold(ranking.fetch, ranking.leaders, limit=10, after=first.end)
        pages.append(first.hits)
    assert [hit for page in pages for hit in page] == [(6000, 0)]
