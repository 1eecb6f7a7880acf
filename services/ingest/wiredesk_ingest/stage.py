"""The ingest stage: `articles.submitted` in, `articles.ingested` out; the one place that knows settings and model."""

from collections.abc import Iterator, Sequence

from trafilatura.meta import reset_caches
from wiredesk.errors import PermanentError, WiredeskError
from wiredesk.events import ArticleIngested, ArticleSubmitted, Stream
from wiredesk.settings import read
from wiredesk.stage.contract import Item, StageDefinition, StageFunction

from wiredesk_ingest.article import ingest
from wiredesk_ingest.completeness import measure
from wiredesk_ingest.language import Identifier, load_identifier
from wiredesk_ingest.settings import IngestSettings
from wiredesk_ingest.signature import likeness

__all__ = ["STAGE", "load"]

# The caches of trafilatura and htmldate count entries, not bytes, and keep lines and attributes of pages whole: without
# this, crafted pages could fill the memory. Ordinary pages reach it every few hundred and lose some milliseconds.
_MAX_REMEMBERED_CHARS = 50_000_000
_WARM_UP = (
    "<html lang='en'><head><title>Warm-up</title></head><body><article><h1>Warm-up</h1>"
    + "<p>The first page costs a second: patterns are compiled and tables are read. Posted on the 3rd of May 2001.</p>"
    * 5
    + "</article></body></html>"
)


def load() -> StageFunction[ArticleSubmitted, ArticleIngested]:
    """Read the settings, load the language identifier and run one page through, so that the first article is not slow.

    Raises UsageError for a setting with a bad value.
    """
    limits, identifier = read(IngestSettings), load_identifier()
    ingest(ArticleSubmitted(html=_WARM_UP), submission_id="0-0", limits=limits, identifier=identifier)

    remembered = 0

    def run(batch: Sequence[Item[ArticleSubmitted]]) -> Iterator[ArticleIngested | WiredeskError]:
        nonlocal remembered
        for item in batch:
            yield _result(item, limits, identifier)
            remembered += len(item.event.html or "")
            if remembered > _MAX_REMEMBERED_CHARS:
                reset_caches()
                remembered = 0

    return run


def _result(
    item: Item[ArticleSubmitted], limits: IngestSettings, identifier: Identifier
) -> ArticleIngested | PermanentError:
    try:
        return ingest(item.event, submission_id=item.submission_id, limits=limits, identifier=identifier)
    except PermanentError as error:
        return error


STAGE = StageDefinition(
    name="ingest",
    source=Stream.SUBMITTED,
    target=Stream.INGESTED,
    accepts=ArticleSubmitted,
    load=load,
    likeness=lambda article: likeness(article.cluster_id, article.text),
    measure=measure,
)
