"""Whatever bytes arrive, ingest reads or refuses them, and the rules find facts whose words are where they say.

`WIREDESK_FUZZ_EXAMPLES=5000` tries more; a run of the suite tries the same each time.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hostile.reading import Facts, Ingest, PlainReader
from hostile.texts import PAGES, TEXTS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiredesk.errors import PermanentError
from wiredesk.events import ArticleExtracted

_FRAGMENTS = (
    '"', "“", "”", "‘", "’", "«", "»", "'", "(", ")", "[", "]", "—", "-", "...", ". ", ", ", "\n", "\n\n", " ", "\t",
    "Mr ", "Dr ", "President ", "Ole Brandt", "Brandt", "Mara Lind", "Lind", "NATO", "the North Atlantic Union (NAU)",
    "the minister", "the mayor of Paris", "Paris", "Texas", "Washington", "London, Ontario", "River Main", "he ",
    "she ", " said ", " told reporters ", " according to ", " added ", " that it would rain", " was quoted as saying ",
    "asked ", "yesterday", "on Thursday", "last week", "September 11th", "in the 1990s", "three months later",
    "2001-11-23", "12:30 pm", "31 February", "1,000,000", "the 5th", "By Ole Brandt", "PARIS (AP) -", "\u202e",
    "\u200b", "\u0301", "👩‍👩‍👧", "\ufeff", "\u2028", "ß", "İ", "ﬁ", "\U0001d400", "&amp;", "<b>", "\x00", "\x85",
)  # fmt: skip
_MARKUP = (
    "<p>", "</p>", "<div>", "</div>", "<h1>", "</h1>", "<article>", "<!--", "-->", "<script>", "</script>", "<br/>",
    '<script type="application/ld+json">', '{"@type": "NewsArticle", "headline": "', '"}', "[", "{", "<meta ", "name=",
    '<time datetime="', '">', "<figure>", "<figcaption>", "<table><tr><td>", "&#x0;", "&#xD800;", "<![CDATA[",
    "<title>",
)  # fmt: skip
_EXAMPLES = int(os.environ.get("WIREDESK_FUZZ_EXAMPLES", "60"))
_SETTINGS = settings(
    max_examples=_EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def whole_way(ingested: Ingest, facts: Facts) -> Callable[..., ArticleExtracted | None]:
    """Ingest and rules over one submission; None where it is refused."""

    def run(**submission: str) -> ArticleExtracted | None:
        try:
            article = ingested(**submission)
        except PermanentError:
            return None
        return facts(article.text, PlainReader(400_000))

    return run


@_SETTINGS
@given(text=st.text(max_size=400))
def test_any_characters_are_read_without_a_crash_or_a_broken_offset(whole_way, text: str) -> None:
    whole_way(text=text)


@_SETTINGS
@given(parts=st.lists(st.sampled_from(_FRAGMENTS), max_size=60))
def test_words_of_news_in_any_order_are_read_without_a_crash_or_a_broken_offset(whole_way, parts: list[str]) -> None:
    whole_way(text="".join(parts))


@_SETTINGS
@given(parts=st.lists(st.sampled_from(_MARKUP + _FRAGMENTS), max_size=60))
def test_markup_in_any_order_is_read_without_a_crash_or_a_broken_offset(whole_way, parts: list[str]) -> None:
    whole_way(html="<p>" + "".join(parts))


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le"])
def test_random_bytes_are_read_without_a_crash_or_a_broken_offset(whole_way, encoding: str) -> None:
    random = Random(encoding)
    for _ in range(_EXAMPLES):
        text = random.randbytes(random.randrange(1, 400)).decode(encoding, "replace")
        whole_way(text=text)
        whole_way(html="<p>" + text)


def test_bytes_changed_in_a_page_are_read_without_a_crash_or_a_broken_offset(whole_way) -> None:
    """What mutates real input finds: bits turned, pieces cut out, doubled and swapped."""
    random = Random(5)
    pages = [make(600) for make in (*PAGES.values(), *TEXTS.values())]
    for number in range(4 * _EXAMPLES):
        raw = bytearray(random.choice(pages).encode())
        for _ in range(random.randrange(1, 8)):
            at, length = random.randrange(len(raw)), random.randrange(1, 40)
            piece = raw[at : at + length]
            match random.randrange(3):
                case 0:
                    raw[at] ^= 1 << random.randrange(8)
                case 1:
                    del raw[at : at + length]
                    raw = raw or bytearray(b"x")
                case _:
                    raw[random.randrange(len(raw)) : 0] = piece * random.randrange(1, 4)
        whole_way(**{"html" if number % 2 else "text": raw.decode("utf-8", "replace")})


_DIGESTED = """
import sys
sys.path[:0] = [{tests!r}]
from hostile.reading import PlainReader
from hostile.texts import TEXTS
from wiredesk.events import ArticleIngested
from wiredesk.stage.contract import Item
from wiredesk_extraction.gazetteer import load_gazetteer
from wiredesk_extraction.stage import stage_function
function = stage_function(PlainReader(400_000), load_gazetteer())
for make in TEXTS.values():
    article = ArticleIngested(
        article_id="a1", revision=1, submission_id="1-0", text=make(3_000), language="en", published_at="2001-11-23",
        content_hash="h", cluster_id="c",
    )
    [result] = function([Item("1-0", article)])
    print(result.model_dump_json())
"""


def test_extraction_is_deterministic_whatever_the_order_of_sets() -> None:
    """Two processes that hash strings differently find the same facts in the same order."""
    code = _DIGESTED.format(tests=str(Path(__file__).resolve().parents[1]))
    digests = set()
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        assert run.stdout.count(b"\n") == len(TEXTS)
        digests.add(sha256(run.stdout).hexdigest())
    assert len(digests) == 1
