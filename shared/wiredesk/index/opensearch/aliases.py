"""Which index the alias leads to. Everything reads and writes through the alias; only `rebuild` moves it."""

from typing import Any

from wiredesk.errors import Unavailable, UsageError
from wiredesk.index.opensearch.mapping import VERSION, template
from wiredesk.index.opensearch.node import Node, Refusal

__all__ = ["behind", "create", "ensured", "leads_to", "next_name"]

_START = "30s"


def ensured(node: Node) -> str:
    """The index behind the alias, made with it where there is none; several workers may do so at once.

    Raises UsageError for an index that is not ours or of another version, Unavailable.
    """
    found = leads_to(node)
    if found is None:
        try:
            create(node, _named(node, 1), alias=True)
        except Refusal as refusal:
            if refusal.kind != "resource_already_exists_exception":
                raise UsageError(f"the index at {node.address} cannot be made: {refusal.reason}") from refusal
        found = leads_to(node)
    if found is None:
        raise UsageError(
            f"{_named(node, 1)} is there, and no alias {node.address.index} leads to it; "
            "delete the index, or add the alias"
        )
    _started(node, found)
    return found


def _started(node: Node, index: str) -> None:
    """Wait for its shards: another worker may have made it a moment ago. Raises Unavailable when they do not come."""
    try:
        node.ask("GET", f"/_cluster/health/{index}", wait_for_status="yellow", timeout=_START)
    except Refusal as refusal:
        raise Unavailable(f"the shards of {index} at {node.address} did not start within {_START}") from refusal


def behind(node: Node) -> str:
    """The index behind the alias. Raises Unavailable when nothing was indexed yet, UsageError as `ensured`."""
    found = leads_to(node)
    if found is None:
        raise Unavailable(
            f"nothing was indexed yet at {node.address}; start an indexing worker with the same index address"
        )
    return found


def leads_to(node: Node, *, versions: tuple[int, ...] = (VERSION,)) -> str | None:
    """The index behind the alias, None where there is no alias. Raises UsageError when it cannot be used as it is."""
    alias = node.address.index
    try:
        found: dict[str, Any] = node.ask("GET", f"/{alias}/_mapping", filter_path="*.mappings._meta")
        names = found or node.ask("GET", f"/{alias}/_alias", filter_path="*.aliases")
    except Refusal as refusal:
        if refusal.status == 404:
            return None
        raise
    if alias in names:
        raise UsageError(f"{alias} at {node.address} is an index, not an alias of Wiredesk's; name another")
    if len(names) != 1:
        raise UsageError(f"the alias {alias} at {node.address} leads to several indices: {', '.join(sorted(names))}")
    ((name, about),) = names.items()
    meta = about.get("mappings", {}).get("_meta", {})
    schema = meta.get("schema") if meta.get("program") == "wiredesk" else None
    if schema not in versions:
        raise UsageError(
            f"the index {name} at {node.address} has schema {schema or 'unknown'}, this Wiredesk writes schema "
            f"{VERSION}; rebuild it, or run the version that wrote it"
        )
    return name


def create(node: Node, name: str, *, alias: bool) -> None:
    """Make an index by the template of this version. Raises Refusal when it is there already."""
    address = node.address
    node.ask("PUT", f"/_index_template/{address.index}-v{VERSION}", template(address))
    node.ask("PUT", f"/{name}", {"aliases": {address.index: {"is_write_index": True}}} if alias else {})


def next_name(node: Node, old: str) -> str:
    """What the index after `old` is called."""
    serial = old.rpartition("-")[2]
    return _named(node, int(serial) + 1 if serial.isdigit() else 1)


def _named(node: Node, serial: int) -> str:
    return f"{node.address.index}-v{VERSION}-{serial:06d}"
