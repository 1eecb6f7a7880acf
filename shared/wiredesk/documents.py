"""From files to submissions: what `wiredesk publish` makes of text, HTML, JSON and JSON lines.

Nothing is lost silently: what does not parse is sent as its raw bytes (and ends as a dead letter) with a warning, and
what cannot be sent at all is named.
"""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader, BytesIO
from pathlib import Path
from typing import Any, Literal

from wiredesk.encoding import looks_binary, read_text
from wiredesk.errors import UsageError

__all__ = ["MAX_DOCUMENT_BYTES", "META_SUFFIX", "Document", "Unreadable", "files", "read_file", "read_stream"]

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""No news article comes near; a larger file is a mistake, and Redis takes 512 MB at most."""

META_SUFFIX = ".meta.json"
_HEAD_BYTES = 4096

Kind = Literal["text", "html", "json", "lines"]
_KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".jsonld": "json",
    ".jsonl": "lines",
    ".ndjson": "lines",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One submission as it goes on the stream; `name` tells where it came from, `warning` what to know about it."""

    name: str
    data: bytes
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that is not sent, and why."""

    name: str
    problem: str


def files(arguments: Sequence[str]) -> list[Path | Unreadable]:
    """The files meant by paths and folders: folders whole, sorted, without hidden files and `NAME.meta.json`.

    A `NAME.meta.json` that is named itself (by a shell's `*`) is left out where NAME is there too. A link within a
    folder that leads out of it is not followed: whoever may write to the folder would publish any file of the user's.
    Raises UsageError for a path that does not exist and for a folder with nothing in it.
    """
    found: list[Path | Unreadable] = []
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*")) if file.is_file() and _is_wanted(file, path)]
            if not inside:
                raise UsageError(f"{argument} holds no file to publish")
            found += [_within(file, path) for file in inside]
        elif not path.exists():
            raise UsageError(f"{argument} does not exist")
        elif not _is_meta(path):
            found.append(path)
    return found


def _within(file: Path, folder: Path) -> Path | Unreadable:
    for followed in (file, _meta_path(file)):
        if followed.is_symlink() and not followed.resolve().is_relative_to(folder.resolve()):
            return Unreadable(str(followed), "it is a link that leads out of its folder; name the file itself")
    return file


def _meta_path(path: Path) -> Path:
    return path.with_name(path.name + META_SUFFIX)


def _is_wanted(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and not _is_meta(file)


def _is_meta(path: Path) -> bool:
    return path.name.endswith(META_SUFFIX) and path.with_name(path.name.removesuffix(META_SUFFIX)).exists()


def read_file(path: Path | Unreadable, *, force: bool = False) -> Iterator[Document | Unreadable]:
    """The submissions in one of `files`, with the fields of its `NAME.meta.json` merged over each. Never raises."""
    if isinstance(path, Unreadable):
        yield path
        return
    try:
        meta = _meta(path)
        if force:
            meta["force"] = True
        with path.open("rb") as stream:
            yield from read_stream(stream, name=str(path), kind=_KINDS.get(path.suffix.lower()), fields=meta)
    except OSError as error:
        yield Unreadable(str(path), error.strerror or str(error))
    except UsageError as error:
        yield Unreadable(str(path), str(error))


def _meta(path: Path) -> dict[str, Any]:
    beside = _meta_path(path)
    if not beside.is_file():
        return {}
    try:
        fields = json.loads(beside.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"its {beside.name} is not JSON ({error}); mend or remove it") from None
    if not isinstance(fields, dict):
        raise UsageError(f"its {beside.name} must hold a JSON object")
    return fields


def read_stream(
    stream: BufferedReader, *, name: str, kind: Kind | None, fields: dict[str, Any]
) -> Iterator[Document | Unreadable]:
    """The submissions in a stream; without a `kind` its content decides. `fields` are merged over each submission.

    JSON lines are yielded as they come in. Raises OSError.
    """
    head = b""
    if kind is None:
        start = stream.peek(_HEAD_BYTES)
        if looks_binary(start):
            yield Unreadable(name, "it is neither text nor HTML nor JSON; convert it first")
            return
        kind = _kind_of(start)
        if kind == "json":
            head = stream.readline(MAX_DOCUMENT_BYTES + 1)
            if isinstance(_parsed(head), dict) and head.endswith(b"\n"):
                kind = "lines"
    if kind == "lines":
        yield from _lines(stream, name, fields, head)
        return
    data = head + stream.read(MAX_DOCUMENT_BYTES + 1 - len(head))
    if len(data) > MAX_DOCUMENT_BYTES:
        hint = "; write its articles as JSON lines" if kind == "json" else ""
        yield Unreadable(name, f"it has over {MAX_DOCUMENT_BYTES >> 20} MiB{hint}")
    elif kind == "json":
        yield from _json(data, name, fields)
    else:
        text, note = read_text(data, html=kind == "html")
        yield Document(name, _dump({kind: text, **fields}), note)


def _kind_of(start: bytes) -> Kind:
    """What content without a telling name is: JSON by its first bracket, HTML by its first tag, else text."""
    start = start.removeprefix(BOM_UTF8).lstrip()
    if start.startswith(b"{") or (start.startswith(b"[") and start[1:].lstrip()[:1] in (b"{", b"]")):
        return "json"
    if start.startswith(b"<") and (start[1:2].isalpha() or start[1:2] in (b"!", b"?")):
        return "html"
    return "text"


def _lines(
    stream: BufferedIOBase, name: str, fields: dict[str, Any], first: bytes = b""
) -> Iterator[Document | Unreadable]:
    number = 0
    while line := first or stream.readline(MAX_DOCUMENT_BYTES + 1):
        first = b""
        number += 1
        place = f"{name}:{number}"
        if len(line) > MAX_DOCUMENT_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_DOCUMENT_BYTES)
            yield Unreadable(place, f"the line has over {MAX_DOCUMENT_BYTES >> 20} MiB")
            continue
        if line.strip():
            yield _object(line.rstrip(b"\r\n"), place, fields)


def _json(data: bytes, name: str, fields: dict[str, Any]) -> Iterator[Document | Unreadable]:
    """One object or an array; also JSON lines under the name .json, which many tools write."""
    value = _parsed(data)
    if isinstance(value, list):
        for number, item in enumerate(value, 1):
            if isinstance(item, dict):
                yield Document(f"{name}[{number}]", _dump({**item, **fields}))
            else:
                yield Document(f"{name}[{number}]", _dump(item), "is no JSON object; sent as it is")
        return
    if value is None:
        first, _, rest = data.lstrip().partition(b"\n")
        if rest.strip() and isinstance(_parsed(first), dict):
            yield from _lines(BytesIO(data), name, fields)
            return
    yield _object(data, name, fields)


def _object(data: bytes, name: str, fields: dict[str, Any]) -> Document:
    """One submission: its own bytes where they can stay, else written anew with the fields merged over."""
    value = _parsed(data)
    if value is None:
        return Document(name, data, "is not JSON; sent as it is")
    if not isinstance(value, dict):
        return Document(name, data, "is no JSON object; sent as it is")
    own = data.strip()
    if not fields and own.startswith(b"{") and _is_utf8(own):
        return Document(name, own)
    return Document(name, _dump({**value, **fields}))


def _parsed(data: bytes) -> Any:
    """The value, or None for what is not JSON (`null` is no submission either)."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _dump(value: Any) -> bytes:
    """JSON in UTF-8; a lone surrogate, which UTF-8 cannot hold, makes it ASCII with escapes."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()
