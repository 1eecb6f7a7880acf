"""The few kinds of panel that the dashboards are made of, each with its title, unit and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

__all__ = ["DATASOURCE", "Limit", "Panel", "Queries", "lines", "number", "rows"]

DATASOURCE = models.DataSourceRef(type_val="prometheus", uid="prometheus")
"""As provisioned; its uid is part of every panel."""

_HEIGHT = 8
_LEGEND_CALCULATIONS = ["lastNotNull", "max"]

Queries = Mapping[str, str]
"""PromQL by legend; the legend may use labels, as `{{stage}}`."""

Panel = Callable[[int], Builder[models.Panel]]
"""Builds the panel with the number it bears in its dashboard."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a value stops being good: from `value` on, or up to it where `below`."""

    value: float
    below: bool = False


def lines(
    title: str,
    unit: str,
    advice: str,
    queries: Queries,
    *,
    width: int = 8,
    limit: Limit | None = None,
    stacked: bool = False,
    most: float | None = None,
) -> Panel:
    """Values over time; `width` in the 24 columns of the grid, `most` is the top of the axis."""

    def build(number: int) -> Builder[models.Panel]:
        panel = (
            timeseries.Panel()
            .fill_opacity(30 if stacked else 8)
            .line_width(2 if not stacked else 1)
            .show_points(common_models.VisibilityMode.NEVER)
            .span_nulls(False)
            .axis_soft_min(0)
            .legend(
                common.VizLegendOptions()
                .display_mode(common_models.LegendDisplayMode.TABLE)
                .placement(common_models.LegendPlacement.BOTTOM)
                .show_legend(True)
                .calcs(_LEGEND_CALCULATIONS)
            )
            .tooltip(
                common.VizTooltipOptions()
                .mode(common_models.TooltipDisplayMode.MULTI)
                .sort(common_models.SortOrder.DESCENDING)
            )
        )
        if stacked:
            panel.stacking(common.StackingConfig().mode(common_models.StackingMode.NORMAL))
        if most is not None:
            panel.max(most)
        if limit:
            panel.thresholds(_thresholds(limit))
            panel.thresholds_style(
                common.GraphThresholdsStyleConfig().mode(common_models.GraphThresholdsStyleMode.DASHED)
            )
        panel.title(title).unit(unit).description(advice).id(number).datasource(DATASOURCE)
        panel.span(width).height(_HEIGHT).min(0)
        return panel.targets(_targets(queries))

    return build


def number(
    title: str,
    unit: str,
    advice: str,
    queries: Queries,
    *,
    width: int = 4,
    height: int = 4,
    limit: Limit | None = None,
    yes_or_no: bool = False,
) -> Panel:
    """The latest value, large, green or red by its limit; `yes_or_no` says 1 and 0 in words."""

    def build(number: int) -> Builder[models.Panel]:
        panel = (
            stat.Panel()
            .graph_mode(common_models.BigValueGraphMode.AREA)
            .color_mode(common_models.BigValueColorMode.VALUE)
            .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        )
        if limit:
            panel.thresholds(_thresholds(limit))
        if yes_or_no:
            words = {"0": models.ValueMappingResult(text="no"), "1": models.ValueMappingResult(text="yes")}
            panel.mappings([models.ValueMap(options=words)])
        panel.title(title).unit(unit).description(advice).id(number).datasource(DATASOURCE)
        panel.span(width).height(height)
        return panel.targets(_targets(queries))

    return build


def rows(
    title: str, unit: str, advice: str, query: str, *, hidden: Sequence[str] = (), width: int = 8, value: str = "now"
) -> Panel:
    """One line a series of the latest answer, largest first; labels are columns, but those `hidden`."""

    def build(number: int) -> Builder[models.Panel]:
        target = (
            prometheus.Dataquery()
            .expr(query)
            .instant()
            .format(PromQueryFormat.TABLE)
            .ref_id("A")
            .datasource(DATASOURCE)
        )
        panel = table.Panel().sort_by([common.TableSortByFieldState().display_name(value).desc(True)])
        excluded = dict.fromkeys(("Time", *hidden), True)
        organised = {"excludeByName": excluded, "renameByName": {"Value": value}}
        panel.with_transformation(models.DataTransformerConfig(id_val="organize", options=organised))
        panel.title(title).unit(unit).description(advice).id(number).datasource(DATASOURCE)
        panel.span(width).height(_HEIGHT)
        return panel.targets([target])

    return build


def _targets(queries: Queries) -> list[Builder[Dataquery]]:
    return [
        prometheus.Dataquery()
        .expr(expr)
        .legend_format(legend)
        .range()
        .ref_id(chr(ord("A") + at))
        .datasource(DATASOURCE)
        for at, (legend, expr) in enumerate(queries.items())
    ]


def _thresholds(limit: Limit) -> Builder[models.ThresholdsConfig]:
    first, then = ("red", "green") if limit.below else ("green", "red")
    steps = [models.Threshold(value=None, color=first), models.Threshold(value=limit.value, color=then)]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)
