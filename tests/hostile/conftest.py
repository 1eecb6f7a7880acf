"""Makes the hostile texts importable as `hostile`; the gazetteer and the language identifier are loaded once."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wiredesk.events import ArticleExtracted, ArticleIngested, ArticleSubmitted
from wiredesk.stage.contract import Item
from wiredesk_extraction.gazetteer import Gazetteer, load_gazetteer
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.stage import stage_function
from wiredesk_ingest.article import ingest
from wiredesk_ingest.language import load_identifier
from wiredesk_ingest.settings import IngestSettings

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS), str(_TESTS.parent)]


@pytest.fixture(scope="session")
def ingested() -> Callable[..., ArticleIngested]:
    """Clean one submission; raises the PermanentError that would make it a dead letter."""
    identifier, limits = load_identifier(), IngestSettings.model_construct()

    def run(*, text: str | None = None, html: str | None = None) -> ArticleIngested:
        submitted = ArticleSubmitted(text=text, html=html, url="https://example.org/story")
        return ingest(submitted, submission_id="1006500000000-0", limits=limits, identifier=identifier)

    return run


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture(scope="session")
def facts(gazetteer: Gazetteer) -> Callable[..., ArticleExtracted]:
    """Run the extraction stage on a text with any reader of English; its event checks every offset.

    Another language is read without a pipeline.
    """

    def run(text: str, reader: Reader, language: str = "en") -> ArticleExtracted:
        article = ArticleIngested(
            article_id="a1",
            revision=1,
            submission_id="1-0",
            text=text,
            language=language,
            published_at="2001-11-23",
            content_hash="h",
            cluster_id="c",
        )
        [result] = stage_function(reader, gazetteer)([Item("1-0", article)])
        assert isinstance(result, ArticleExtracted), result
        return result

    return run
