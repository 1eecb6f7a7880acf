"""An HTTPS endpoint with a certificate of its own that asks for a user, in front of a node or of nothing."""

import http.client
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.certificates import certificate

__all__ = ["TlsEndpoint", "tls_endpoint"]


@dataclass(frozen=True, slots=True)
class TlsEndpoint:
    """`ca`: the file that a client has to trust."""

    port: int
    ca: Path


@contextmanager
def tls_endpoint(folder: Path, *, user: str, password: str, node_port: int | None = None) -> Iterator[TlsEndpoint]:
    """Until the block ends; what it lets through goes to the node."""
    wanted = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != wanted:
                # What OpenSearch's security plugin answers is plain text.
                self.answer(401, "text/plain", b"Unauthorized")
                return
            assert node_port is not None
            upstream = http.client.HTTPConnection("127.0.0.1", node_port, timeout=60)
            upstream.request(self.command, self.path, body, {"Content-Type": "application/json"})
            answer = upstream.getresponse()
            self.answer(answer.status, answer.headers["Content-Type"], answer.read())
            upstream.close()

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names http.server looks for

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    both = certificate(folder, "the-cluster")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield TlsEndpoint(server.server_address[1], folder / "the-cluster.crt")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
