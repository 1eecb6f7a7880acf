"""Every fact says which rule, model or gazetteer found it, in which version, and how sure it is where that is known."""

from collections.abc import Callable, Iterator

from wiredesk.events import ArticleExtracted, Origin

Extract = Callable[..., ArticleExtracted]

_TEXT = """OSLO, Norway (Wire) — The harbour will close on Friday, officials said.

"We waited for weeks," said Trade Minister Ole Brandt. "Nobody called."

He told reporters that the "cold years" were over.

Mary Kessler, the mayor of Bergen, urged him to wait. Her claim that ships need the port was denied by Nordic Ferries.
According to the Harbour Workers' Union (HWU), 300 jobs are at risk.
"""


def _origins(article: ArticleExtracted) -> Iterator[tuple[str, Origin | None]]:
    for kind in ("entities", "quotes", "dates", "places"):
        facts = getattr(article, kind)
        assert facts, kind
        yield from ((kind, fact.origin) for fact in facts)


def test_every_fact_has_an_origin_with_name_and_version(extract: Extract) -> None:
    for kind, origin in _origins(extract(_TEXT, "2001-11-23")):
        assert origin is not None, kind
        assert origin.name, kind
        assert origin.version, kind


def test_the_origin_of_a_quote_names_its_rule_and_its_speaker_a_confidence(extract: Extract) -> None:
    quotes = extract(_TEXT, "2001-11-23").quotes
    assert len({quote.origin.name for quote in quotes if quote.origin}) > 3
    for quote in quotes:
        assert quote.origin is not None
        assert "/quotes." in quote.origin.name
        assert quote.speaker is None or 0 < (quote.speaker.confidence or 0) <= 1


def test_the_origin_of_a_place_has_a_confidence(extract: Extract) -> None:
    for place in extract(_TEXT, "2001-11-23").places:
        assert place.origin is not None
        assert 0 < (place.origin.confidence or 0) <= 1
