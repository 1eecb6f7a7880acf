"""What each part of a stage's pure function takes, and beside it what others take for the same, in one process.

    python -m bench.parts FOLDER

The steps are those of the services' own functions, called one after the other over all articles of a round. FOLDER gets
two indexes.
"""

import gc
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import spacy
import tantivy
import trafilatura
from wiredesk import wire
from wiredesk.errors import PermanentError, WiredeskError
from wiredesk.events import ArticleExtracted, ArticleIngested, ArticleSubmitted, Origin, submitted_at
from wiredesk.index import open_writer
from wiredesk.settings import read
from wiredesk.stage.contract import Item
from wiredesk.stage.decode import decode_event
from wiredesk_extraction.cast import cast_of, with_seats
from wiredesk_extraction.facts import Origins, find_dates, find_facts
from wiredesk_extraction.gazetteer import load_gazetteer
from wiredesk_extraction.languages.english import ENGLISH
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.pipeline import load_reader
from wiredesk_extraction.places import locate
from wiredesk_extraction.pronoun_mentions import find_pronoun_mentions
from wiredesk_extraction.quotation_marks import find_quotations
from wiredesk_extraction.quotes import find_quotes
from wiredesk_extraction.scenes import scene_of
from wiredesk_extraction.seats import seats
from wiredesk_extraction.settings import ExtractionSettings
from wiredesk_extraction.stage import stage_function
from wiredesk_extraction.toponyms import with_toponyms
from wiredesk_extraction.unclosed import closed_at_cues
from wiredesk_extraction.waters import with_waters
from wiredesk_ingest.html_page import read_page
from wiredesk_ingest.language import identify, load_identifier
from wiredesk_ingest.plain_text import read_plain_text
from wiredesk_ingest.publication_date import latest_plausible
from wiredesk_ingest.settings import IngestSettings
from wiredesk_ingest.signature import likeness
from wiredesk_ingest.stage import load as load_ingest

from .apart import serve
from .bare import batch_size
from .turns import in_turn
from .yardstick import read_items

__all__ = ["spacy_pipeline"]

_MAX_BYTES = 64_000_000
_HEAP_BYTES = 50_000_000
"""As much as the product's own writer has."""

_RULES = Origin(name="bench", version="0")


@dataclass(slots=True)
class _Stopwatch:
    """Processor time by part; `number` is that of the round."""

    number: int
    seconds: dict[str, float] = field(default_factory=dict)

    def all(self, part: str, work: Callable[[], Any]) -> Any:
        gc.collect()  # a part is charged with the garbage it makes, and not with what others left
        began = time.process_time()
        made = work()
        self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - began
        return made

    def each(self, part: str, work: Callable[..., Any], *columns: Iterable[Any]) -> list[Any]:
        return self.all(part, lambda: [work(*row) for row in zip(*columns, strict=True)])

    def beside(self, mine: Callable[[], Any], yardstick: Callable[[], object]) -> Any:
        return in_turn(self.number, mine, yardstick)[0]


class _Loaded:
    """Everything that is run, loaded once."""

    def __init__(self, folder: Path) -> None:
        settings = read(ExtractionSettings)
        self.limits, self.identifier, self.ingest = read(IngestSettings), load_identifier(), load_ingest()
        self.reader = load_reader(settings.model, settings.parse_limit_chars)
        self.gazetteer = load_gazetteer()
        self.extract = stage_function(self.reader, self.gazetteer)
        self.stock = spacy_pipeline(settings.model)
        self.writer = open_writer(f"tantivy://{folder}/parts-index")
        self.bare_index = _bare_index(folder / "bare-tantivy")
        self.bare_writer = self.bare_index.writer(_HEAP_BYTES, 1)

    def run(self, command: Mapping[str, Any]) -> dict[str, Any]:
        watch = _Stopwatch(command["number"])
        lines = read_items(Path(command["items"]))
        submitted = [Item(id, ArticleSubmitted.model_validate_json(event)) for id, event in lines]
        ingested = self._ingest(watch, submitted)
        parses, extracted = self._extract(watch, ingested)
        self._find(watch, ingested, parses)
        self._pass_on(watch, extracted)
        self._index(watch, extracted)
        return {
            "submitted": len(submitted),
            "ingested": len(ingested),
            "words": sum(len(article.text.split()) for article in ingested),
            "read_words": sum(len(parse.words) for parse in parses),
            "parsed_words": sum(1 for parse in parses for dep in parse.deps if dep),
            "seconds": watch.seconds,
        }

    def _ingest(self, watch: _Stopwatch, submitted: Sequence[Item[ArticleSubmitted]]) -> list[ArticleIngested]:
        results = watch.all("ingest", lambda: list(self.ingest(submitted)))
        pages = [item for item in submitted if item.event.html]
        if pages:
            htmls = [item.event.html for item in pages]
            watch.beside(
                lambda: watch.each("body", self._page, pages),
                lambda: watch.each("bare trafilatura", _bare_trafilatura, htmls),
            )
        else:
            watch.each("body", lambda item: read_plain_text(item.event.text, title=item.event.title or ""), submitted)
        ingested = [result for result in results if not isinstance(result, WiredeskError)]
        watch.each("language", lambda one: identify(one.text, declared="", identifier=self.identifier), ingested)
        watch.each("signature", lambda one: likeness(one.cluster_id, one.text), ingested)
        return ingested

    def _page(self, item: Item[ArticleSubmitted]) -> object:
        latest = latest_plausible(submitted_at(item.submission_id))
        limit = self.limits.max_html_elements
        try:
            return read_page(
                item.event.html or "",
                url=item.event.url,
                title=item.event.title or "",
                latest=latest,
                max_elements=limit,
            )
        except PermanentError as error:
            return error

    def _extract(
        self, watch: _Stopwatch, ingested: Sequence[ArticleIngested]
    ) -> tuple[list[Parse], list[ArticleExtracted]]:
        texts = [article.text for article in ingested]
        items = [Item(article.submission_id, article) for article in ingested]

        def ours() -> tuple[list[Parse], list[ArticleExtracted]]:
            extracted = watch.all("extraction", lambda: list(self.extract(items)))
            return watch.each("reading", self.reader.read, texts), extracted

        watch.each("tokeniser", self.stock.tokenizer, texts)
        return watch.beside(
            ours, lambda: watch.all("stock spaCy", lambda: sum(len(doc.ents) for doc in self.stock.pipe(texts)))
        )

    def _find(self, watch: _Stopwatch, ingested: Sequence[ArticleIngested], parses: Sequence[Parse]) -> None:
        published = [article.published_at for article in ingested]
        # What a parse works out for one rule it keeps for the next: each run gets parses that have worked out nothing.
        facts = partial(find_facts, gazetteer=self.gazetteer, origins=Origins(_RULES, _RULES, _RULES))
        watch.each("rules", facts, map(replace, parses), published)
        fresh = [replace(parse) for parse in parses]
        read = watch.each("entities", lambda one: with_toponyms(with_waters(one), self.gazetteer), fresh)
        members = watch.each("entities", cast_of, read)
        scenes = watch.each("quotes", _scene, read, members)
        watch.each("quotes", find_quotes, scenes)
        watch.each("entities", lambda *each: list(find_pronoun_mentions(*each)), scenes, members)
        watch.each("places", self._places, read, members)
        watch.each("dates", lambda one, at: find_dates(one.text, at, _RULES, ENGLISH), ingested, published)

    def _places(self, parse: Parse, members: list[Any]) -> list[Any]:
        return list(locate(parse, with_seats(members, seats(parse, members, self.gazetteer)), self.gazetteer))

    @staticmethod
    def _pass_on(watch: _Stopwatch, extracted: Sequence[ArticleExtracted]) -> None:
        """From an event to what stands on the stream and back: each stage does both once."""

        def ours() -> None:
            for article in extracted:
                data = wire.encode(article.model_dump_json().encode(), wire.headers(article.submission_id, None))
                decode_event(ArticleExtracted, data, max_bytes=_MAX_BYTES)

        plain = [json.loads(article.model_dump_json()) for article in extracted]
        watch.beside(
            lambda: watch.all("JSON", ours),
            lambda: watch.each("json module", lambda one: json.loads(json.dumps(one)), plain),
        )

    def _index(self, watch: _Stopwatch, extracted: Sequence[ArticleExtracted]) -> None:
        size = batch_size("indexing")
        batches = [extracted[at : at + size] for at in range(0, len(extracted), size)]
        watch.beside(
            lambda: watch.each("indexing", self.writer.upsert, batches),
            lambda: watch.each("bare tantivy", self._write_bare, batches),
        )

    def _write_bare(self, batch: Sequence[ArticleExtracted]) -> None:
        for article in batch:
            fields = {"id": article.article_id, "title": article.title, "text": article.text}
            self.bare_writer.add_document(tantivy.Document(**fields))
        self.bare_writer.commit()


def _scene(parse: Parse, members: Sequence[Any]) -> Any:
    quotations = list(closed_at_cues(parse, find_quotations(parse.text)))
    return scene_of(parse, members, quotations, capitals_tell_titles=True)


def _bare_trafilatura(html: str) -> object:
    """Text and metadata as ingest asks for them, from the bytes of the page."""
    return trafilatura.bare_extraction(html, favor_precision=True, include_comments=False, with_metadata=True)


def _bare_index(folder: Path) -> tantivy.Index:
    """One document an article: its title and text, searchable and stored."""
    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "text"):
        builder.add_text_field(name, stored=True)
    return tantivy.Index(builder.build(), path=str(folder))


def spacy_pipeline(model: str) -> "spacy.language.Language":
    """A spaCy pipeline as spaCy itself loads it, with all its components; `model` is a package or a folder."""
    spec = None if Path(model).is_dir() else find_spec(model.replace("-", "_"))
    folders = spec.submodule_search_locations if spec and spec.submodule_search_locations else ()
    found = [config.parent for folder in folders for config in sorted(Path(folder).glob("*/config.cfg"))]
    return spacy.load(found[0] if found else model)


def _load(arguments: Sequence[str]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    loaded = _Loaded(Path(arguments[0]))
    gc.freeze()  # models are looked through by no collection, which would cost more than the smallest parts
    return loaded.run


if __name__ == "__main__":
    serve(_load)
