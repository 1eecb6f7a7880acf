"""Entities' documents are written anew now and then, and what readers are told is exact all the same."""

import random
from collections import Counter
from contextlib import closing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.events import ArticleRetracted, Mention
from wiredesk.index import open_reader, open_writer
from wiredesk.index.administration import check
from wiredesk.index.protocol import EntityHit
from wiredesk.index.tantivy import prominence
from wiredesk.index.tantivy.entities import load
from wiredesk.index.tantivy.prominence import EXACT, agrees, outdated
from wiredesk.index.tantivy.schema import open_existing

NAMES = ("Ann Poe", "Bo Lee", "Cy Ray", "Di Fox", "Ed Orr")
OTHERS = ("Doctor", "Captain", "Professor")


def _hit(articles, **changed):
    return EntityHit(
        **{"entity_id": "person:x", "type": "Person", "name": "X", "articles": articles, "quotes": 0} | changed
    )


def _speaking_of(make_article, id, names, *, called=(), revision=1):
    """An article that names some people, the first of them by other names too."""
    text = " ".join([*OTHERS, *NAMES])
    article = make_article(id, text, revision=revision, entities=[("Person", name) for name in names])
    first = article.entities[0]
    more = tuple(
        Mention(start=text.index(other), end=text.index(other) + len(other), text=other, kind="name")
        for other in called
    )
    entities = (first.model_copy(update={"mentions": first.mentions + more}), *article.entities[1:])
    return article.model_copy(update={"entities": entities})


@given(st.integers(1, 10_000))
def test_a_document_is_exact_up_to_a_few_articles_and_no_more_than_a_quarter_behind(articles):
    behind = [more for more in range(articles, 2 * articles + 2) if agrees(articles, more)]
    assert behind[0] == articles
    assert not agrees(articles, articles - 1)
    assert behind[-1] <= 1.25 * articles
    assert articles > EXACT or len(behind) == 1


def test_what_a_document_says_besides_counts_is_never_late():
    old = _hit(100)
    assert not outdated(old, _hit(101), 100)
    assert not outdated(old, _hit(101, also=()), 100)
    assert outdated(old, _hit(101, name="Y"), 100)
    assert outdated(old, _hit(99), 100)
    assert outdated(old, _hit(125), 100)
    assert outdated(None, _hit(1), 0)


def test_an_entity_of_many_articles_is_written_anew_seldom_and_told_exactly(tmp_path, make_article):
    url, many = f"tantivy://{tmp_path}/index", 60
    said = []
    with closing(open_writer(url)) as writer:
        for number in range(many):
            called = OTHERS[: number % 3]
            writer.upsert([_speaking_of(make_article, f"a{number}", NAMES[:1], called=called)])
            with closing(open_reader(url)) as reader:
                (hit,) = reader.suggest("poe")
            assert (hit.articles, sum(each.articles for each in hit.also)) == (
                number + 1,
                sum(n % 3 for n in range(number + 1)) + number + 1,  # and "Poe", as each article has it
            )
            index, _ = open_existing(tmp_path / "index")
            said.append(load(index.searcher(), index.schema, [hit.entity_id])[hit.entity_id].articles)
    assert said[:EXACT] == list(range(1, EXACT + 1))
    assert sum(one != other for one, other in pairwise(said)) < many / 3
    assert all(agrees(written, number + 1) for number, written in enumerate(said))


def test_entities_come_in_the_order_of_exact_counts_page_by_page(tmp_path, make_article):
    url = f"tantivy://{tmp_path}/index"
    counts = dict(zip(NAMES, (8, 9, 8, 9, 3), strict=True))
    with closing(open_writer(url)) as writer:
        writer.upsert(
            [_speaking_of(make_article, f"{name} {n}", [name]) for name in NAMES for n in range(min(8, counts[name]))]
        )
        writer.upsert([_speaking_of(make_article, f"{name} late", [name]) for name in NAMES if counts[name] == 9])
    wanted = ["Bo Lee", "Di Fox", "Ann Poe", "Cy Ray", "Ed Orr"]
    with closing(open_reader(url)) as reader:
        assert [(hit.name, hit.articles) for hit in reader.entities().hits] == [(name, counts[name]) for name in wanted]
        for limit in (1, 2, 3):
            found, cursor = [], None
            while True:
                page = reader.entities(limit=limit, cursor=cursor)
                found += [hit.name for hit in page.hits]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert found == wanted


@pytest.mark.parametrize("seed", range(4))
def test_counts_names_and_order_are_those_of_the_articles_whatever_came_and_went(tmp_path, make_article, seed):
    chance, url = random.Random(seed), f"tantivy://{tmp_path}/index"
    held = {}
    writer = open_writer(url)
    for turn in range(40):
        revision, batch = turn + 1, {}
        for _ in range(chance.choice((1, 3, 9))):
            id = f"a{chance.randrange(60)}"
            names = chance.sample(NAMES, k=chance.choices((1, 2, 3), (6, 3, 1))[0])
            called = chance.sample(OTHERS, k=chance.randrange(3))
            batch[id] = _speaking_of(make_article, id, names, called=called, revision=revision)
        writer.upsert(list(batch.values()))
        held |= batch
        if turn % 5 == 4:
            gone = chance.sample(sorted(held), k=min(len(held), chance.choice((1, 20))))
            writer.retract([ArticleRetracted(article_id=id, revision=held.pop(id).revision) for id in gone])
        if turn % 7 == 6:  # another writer remembers nothing
            writer.close()
            writer = open_writer(url)
        assert writer.documents() == len(held)
        with closing(open_reader(url)) as reader:
            found = reader.entities().hits
        assert [
            (hit.name, hit.articles, {each.name: each.articles for each in hit.also}) for hit in found
        ] == _expected(held)
    writer.close()
    assert check(url, told=lambda *_: None).problems == ()


def _expected(held):
    articles, others = Counter(), {}
    for article in held.values():
        for entity in article.entities:
            articles[entity.name] += 1
            names = {mention.text for mention in entity.mentions} - {entity.name}
            others.setdefault(entity.name, Counter()).update(names)
    order = sorted(articles, key=lambda name: (-articles[name], name))
    return [(name, articles[name], dict(others[name])) for name in order]


def test_an_entity_is_counted_once_in_one_state_however_many_pages_need_it(tmp_path, make_article, monkeypatch):
    url, people = f"tantivy://{tmp_path}/index", 60
    names = [f"Ann Poe{number:02}" for number in range(people)]
    with closing(open_writer(url)) as writer:
        for number in range(EXACT + 2):
            text = f"{number}: {', '.join(names)}."
            writer.upsert([make_article(f"a{number}", text, entities=[("Person", name) for name in names])])
    counted = Counter()

    def counting(searcher, schema, hit):
        counted[hit.entity_id] += 1
        return hit

    monkeypatch.setattr(prominence, "counted", counting)
    with closing(open_reader(url)) as reader:
        found, cursor = [], None
        while not found or cursor:
            page = reader.entities(limit=7, cursor=cursor)
            found += [hit.entity_id for hit in page.hits]
            cursor = page.next_cursor
    assert len(set(found)) == len(found) == people
    assert counted == dict.fromkeys(found, 1)
