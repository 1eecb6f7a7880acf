"""What every index backend has to do, as its protocol promises."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from wiredesk.errors import NotFound, PermanentError, UsageError
from wiredesk.events import ArticleExtracted, ArticleRetracted, Cue, Entity, Extent, Mention, Quote, Speaker
from wiredesk.index import open_writer
from wiredesk.index.protocol import FACETS, FacetCount, Filters, IndexBusy, SearchRequest
from wiredesk.index.query import QuerySyntaxError

STORY = (
    "Minister Jane Doe said the governments were running late in Élan.\n\n“We will not wait,” Doe said. "
    "The Harbour Board added that ships arrive daily."
)


@pytest.fixture
def story(make_article):
    return make_article(
        "story",
        STORY,
        title="Ports reopen",
        deck="A quiet week ends",
        byline="By Ann Writer",
        source="The Harbour Times",
        published_at="2001-11-23",
        entities=[("Person", "Jane Doe"), ("Organization", "Harbour Board"), ("Place", "Élan")],
        quotes=[("We will not wait", "Jane Doe", "said"), ("ships arrive daily", None, "added")],
    )


def ids(backend, q="", **request):
    return [hit.article_id for hit in backend.reader().search(SearchRequest(q=q, **request)).hits]


# writing


def test_an_article_is_searchable_and_whole_when_upsert_returns(backend, story):
    assert backend.writer.upsert([story]) == ["indexed"]
    assert ids(backend, "governments") == ["story"]
    assert backend.reader().article("story") == story
    assert backend.writer.documents() == backend.reader().documents() == 1


def test_the_highest_revision_wins_in_a_batch_and_against_the_index(backend, make_article):
    old, mid, new = (make_article(text=f"word{n}", revision=n) for n in (1, 2, 3))
    assert backend.writer.upsert([old, new, mid]) == ["superseded", "indexed", "superseded"]
    assert backend.writer.upsert([mid]) == ["superseded"]
    assert backend.reader().article("a1") == new
    assert ids(backend, "word1 OR word2") == []


def test_repeating_a_batch_changes_nothing(backend, story, make_article):
    batch = [story, make_article("other", entities=[], published_at="2001-11-24")]
    for _ in range(3):
        assert backend.writer.upsert(batch) == ["indexed", "indexed"]
    backend.reopen()
    assert backend.writer.upsert([story, *batch]) == ["indexed"] * 3
    reader = backend.reader()
    assert reader.documents() == 2
    assert reader.quotes().total == 2
    assert {hit.name: (hit.articles, hit.quotes) for hit in reader.entities().hits} == {
        "Jane Doe": (1, 1),
        "Harbour Board": (1, 0),
        "Élan": (1, 0),
    }


def test_a_new_revision_takes_the_place_of_text_quotes_and_entities(backend, story, make_article):
    backend.writer.upsert([story])
    backend.writer.upsert(
        [make_article("story", "Mary Major said nothing.", revision=2, entities=[("Person", "Mary Major")])]
    )
    reader = backend.reader()
    assert reader.quotes().total == 0
    assert [hit.name for hit in reader.entities().hits] == ["Mary Major"]
    assert ids(backend, "governments") == []


def test_a_retraction_removes_an_article_and_keeps_its_past_out(backend, story):
    backend.writer.upsert([story])
    backend.writer.retract([ArticleRetracted(article_id="story", revision=5)])
    reader = backend.reader()
    with pytest.raises(NotFound, match="story"):
        reader.article("story")
    assert (reader.documents(), reader.quotes().total, reader.entities().total) == (0, 0, 0)
    backend.reopen()
    assert backend.writer.upsert([story, story.model_copy(update={"revision": 5})]) == ["superseded"] * 2
    assert backend.writer.upsert([story.model_copy(update={"revision": 6})]) == ["indexed"]
    assert backend.reader().documents() == 1


def test_a_retraction_leaves_a_newer_revision_alone(backend, story):
    backend.writer.upsert([story.model_copy(update={"revision": 9})])
    backend.writer.retract([ArticleRetracted(article_id="story", revision=5)])
    backend.writer.retract([ArticleRetracted(article_id="story", revision=2)])  # an older one lowers nothing
    assert backend.reader().article("story").revision == 9
    assert backend.writer.upsert([story.model_copy(update={"revision": 4})]) == ["superseded"]


def test_a_retraction_of_an_unknown_article_counts_when_it_arrives(backend, story):
    backend.writer.retract([ArticleRetracted(article_id="story", revision=5)])
    assert backend.writer.upsert([story]) == ["superseded"]


def test_an_article_that_cannot_be_kept_takes_nothing_of_its_batch_with_it(backend, make_article):
    for bad in (make_article("x" * 600), make_article("b", revision=-1), make_article("c", revision=1 << 70)):
        with pytest.raises(PermanentError):
            backend.writer.upsert([make_article("good", "fine"), bad])
    backend.writer.upsert([make_article("next")])
    assert ids(backend) == ["next"]


def test_a_second_writer_is_refused_at_once_and_told_what_to_do(backend):
    if backend.engine.several_writers:
        pytest.skip("this engine takes several writers")
    with pytest.raises(IndexBusy, match=r"already has a writer.*Run one indexing worker"):
        open_writer(backend.url)
    backend.writer.close()
    backend.writer.close()
    open_writer(backend.url).close()


# searching


@pytest.mark.parametrize(
    "q",
    [
        "", "*", "government", "GOVERNMENTS", "elan", "Élan", "runs",
        '"governments were running"', '"governments late"~3',
        "govern*", "govrenments~1", "title:ports", "deck:quiet", "byline:writer", 'people:"Jane Doe"', "people:doe",
        "organizations:harbour", "places:elan", "source:times", "entity:person:jane-doe", "language:en",
        "cluster:c-story", "published:2001-11-23", "published:[2001-11-01 TO 2001-11-30]",
        "published:{2001-11-22 TO *]",
        "ports late", "nothing OR late", "late NOT nothing", "-nothing", "late -- ", "(ports OR x) AND (late OR y)",
    ],
)  # fmt: skip
def test_a_query_finds_what_it_describes(backend, story, q):
    backend.writer.upsert([story])
    assert ids(backend, q) == ["story"]


@pytest.mark.parametrize(
    "q",
    [
        "nothing", "ports nothing", "late NOT ports", "-late", '"late running"', '"running"~0 "ports late"', "runn",
        "xgovern*", "gvrnmnts~1", "title:governments", "text:ports", "people:harbour", "published:2001-11-24",
        "published:{2001-11-23 TO *]", "language:de", "entity:person:jane", "--", "published:[2002 TO 2001]",
    ],
)  # fmt: skip
def test_a_query_leaves_out_what_it_does_not_describe(backend, story, q):
    backend.writer.upsert([story])
    assert ids(backend, q) == []


@pytest.mark.parametrize(("language", "text", "q"), [
    ("de", "Die Außenministerin sprach über Größe.", "grosse"),
    ("fr", "L’élève naïf parlait déjà.", "eleve"),
    ("ru", "Министр выступил в Москве.", "москве"),
    ("ar", "قال الوزير إن المحادثات مستمرة", "الوزير"),
    ("ja", "外務大臣は東京で会見した。", "東京"),
    ("zh", "外交部长在北京说NATO会议推迟。", "NATO"),
    ("th", "รัฐมนตรีกล่าวว่า", "มนตรี"),
])  # fmt: skip
def test_words_of_any_language_are_found_and_marked(backend, make_article, language, text, q):
    backend.writer.upsert([make_article("x", text, language=language), make_article("y", "Else.")])
    (hit,) = backend.reader().search(SearchRequest(q=q)).hits
    assert hit.article_id == "x"
    assert "".join(hit.snippet[start:end] for start, end in hit.highlights)


@pytest.mark.parametrize(("q", "marked"), [
    ("governments", ["governments"]), ("government", ["governments"]), ("gov*", ["governments"]),
    ("govenments~1", ["governments"]), ("elan", ["Élan"]), ("people:doe wait", ["Doe", "wait", "Doe"]),
    ("late -ships", []), ("title:ports", []), ("", []),
])  # fmt: skip
def test_highlights_are_code_points_of_the_snippet(backend, story, q, marked):
    backend.writer.upsert([story])
    for hit in backend.reader().search(SearchRequest(q=q)).hits:
        assert [hit.snippet[start:end] for start, end in hit.highlights] == marked
        assert "\n" not in hit.snippet


def test_the_snippet_of_a_long_text_is_around_the_words(backend, make_article):
    text = "äöü filler. " * 500 + "Here stands the needle. " + "filler. " * 500
    backend.writer.upsert([make_article("long", text)])
    (hit,) = backend.reader().search(SearchRequest(q="needle")).hits
    assert [hit.snippet[start:end] for start, end in hit.highlights] == ["needle"]
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert len(hit.snippet) < 300


@pytest.mark.parametrize(("q", "column", "hint"), [
    ("a (b", 3, "add )"), ("colour:red", 1, "known: title, deck"), ("published:x", 11, "2001-11-23"),
    ('ferry "sank', 7, "end the phrase"), ("ferry AND", 7, "add the word"), ("fe*rry", 3, "a star goes at the end"),
])  # fmt: skip
def test_broken_syntax_and_unknown_fields_are_the_users_with_their_column(backend, q, column, hint):
    backend.writer.upsert([])
    with pytest.raises(QuerySyntaxError) as caught:
        backend.reader().search(SearchRequest(q=q))
    assert caught.value.column == column
    assert hint in caught.value.hint
    with pytest.raises(QuerySyntaxError):
        backend.reader().quotes(q=q)


def test_filters_of_one_field_are_alternatives_and_fields_add_up(backend, make_article):
    def article(n, person, place, **fields):
        text = f"{person} went to {place}."
        return make_article(f"a{n}", text, entities=[("Person", person), ("Place", place)], **fields)

    backend.writer.upsert([
        article(1, "Ada", "Rome", source="X", published_at="2001-01-01"),
        article(2, "Ben", "Rome", source="Y", published_at="2002-01-01T23:30:00-05:00"),
        article(3, "Ben", "Oslo", source="X", language="de"),
    ])  # fmt: skip

    def found(**filters):
        return set(ids(backend, filters=Filters(**filters)))

    assert found(people=("person:ben",)) == {"a2", "a3"}
    assert found(people=("person:ada", "person:ben"), places=("place:rome",)) == {"a1", "a2"}
    assert found(source=("X",), language=("de",)) == {"a3"}
    assert found(published_from=date(2002, 1, 2)) == {"a2"}  # days are UTC's
    assert found(published_to=date(2001, 12, 31)) == {"a1"}
    assert found(people=("person:nobody",)) == set()


def test_filters_of_every_kind_add_up_with_the_query_and_facets_count_what_is_left(backend, make_article):
    every = Filters(
        people=("person:ada", "person:ben"),
        organizations=("organization:port-office",),
        places=("place:rome",),
        source=("X",),
        language=("en",),
        published_from=date(2001, 11, 10),
        published_to=date(2001, 11, 20),
    )

    def article(id, *, people=("Ada",), places=("Rome",), organizations=("Port Office",), text="ferry", **fields):
        named = [("Person", each) for each in people] + [("Place", each) for each in places]
        named += [("Organization", each) for each in organizations]
        text = f"{text}: {', '.join(name for _, name in named)}."
        return make_article(id, text, entities=named, **{"source": "X", "published_at": "2001-11-15"} | fields)

    backend.writer.upsert([
        article("all", people=("Ada", "Ben")),
        article("first-day", people=("Ben",), published_at="2001-11-10T00:00:00Z"),
        article("last-day", published_at="2001-11-20T23:59:59Z", places=("Rome", "Oslo")),
        article("person", people=("Cleo",)),
        article("organization", organizations=("Bank",)),
        article("place", places=("Oslo",)),
        article("source", source="Y"),
        article("language", language="de"),
        article("day-before", published_at="2001-11-09T23:59:59Z"),
        article("day-after", published_at="2001-11-21T00:00:00Z"),
        article("undated", published_at=None),
        article("word", text="tram"),
    ])  # fmt: skip
    page = backend.reader().search(SearchRequest(q="ferry", filters=every, sort="oldest"))
    assert [hit.article_id for hit in page.hits] == ["first-day", "all", "last-day"]
    counts = {name: {count.value: count.count for count in values} for name, values in page.facets.items()}
    assert counts == {
        "people": {"person:ada": 2, "person:ben": 2},
        "organizations": {"organization:port-office": 3},
        "places": {"place:rome": 3, "place:oslo": 1},
        "source": {"X": 3},
        "language": {"en": 3},
    }
    assert [(each.first, each.count) for each in page.histogram.buckets] == [
        (date(2001, 11, day), 1) for day in (10, 15, 20)
    ]
    for name in ("people", "organizations", "places", "source", "language", "published_from", "published_to"):
        wider = replace(every, **{name: getattr(Filters(), name)})
        assert len(ids(backend, "ferry", filters=wider)) > 3, name


def test_facets_have_the_ten_most_frequent_values_most_frequent_first(backend, make_article):
    backend.writer.upsert([
        make_article(f"a{n}-{m}", source=f"S{n:02}") for n in range(12) for m in range(n + 1)
    ])  # fmt: skip
    sources = backend.reader().search(SearchRequest(limit=1)).facets["source"]
    assert [(each.value, each.count) for each in sources] == [(f"S{n:02}", n + 1) for n in range(11, 1, -1)]


def test_facets_count_the_found_and_name_entities_for_people(backend, make_article):
    who = [("Person", "Jane Doe"), ("Place", "Rome")]
    backend.writer.upsert([
        make_article(f"a{n}", "Jane Doe in Rome.", entities=who[: 1 + n % 2], source="X", published_at=day)
        for n, day in enumerate(["2001-10-05", "2001-11-05"] * 2)
    ])  # fmt: skip
    page = backend.reader().search(SearchRequest(limit=1))
    assert set(page.facets) == set(FACETS)
    assert page.facets["people"] == (FacetCount("person:jane-doe", "Jane Doe", 4),)
    assert page.facets["places"] == (FacetCount("place:rome", "Rome", 2),)
    assert page.facets["source"] == (FacetCount("X", "X", 4),)
    assert page.facets["organizations"] == ()
    assert backend.reader().search(SearchRequest(q="absent")).facets["people"] == ()
    assert backend.reader().search(SearchRequest(facets=False)).facets == {}


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("q", ["", "same", "same OR title"])
def test_pages_give_every_hit_once_and_in_order_whatever_ties(backend, make_article, sort, q):
    days = ["2001-11-23", "2001-11-24", None, "2001-02-31"]
    articles = [
        make_article(f"a{n:03}", "same words", published_at=days[n % 4], title="title" if n % 3 else "")
        for n in range(83)
    ]
    for at in range(0, len(articles), 20):  # several segments
        backend.writer.upsert(articles[at : at + 20])
    seen: list[str] = []
    cursor = None
    while True:
        page = backend.reader().search(SearchRequest(q=q, sort=sort, limit=7, cursor=cursor, facets=False))
        assert page.total == 83
        seen += [hit.article_id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == [article.article_id for article in articles]
    assert seen == ids(backend, q, sort=sort, limit=100)
    dates = {article.article_id: days[int(article.article_id[1:]) % 2] for article in articles}
    dated = [dates[id] for id in seen if int(id[1:]) % 4 < 2]
    if sort != "relevance" or q == "":
        assert dated == sorted(dated, reverse=sort != "oldest")
        assert all(int(id[1:]) % 4 >= 2 for id in seen[len(dated) :])  # what has no date comes last


def test_a_cursor_answers_its_own_question_only(backend, make_article):
    backend.writer.upsert([make_article(f"a{n}", "same") for n in range(5)])
    reader = backend.reader()
    request = SearchRequest(q="same", limit=2)
    cursor = reader.search(request).next_cursor
    for other in (
        replace(request, q="other"),
        replace(request, sort="newest"),
        replace(request, filters=Filters(source=("X",))),
    ):
        with pytest.raises(UsageError, match="another query"):
            reader.search(replace(other, cursor=cursor))
    for broken in ("nonsense", "é", cursor[:-3], "W10", "x" * 10_000, "WyJhIiwxZTk5OTldCg"):
        with pytest.raises(UsageError, match="cursor"):
            reader.search(replace(request, cursor=broken))


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_has_1_to_100_hits(backend, limit):
    backend.writer.upsert([])
    with pytest.raises(UsageError, match="limit"):
        backend.reader().search(SearchRequest(limit=limit))


def test_a_word_in_the_title_weighs_more_and_the_word_itself_more_than_its_inflections(backend, make_article):
    backend.writer.upsert([
        make_article("body", "The minister came.", title="Nothing"),
        make_article("head", "Nobody came along.", title="The minister"),
        make_article("form", "The ministers came.", title="Nothing"),
    ])  # fmt: skip
    assert ids(backend, "minister") == ["head", "body", "form"]


@pytest.mark.parametrize(
    "published_at",
    ["0000-00-00", "0001-01-01T00:00+05:00", "9999-12-31T23:00-05:00", "9999-12-31", "2001-02-30", "1066-10-14T09:00Z"],
)
def test_a_date_the_calendar_hardly_has_keeps_no_article_out(backend, make_article, published_at):
    backend.writer.upsert([make_article("odd", published_at=published_at), make_article("plain")])
    for sort in ("newest", "oldest"):
        assert set(ids(backend, sort=sort)) == {"odd", "plain"}
    assert backend.reader().article("odd").published_at == published_at
    assert len(ids(backend, filters=Filters(published_from=date.min, published_to=date.max))) in (0, 1)


# facts


def test_quotes_are_found_by_words_and_by_speaker(backend, story):
    backend.writer.upsert([story])
    reader = backend.reader()
    for asked in ({"q": "wait"}, {"q": '"not wait" speaker:doe'}, {"speaker": "person:jane-doe"}, {"speaker": "jane"}):
        (hit,) = reader.quotes(**asked).hits
        assert (hit.text, hit.speaker_name, hit.speaker_id) == ("We will not wait", "Jane Doe", "person:jane-doe")
        assert (hit.article_id, hit.article_title, hit.source) == ("story", "Ports reopen", "The Harbour Times")
        assert (hit.cue, hit.kind, hit.published_at) == ("said", "direct", "2001-11-23")
        assert STORY[hit.start : hit.end] == hit.text
    assert reader.quotes(q="waits").total == 0  # words said are exact
    assert reader.quotes(q="wait", speaker="Mary").total == 0
    assert reader.quotes(speaker="person:jane").total == 0
    assert [hit.speaker_id for hit in reader.quotes(q="ships").hits] == [None]


COUNCIL = (
    "Lord Alan Brand, the harbour master, came on Monday. The plan for a new council would, Lord Brand said, “give "
    "every pilot a vote”. The old board was “a club of friends”, Mrs Vale said, and the mayor agreed."
)


@pytest.fixture
def council():
    def span(words: str, nth: int = 1) -> dict[str, int | str]:
        start = -1
        for _ in range(nth):
            start = COUNCIL.index(words, start + 1)
        return {"start": start, "end": start + len(words), "text": words}

    def sentence(first: str, last: str) -> Extent:
        return Extent(start=COUNCIL.index(first), end=COUNCIL.index(last) + len(last))

    brand, vale = "person:alan-brand", "person:vale"
    return ArticleExtracted(
        article_id="council",
        revision=1,
        submission_id="1006502400000-0",
        title="A vote for pilots",
        text=COUNCIL,
        language="en",
        content_hash="0" * 64,
        cluster_id="c",
        extractor="tests/1",
        entities=(
            Entity(
                id=brand,
                type="Person",
                name="Alan Brand",
                title="Lord",
                roles=("harbour master",),
                mentions=(
                    Mention(**span("Lord Alan Brand")),
                    Mention(**span("the harbour master"), kind="nominal"),
                    Mention(**span("Lord Brand")),
                ),
            ),
            Entity(id=vale, type="Person", name="Vale", title="Mrs", mentions=(Mention(**span("Mrs Vale")),)),
        ),
        quotes=(
            Quote(
                **span("give every pilot a vote"),
                kind="mixed",
                speaker=Speaker(**span("Lord Brand"), name="Alan Brand", entity_id=brand),
                cue=Cue(**span("said")),
                context=sentence("The plan", "a vote”."),
            ),
            Quote(
                **span("a club of friends"),
                kind="mixed",
                speaker=Speaker(**span("Mrs Vale"), name="Vale", entity_id=vale),
                cue=Cue(**span("said", 2)),
                context=sentence("The plan", "agreed."),
            ),
        ),
    )


def test_a_quote_is_found_by_the_words_around_it_in_its_sentence_that_nobody_else_said(backend, council):
    backend.writer.upsert([council])
    reader = backend.reader()
    (hit,) = reader.quotes(q="new council pilot", speaker="Brand").hits
    assert hit.text == "give every pilot a vote"
    assert hit.context == COUNCIL[hit.context_start :][: len(hit.context)]
    assert hit.context.startswith("The plan for a new council would")
    assert reader.quotes(q="text:council").total == 0
    assert reader.quotes(q="text:pilot").total == 1
    assert reader.quotes(q="monday").total == 0
    # The second quote's context holds the first one, which is another's words.
    assert [each.speaker_name for each in reader.quotes(q="pilot").hits] == ["Alan Brand"]
    assert [each.speaker_name for each in reader.quotes(q="mayor").hits] == ["Vale"]


def test_a_speaker_is_found_by_every_name_title_and_role_of_the_article(backend, council):
    backend.writer.upsert([council])
    reader = backend.reader()
    for called in ("Lord Brand", "alan brand", "Lord Alan Brand", "the harbour master", "person:alan-brand"):
        assert [hit.text for hit in reader.quotes(speaker=called).hits] == ["give every pilot a vote"], called
    assert [hit.text for hit in reader.quotes(speaker="Mrs Vale").hits] == ["a club of friends"]
    assert reader.quotes(speaker="Lady Brand").total == 0


def test_an_entity_is_found_by_every_name_that_articles_use_and_tells_them(backend, council, make_article):
    backend.writer.upsert([council, make_article("b", "Alan Brand rested.", entities=[("Person", "Alan Brand")])])
    reader = backend.reader()
    (hit,) = reader.suggest("lord bra")
    assert (hit.name, hit.articles) == ("Alan Brand", 2)
    assert {each.name: each.articles for each in hit.also} == {"Lord Alan Brand": 1, "Lord Brand": 1, "Brand": 1}
    assert [each.name for each in reader.entities(q="mrs vale").hits] == ["Vale"]
    assert reader.search(SearchRequest(q='people:"lord brand"')).total == 1
    backend.writer.retract([ArticleRetracted(article_id="council", revision=1)])
    (hit,) = backend.reader().entities(q="brand").hits
    assert [each.name for each in hit.also] == ["Brand"]


def test_quotes_come_newest_article_first_and_then_as_in_the_text(backend, make_article):
    text = "one two three four five"
    said = [(word, None, None) for word in text.split()]
    backend.writer.upsert(
        [make_article(f"a{n}", text, quotes=said, published_at=f"2001-11-0{n % 3 + 1}") for n in range(6)]
    )
    reader = backend.reader()
    seen, cursor = [], None
    while True:
        page = reader.quotes(limit=4, cursor=cursor)
        seen += [(hit.published_at, hit.article_id, hit.start) for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert page.total == len(set(seen)) == 30
    assert [each[0] for each in seen] == sorted((each[0] for each in seen), reverse=True)
    starts = [each[2] for each in seen]
    assert starts == [text.index(word) for word in text.split()] * 6
    assert len(reader.quotes(article_id="a3").hits) == 5


def test_entities_are_counted_over_all_articles_most_mentioned_first(backend, make_article):
    for n in range(3):  # in several commits
        who = [("Person", "Jane Doe"), ("Person", "Ann Poe"), ("Organization", "Doe Works")][: n + 1]
        text = "Jane Doe, Ann Poe and Doe Works: “yes,” Doe said."
        backend.writer.upsert([make_article(f"a{n}", text, entities=who, quotes=[("yes", "Jane Doe", "said")])])
    reader = backend.reader()
    found = reader.entities()
    assert [(hit.name, hit.type, hit.articles, hit.quotes) for hit in found.hits] == [
        ("Jane Doe", "Person", 3, 3),
        ("Ann Poe", "Person", 2, 0),
        ("Doe Works", "Organization", 1, 0),
    ]
    assert [hit.name for hit in reader.entities(q="doe").hits] == ["Jane Doe", "Doe Works"]
    assert [hit.name for hit in reader.entities(q="doe", type="Organization").hits] == ["Doe Works"]
    assert reader.entities(q="nobody").hits == ()
    first = reader.entities(limit=1)
    assert (first.total, reader.entities(limit=2, cursor=first.next_cursor).hits) == (3, found.hits[1:])


def test_the_quotes_of_an_entity_are_those_that_a_search_for_its_speaker_finds(backend, make_article):
    text, said = "Jane Doe: “yes,” she said.", [("yes", "Jane Doe", "said")]
    backend.writer.upsert([
        make_article("a", text, entities=[("Person", "Jane Doe")], quotes=said),
        make_article("b", text, quotes=said),  # says whose it is, and does not list her
    ])  # fmt: skip
    reader = backend.reader()
    (hit,) = reader.entities().hits
    assert (hit.articles, hit.quotes) == (1, 2)
    assert reader.quotes(speaker=hit.entity_id).total == reader.entity(hit.entity_id).quotes == 2


def test_suggestions_are_names_with_a_word_that_starts_so(backend, make_article):
    backend.writer.upsert([
        make_article("a", "Jane Doe and Dora.", entities=[("Person", "Jane Doe"), ("Person", "Dora")]),
        make_article("b", "Dora again.", entities=[("Person", "Dora")]),
    ])  # fmt: skip
    suggest = backend.reader().suggest
    assert [hit.name for hit in suggest("do")] == ["Dora", "Jane Doe"]
    assert [hit.name for hit in suggest("DO", limit=1)] == ["Dora"]
    assert [hit.name for hit in suggest("jane d")] == ["Jane Doe"]
    for nothing in ("x", "", " ", "*", "doe jane x", "d" * 5000):
        assert suggest(nothing) == ()


def test_suggestions_follow_every_letter_in_any_script_and_whatever_the_accents(backend, make_article):
    names = ["Élise Müller", "Иван Петров", "O'Neill", "Mary-Ann Smith"]
    backend.writer.upsert([make_article("a", ", ".join(names), entities=[("Person", name) for name in names])])
    suggest = backend.reader().suggest
    for typed, name in zip(("élise müller", "иван петров", "neill", "mary-ann"), names, strict=True):
        for end in range(1, len(typed) + 1):
            if typed[end - 1].isalpha():
                assert name in {hit.name for hit in suggest(typed[:end])}, typed[:end]
    assert [hit.name for hit in suggest("elise mu")] == ["Élise Müller"]
    assert [hit.name for hit in suggest("müller él")] == ["Élise Müller"]
    assert suggest("mull ") == ()  # a blank ends the word


def test_similar_articles_share_the_telling_words(backend, make_article):
    backend.writer.upsert([
        make_article("storm", "The hurricane flooded harbours and villages overnight."),
        make_article("flood", "Villages near harbours were flooded; the hurricane moved on."),
        make_article("chess", "The champion played a brilliant queen sacrifice."),
    ])  # fmt: skip
    similar = backend.reader().similar("storm")
    assert similar[0].article_id == "flood"
    assert "storm" not in {hit.article_id for hit in similar}
    with pytest.raises(NotFound, match="nowhere"):
        backend.reader().similar("nowhere")


def test_hostile_words_are_indexed_and_searched_without_harm(backend, make_article):
    hostile = "NUL\0 <script>alert(1)</script> " + "x" * 200_000 + " \u202e\ufeff 🦆 " + "a\u0301" * 500 + " end"
    backend.writer.upsert([make_article("h", hostile, title="\0", source="\0<b>", entities=[])])
    assert backend.reader().article("h").text == hostile
    for q in ("script", "end", "alert", "🦆 end", "\0 end", "x" * 1900 + "*", "x" * 1900 + "~2", "end\ufeff"):
        backend.reader().search(SearchRequest(q=q))
    assert ids(backend, "end") == ["h"]


@pytest.mark.parametrize("article_id", ["..", "a/b?c#d", "%2e", "é 東", "_all", "x" * 512])
def test_an_id_is_taken_as_it_is_whatever_it_looks_like(backend, make_article, article_id):
    backend.writer.upsert([make_article(article_id, "word", quotes=[("word", None, None)])])
    reader = backend.reader()
    assert reader.article(article_id).article_id == article_id
    assert [hit.article_id for hit in reader.quotes(article_id=article_id).hits] == [article_id]
    for other in ("", "x" * 2000, article_id + "x"):
        with pytest.raises(NotFound):
            reader.article(other)


def test_a_reader_sees_a_commit_at_the_next_reload(backend, make_article):
    reader = backend.reader() if backend.writer.upsert([make_article("a")]) else None
    backend.writer.upsert([make_article("b")])
    assert reader.documents() == (1 if backend.engine.snapshots else 2)
    reader.reload()
    assert reader.documents() == 2
    reader.reload()
    assert reader.documents() == 2


def test_threads_search_one_reader_while_the_writer_commits(backend, make_article):
    backend.writer.upsert([make_article("a0", "same words")])
    reader = backend.reader()
    failures: list[BaseException] = []
    done = threading.Event()

    def search():
        try:
            while not done.is_set():
                page = reader.search(SearchRequest(q="same OR wor*", limit=3))
                assert page.hits
                reader.suggest("a")
                reader.reload()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(1, 10):
        backend.writer.upsert([make_article(f"a{n}", "same words")])
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    reader.reload()
    assert reader.documents() == 10
