"""Where the cluster is, and which index of it: the URL taken apart.

opensearch://[user:password@]host:9200[,host:9200]/index[?ca=file&shards=3&replicas=1]
opensearch+https://…
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from wiredesk.errors import UsageError

__all__ = ["Address", "parse"]

_SCHEMES = {"opensearch": "http", "opensearch+https": "https"}
_PORT = 9200
_INDEX = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
"""OpenSearch's own rule for names, without what would have to be escaped somewhere."""
_MOST_SHARDS = 64
_MOST_REPLICAS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`replicas` None: one where there is a second node. `ca`: a file of certificates to trust, for https."""

    scheme: str
    hosts: tuple[str, ...]
    index: str
    user: str | None = None
    password: str = field(default="", repr=False)
    ca: str | None = None
    shards: int = 1
    replicas: int | None = None

    def __str__(self) -> str:
        """For messages: without the password."""
        return f"{self.scheme}://{','.join(self.hosts)}/{self.index}"

    @property
    def origins(self) -> tuple[str, ...]:
        """What requests begin with, one for each host."""
        return tuple(f"{_SCHEMES[self.scheme]}://{host}" for host in self.hosts)


def parse(url: str) -> Address:
    """Raises UsageError, which tells the form an address has and repeats no password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _unusable("a bracket in a password is written %5B or %5D") from None
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    index = unquote(parts.path).strip("/")
    if parts.scheme not in _SCHEMES or parts.fragment or not hosts:
        raise _unusable("a part is missing or too many")
    if not _INDEX.fullmatch(index):
        raise _unusable("an index is named in small letters, digits, - and _, up to 100 of them")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := options.keys() - {"ca", "shards", "replicas"}:
        raise _unusable(f"unknown option {min(unknown)!r}; known: ca, shards, replicas")
    if "ca" in options and not parts.scheme.endswith("https"):
        raise _unusable("ca needs opensearch+https://")
    return Address(
        scheme=parts.scheme,
        hosts=tuple(_host(each) for each in hosts.split(",")),
        index=index,
        user=unquote(user) or None,
        password=unquote(password),
        ca=options.get("ca"),
        shards=_number(options, "shards", 1, 1, _MOST_SHARDS) or 1,
        replicas=_number(options, "replicas", None, 0, _MOST_REPLICAS),
    )


def _host(text: str) -> str:
    """`name:port`, with the port filled in."""
    try:
        parts = urlsplit(f"//{text}")
        name, port = parts.hostname, parts.port or _PORT
    except ValueError:
        name, port = None, 0
    if not name:
        raise _unusable("a host cannot be read")
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _number(options: dict[str, str], name: str, default: int | None, least: int, most: int) -> int | None:
    text = options.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 4 and least <= int(text) <= most):
        raise _unusable(f"{name} goes from {least} to {most}")
    return int(text)


def _unusable(why: str) -> UsageError:
    return UsageError(
        f"the index address cannot be read: {why}; write opensearch://host:9200/wiredesk, or "
        "opensearch+https://user:password@host:9200/wiredesk"
    )
