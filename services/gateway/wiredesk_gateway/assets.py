"""The style sheet, the script and the icon: held in memory, compressed once, addressed by content, cached for good."""

import gzip
import hashlib
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from wiredesk.errors import NotFound

__all__ = ["Assets"]

_TYPES = {"wiredesk.css": "text/css", "wiredesk.js": "text/javascript", "icon.svg": "image/svg+xml"}
_SMALL_BYTES = 1024
_FOREVER = "public, max-age=31536000, immutable"


class Assets:
    """Reads the static files of this package once, at construction."""

    def __init__(self) -> None:
        folder = files("wiredesk_gateway") / "static"
        self._contents = {name: (folder / name).read_bytes() for name in _TYPES}
        self._compressed = {
            name: gzip.compress(body, mtime=0) for name, body in self._contents.items() if len(body) > _SMALL_BYTES
        }
        self._hashes = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in self._contents.items()}

    def path(self, name: str) -> str:
        """The address of this content of a file: another content has another."""
        return f"/static/{name}?v={self._hashes[name]}"

    def respond(self, request: Request, name: str) -> Response:
        """The file, or 304 when the client has it. Raises NotFound."""
        if name not in self._contents:
            raise NotFound(f"there is no file {name!r} here")
        tag = f'"{self._hashes[name]}"'
        current = request.query_params.get("v") == self._hashes[name]
        headers = {
            "ETag": f"W/{tag}",  # weak: the same content goes out compressed and as it is
            "Cache-Control": _FOREVER if current else "no-cache",
        }
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if tag in known:
            return Response(status_code=304, headers=headers)
        compressed = self._compressed.get(name)
        if compressed is None or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self._contents[name], headers=headers, media_type=_TYPES[name])
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(compressed, headers=headers, media_type=_TYPES[name])
