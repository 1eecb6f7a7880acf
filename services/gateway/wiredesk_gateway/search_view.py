"""A search as its page shows it: facets as links that narrow, filters as links that widen again. Pure."""

from dataclasses import dataclass

from wiredesk.index.protocol import Filters, SearchPage, SearchRequest

from wiredesk_gateway.links import exports_of, search_path, with_filter, without_filter

__all__ = ["ActiveFilter", "FacetGroup", "FacetLink", "SearchView", "search_view"]

LABELS = {
    "people": "People",
    "organizations": "Organisations",
    "places": "Places",
    "source": "Source",
    "language": "Language",
}
_SORTS = ("relevance", "newest", "oldest")
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetLink:
    """One value of a facet; `path` narrows the search to it."""

    label: str
    count: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetGroup:
    """The values of one facet that are not filtered by yet, most frequent first."""

    name: str
    label: str
    links: tuple[FacetLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveFilter:
    """A filter in force; `path` is the search without it."""

    name: str
    value: str
    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """The links around a page of hits; `sorts` are (name, path), the path None for the one in force.

    `exports` are (name, path) of all hits as a file.
    """

    groups: tuple[FacetGroup, ...]
    active: tuple[ActiveFilter, ...]
    sorts: tuple[tuple[str, str | None], ...]
    next_path: str | None
    first_path: str | None
    exports: tuple[tuple[str, str], ...] = ()


def search_view(request: SearchRequest, page: SearchPage | None) -> SearchView:
    """The links for a search and the page it found (None: it could not be answered)."""
    facets = page.facets if page else {}
    labels = {(name, count.value): count.label for name, counts in facets.items() for count in counts}
    chosen = _chosen(request.filters)
    groups = [
        FacetGroup(
            name=name,
            label=label,
            links=tuple(
                FacetLink(label=count.label, count=count.count, path=with_filter(request, name, count.value))
                for count in facets.get(name, ())
                if (name, count.value) not in chosen
            )[:_SHOWN],
        )
        for name, label in LABELS.items()
    ]
    return SearchView(
        groups=tuple(group for group in groups if group.links),
        active=tuple(
            ActiveFilter(
                name=LABELS[name],
                value=value,
                label=labels.get((name, value), value),
                path=without_filter(request, name, value),
            )
            for name, value in chosen
        ),
        sorts=tuple((sort, None if sort == request.sort else search_path(request, sort=sort)) for sort in _SORTS),
        next_path=search_path(request, cursor=page.next_cursor) if page and page.next_cursor else None,
        first_path=search_path(request) if request.cursor else None,
        exports=tuple(exports_of(request)),
    )


def _chosen(filters: Filters) -> list[tuple[str, str]]:
    return [(name, value) for name in LABELS for value in getattr(filters, name)]
