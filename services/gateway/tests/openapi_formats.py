"""Hooks for schemathesis: values of the formats that JSON Schema has no words for. Loaded by test_openapi.py."""

import random
from typing import Any

import schemathesis
from hypothesis import strategies as st

WORDS = ("ferry", "Arven", "régate", "港", "x", "2024", "off")
LONGEST = 1000


def query(chance: random.Random, fields: tuple[str, ...], depth: int = 3) -> str:
    """A query that the grammar of `wiredesk.index.syntax` takes."""
    word = chance.choice(WORDS)
    if depth and chance.random() < 0.5:
        join = chance.choice((" AND ", " OR ", " ", " -", " NOT "))
        return f"({query(chance, fields, depth - 1)}{join}{query(chance, fields, depth - 1)})"
    forms = (word, f'"{word} {word}"', f'"{word} {word}"~3', f"{word}*", f"{word}~1", f"{chance.choice(fields)}:{word}")
    return chance.choice(forms)


def queries(*fields: str) -> st.SearchStrategy[str]:
    """Two hundred of them, and some as long as may be and one character longer."""
    chance = random.Random(1)
    at_the_bound = [f"ferry{' ' * (length - 6)}x" for length in (LONGEST - 1, LONGEST, LONGEST + 1)]
    return st.sampled_from(["", *at_the_bound, *(query(chance, fields) for _ in range(200))])


LINES = (b'{"text": "a"}\n', b'{"text": "a"}\n{"html": "<p>b"}', b'\n{"text": "a", "x": 1}\n\n')
MOMENTS = ("", "30m", "2h", "7d", "2024-03-01", "2024-03-01T09:30:00+01:00")

schemathesis.openapi.format("lucene", queries("title", "people", "text", "source"))
schemathesis.openapi.format("lucene-quotes", queries("text", "speaker", "source"))
schemathesis.openapi.format("cursor", st.just(""))  # any other answers one question alone
schemathesis.openapi.format("entity-id", st.sampled_from(("person:mara-ilves", "event:regatta", "place:nowhere")))
schemathesis.openapi.format("entity-name", st.sampled_from(("Ada Holm", "Ада Холм", "x", "n" * 500)))
schemathesis.openapi.format("letter-id", st.just("1700000000000-0"))
schemathesis.openapi.format("since", st.sampled_from(MOMENTS))
schemathesis.openapi.media_type("application/x-ndjson", st.sampled_from(LINES))


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    """One look is enough: the events would go on for a quarter of an hour."""
    endless = context.operation.path.endswith("/pipeline/events")
    if endless and (not query or str(query.get("looks", "900")).isdecimal()):
        return {**(query or {}), "looks": 1}
    return query
