"""A dashboard: rows of panels, variables, marks where an alert fired, and links to the others."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from deploy.grafana.panels import DATASOURCE, Panel

__all__ = ["Board"]

TAG = "wiredesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`rows` are panels by the title of their row, `variables` PromQL's `label_values(…)` by name."""

    uid: str
    title: str
    description: str
    rows: Mapping[str, Sequence[Panel]]
    variables: Mapping[str, str] = field(default_factory=dict)
    minutes: int = 60

    def as_json(self) -> str:
        """What Grafana reads; the same source always gives the same text."""
        built = self._built().build()
        return json.dumps(built, cls=JSONEncoder, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    def _built(self) -> dashboard.Dashboard:
        board = (
            dashboard.Dashboard(self.title)
            .uid(self.uid)
            .description(self.description)
            .tags([TAG])
            .readonly()
            .timezone("browser")
            .refresh("10s")
            .time(f"now-{self.minutes}m", "now")
            .tooltip(models.DashboardCursorSync.CROSSHAIR)
            .link(_others())
            .annotation(_alerts())
        )
        for name, query in self.variables.items():
            board.with_variable(_variable(name, query))
        number = 0
        for title, panels in self.rows.items():
            number += 1
            board.with_row(dashboard.Row(title).id(number))
            for panel in panels:
                number += 1
                board.with_panel(panel(number))
        return board


def _others() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Wiredesk").type(models.DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.as_dropdown(True).keep_time(True)


def _alerts() -> dashboard.AnnotationQuery:
    """Where alerts fired. Grafana marks values above 0, so the 0 of a quiet time is an answer and no mark."""
    expr = 'max by (alertname) (ALERTS{alertstate="firing"}) or label_replace(vector(0), "alertname", "none", "", "")'
    query = dashboard.AnnotationQuery().name("Alerts").datasource(DATASOURCE).enable(True).icon_color("red")
    return query.expr(expr)


def _variable(name: str, query: str) -> dashboard.QueryVariable:
    variable = dashboard.QueryVariable(name).label(name).query(query).datasource(DATASOURCE)
    variable.multi(True).include_all(True).sort(models.VariableSort.ALPHABETICAL_ASC)
    return variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
