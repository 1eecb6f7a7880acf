"""What ingest tells the metrics of an article: whose it is and what of it could not be found."""

import pytest
from wiredesk.errors import PermanentError
from wiredesk.events import ArticleSubmitted
from wiredesk.stage.measures import Measures
from wiredesk_ingest.article import ingest
from wiredesk_ingest.completeness import measure
from wiredesk_ingest.language import Identifier
from wiredesk_ingest.settings import IngestSettings

STORY = "The harbour reopened on Monday.\n\nFerries ran again by noon, the port office said."


@pytest.fixture
def measured(identifier: Identifier, limits: IngestSettings):
    def of(**fields: str) -> Measures:
        event = ArticleSubmitted(**fields)
        try:
            result = ingest(event, submission_id="1700000000000-0", limits=limits, identifier=identifier)
        except PermanentError as error:
            result = error
        return measure(event, result)

    return of


def test_a_whole_article_lacks_nothing(measured) -> None:
    told = measured(
        url="https://www.harbour.example/a?utm_source=x",
        title="Harbour reopens",
        text=f"By Ada Holm\n\n{STORY}",
        published_at="2023-11-14",
    )
    assert told.missing == ()
    assert told.source == "harbour.example"
    assert told.words >= 14


def test_what_was_not_found_is_named(measured) -> None:
    assert measured(url="https://harbour.example/a", text=STORY).missing == ("title", "byline", "published_at")


def test_a_page_without_a_story_lacks_its_text(measured) -> None:
    told = measured(url="https://harbour.example/a", html="<html><body><nav>Home</nav></body></html>")
    assert told == Measures(0, "harbour.example", ("text",))


def test_what_is_refused_for_its_size_lacks_nothing(measured, limits: IngestSettings) -> None:
    told = measured(source="Harbour Post", title="x" * (limits.max_field_chars + 1), text=STORY)
    assert told == Measures(0, "harbour-post", ())


def test_without_an_address_the_outlet_is_the_source_and_without_both_it_is_unknown(measured) -> None:
    assert measured(source="Harbour Post", text=STORY).source == "harbour-post"
    assert measured(text=STORY).source == "unknown"
