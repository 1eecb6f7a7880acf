"""The extraction stage: loads a pipeline once, then turns each ingested article into its facts."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleExtracted, ArticleIngested, Origin, Stream
from wiredesk.settings import read
from wiredesk.stage.contract import Item, StageDefinition, StageFunction

from wiredesk_extraction.facts import find_facts
from wiredesk_extraction.pipeline import Reader, load_reader
from wiredesk_extraction.settings import ExtractionSettings

__all__ = ["STAGE", "load", "stage_function"]

NAME = "wiredesk-extraction"


def load() -> StageFunction[ArticleIngested, ArticleExtracted]:
    """Read the settings and load what they name. Raises UsageError when a setting or the pipeline is wrong."""
    settings = read(ExtractionSettings)
    return stage_function(load_reader(settings.model, settings.parse_limit_chars))


def stage_function(reader: Reader) -> StageFunction[ArticleIngested, ArticleExtracted]:
    """The stage over a loaded pipeline."""
    own = version(NAME)
    rules = Origin(name=NAME, version=own)
    names_by = Origin(name=reader.name, version=reader.version)
    extractor = f"{NAME}/{own} {reader.name}/{reader.version}"

    def extract(batch: Sequence[Item[ArticleIngested]]) -> Iterator[ArticleExtracted | WiredeskError]:
        for item in batch:
            article = item.event
            facts = find_facts(reader.read(article.text), names_by=names_by, rules=rules)
            yield ArticleExtracted(
                **dict(article),
                entities=facts.entities,
                quotes=facts.quotes,
                dates=facts.dates,
                places=facts.places,
                extractor=extractor,
            )

    return extract


STAGE = StageDefinition(
    name="extraction", source=Stream.INGESTED, target=Stream.EXTRACTED, accepts=ArticleIngested, load=load
)
