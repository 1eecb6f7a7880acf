"""What each source sends, and what of it can no longer be found: a site whose parser rots shows here."""

from deploy.grafana.board import Board
from deploy.grafana.expressions import INTERVAL, share
from deploy.grafana.panels import Limit, Panel, lines, number, rows

__all__ = ["BOARD"]

_ARTICLES = f"sum by (source) (rate(wiredesk_source_articles_total[{INTERVAL}]))"

_ALL = (
    number(
        "Sources",
        "short",
        "200 are told by name, others together as other; one that sent nothing for an hour gives its place.",
        {"sources": "count(sum by (source) (wiredesk_source_articles_total))"},
        height=8,
    ),
    lines(
        "Articles, the ten busiest sources",
        "cps",
        "A source that fell to 0 has changed its feed or refuses us: ask who publishes it.",
        {"{{source}}": f"topk(10, {_ARTICLES})"},
        width=10,
        stacked=True,
    ),
    rows(
        "Missing fields, worst sources of the last hour",
        "percentunit",
        "Above 50 % where it was below before: the site's pages changed; see SourceRotting in the runbook.",
        "topk(20, max by (source, field) (source:wiredesk_missing:ratio_rate1h))",
        width=10,
        value="missing",
    ),
)


def _field(field: str, title: str, advice: str) -> Panel:
    articles = 'sum by (source) (rate(wiredesk_source_articles_total{source=~"$source"}[1h]))'
    missing = f'sum by (source) (rate(wiredesk_source_missing_total{{source=~"$source", field="{field}"}}[1h]))'
    queries = {"{{source}}": share(missing, articles)}
    return lines(title, "percentunit", advice, queries, width=12, limit=Limit(0.5), most=1)


_FIELDS = (
    _field(
        "text",
        "Without a text",
        "Pages whose story is not found any more: their articles are dead letters no_story, to replay when it is.",
    ),
    _field(
        "title",
        "Without a title",
        "Open one of its articles (search source:NAME): the headline moved to an element that ingest does not look at.",
    ),
    _field(
        "byline",
        "Without a byline",
        "Many outlets print none: only a rise says something, most often that the line has another form now.",
    ),
    _field(
        "published_at",
        "Without a date",
        "Searches by date miss these articles: have the publisher send published_at, or mend the reading of the page.",
    ),
)

BOARD = Board(
    uid="wiredesk-sources",
    title="Wiredesk / Sources",
    description="What each source sends, and what of it can no longer be found.",
    variables={"source": "label_values(wiredesk_source_articles_total, source)"},
    rows={"All sources": _ALL, "Share of articles without a field, over an hour": _FIELDS},
)
