"""What a question means after corrections: an id that is another's now asks for that one. Pure."""

from dataclasses import replace

from wiredesk.index.corrections import Corrections
from wiredesk.index.protocol import Filters
from wiredesk.index.query import And, Field, Node, Not, Or, Phrase, Term

__all__ = ["Resolver"]


class Resolver:
    """For one state of the corrections.

    While they are not applied everywhere (`settling`), an entity is asked for under all the ids that are its own, so
    that it is found before its articles are changed.
    """

    def __init__(self, corrections: Corrections, *, settling: bool) -> None:
        self._corrections = corrections
        self._settling = settling

    def ids(self, entity_id: str) -> tuple[str, ...]:
        """The ids to look for."""
        to = self._corrections.canonical(entity_id)
        return tuple(sorted(self._corrections.members(to))) if self._settling else (to,)

    def filters(self, filters: Filters) -> Filters:
        """Filters with the ids to look for."""
        if not self._corrections:
            return filters
        return replace(
            filters,
            people=self._all(filters.people),
            organizations=self._all(filters.organizations),
            places=self._all(filters.places),
        )

    def _all(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each for id in ids for each in self.ids(id)))

    def node(self, node: Node) -> Node:
        """A query whose `entity:` asks for those ids."""
        return self._node(node, keyed=False) if self._corrections else node

    def _node(self, node: Node, *, keyed: bool) -> Node:
        match node:
            case Term(text) | Phrase(text) if keyed:
                return Or(tuple(Term(id) for id in self.ids(text)))
            case Field(name, inner):
                return Field(name, self._node(inner, keyed=name == "entity"))
            case And(nodes):
                return And(tuple(self._node(each, keyed=keyed) for each in nodes))
            case Or(nodes):
                return Or(tuple(self._node(each, keyed=keyed) for each in nodes))
            case Not(inner):
                return Not(self._node(inner, keyed=keyed))
            case _:
                return node
