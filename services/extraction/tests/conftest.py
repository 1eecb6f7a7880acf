"""The pipeline and the gazetteer, loaded once for all tests of the service."""

from collections.abc import Callable

import pytest
from wiredesk.events import ArticleExtracted, ArticleIngested, Origin
from wiredesk.stage.contract import Item
from wiredesk_extraction.facts import Facts, Origins, find_facts_in
from wiredesk_extraction.gazetteer import Gazetteer, load_gazetteer
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.plain_reader import PlainReader
from wiredesk_extraction.pipeline import load_reader
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.settings import DEFAULT_MODEL
from wiredesk_extraction.stage import stage_function

Extract = Callable[..., ArticleExtracted]


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader(DEFAULT_MODEL, 400_000)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture(scope="session")
def extract(reader: Reader, gazetteer: Gazetteer) -> Extract:
    """Run the stage on one text."""
    function = stage_function(reader, gazetteer)

    def run(text: str, published_at: str | None = None, language: str = "en") -> ArticleExtracted:
        article = ArticleIngested(
            article_id="a1",
            revision=1,
            submission_id="1-0",
            text=text,
            language=language,
            published_at=published_at,
            content_hash="h",
            cluster_id="c",
        )
        [result] = function([Item("1-0", article)])
        assert isinstance(result, ArticleExtracted)
        return result

    return run


@pytest.fixture(scope="session")
def read_plainly() -> Callable[[Language, str], Facts]:
    """Read a text in a language without a pipeline, published on Friday, 2001-11-23."""
    ours = Origin(name="test", version="1")

    def run(language: Language, text: str) -> Facts:
        parse = PlainReader(language, 400_000).read(text)
        return find_facts_in(language, parse, "2001-11-23", Gazetteer.of([]), Origins(ours, ours, ours))

    return run
