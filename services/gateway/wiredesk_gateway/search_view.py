"""A search as its page shows it: facets as links that narrow, filters as links that widen again. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from wiredesk.index.protocol import Filters, SearchPage, SearchRequest

from wiredesk_gateway.links import SearchLinks, exports_of, search_path, without_filter
from wiredesk_gateway.timeline import Timeline, timeline

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
    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """The links around a page of hits; `sorts` are (name, path), the path None for the one in force.

    `exports` are (name, path) of all hits as a file. `copies_path` unfolds the copies of stories, or folds them again;
    None where the page has none.
    """

    groups: tuple[FacetGroup, ...]
    active: tuple[ActiveFilter, ...]
    sorts: tuple[tuple[str, str | None], ...]
    next_path: str | None
    first_path: str | None
    exports: tuple[tuple[str, str], ...]
    copies_path: str | None
    timeline: Timeline | None


def search_view(request: SearchRequest, page: SearchPage | None) -> SearchView:
    """The links for a search and the page it found (None: it could not be answered)."""
    facets = page.facets if page else {}
    labels = {(name, count.value): count.label for name, counts in facets.items() for count in counts}
    chosen, narrowed = _chosen(request.filters), SearchLinks(request)
    groups = [
        FacetGroup(
            name=name,
            label=label,
            links=tuple(
                FacetLink(label=count.label, count=count.count, path=narrowed.with_filter(name, count.value))
                for count in islice((each for each in facets.get(name, ()) if (name, each.value) not in chosen), _SHOWN)
            ),
        )
        for name, label in LABELS.items()
    ]
    return SearchView(
        groups=tuple(group for group in groups if group.links),
        active=tuple(_active(request, labels)),
        sorts=tuple((sort, None if sort == request.sort else search_path(request, sort=sort)) for sort in _SORTS),
        next_path=search_path(request, cursor=page.next_cursor) if page and page.next_cursor else None,
        first_path=search_path(request) if request.cursor else None,
        exports=tuple(exports_of(request)),
        copies_path=search_path(replace(request, fold=not request.fold)) if _has_copies(request, page) else None,
        timeline=timeline(page.histogram, request) if page else None,
    )


def _active(request: SearchRequest, labels: dict[tuple[str, str], str]) -> Iterator[ActiveFilter]:
    for name, value in _chosen(request.filters):
        label = labels.get((name, value), value)
        yield ActiveFilter(name=LABELS[name], label=label, path=without_filter(request, name, value))
    first, last = request.filters.published_from, request.filters.published_to
    if first or last:
        at_any_time = replace(request, filters=replace(request.filters, published_from=None, published_to=None))
        days = f"{first}" if first == last else f"{first or '…'} to {last or '…'}"
        yield ActiveFilter(name="Published", label=days, path=search_path(at_any_time))


def _has_copies(request: SearchRequest, page: SearchPage | None) -> bool:
    return not request.fold or (page is not None and any(hit.copies for hit in page.hits))


def _chosen(filters: Filters) -> list[tuple[str, str]]:
    return [(name, value) for name in LABELS for value in getattr(filters, name)]
