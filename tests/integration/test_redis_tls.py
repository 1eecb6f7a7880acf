"""The whole pipeline over TLS, set by the address alone, with certificates that are checked."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from wiredesk.connection import connect
from wiredesk.errors import Unavailable
from wiredesk.events import Stream
from wiredesk.submissions import submit
from wiredesk.testing import PATIENCE_S, valkey_server, wait_until

from tests.certificates import certificate
from tests.integration.pipeline_processes import running
from tests.integration.redis_users import SERVICES, guarded_server
from tests.integration.tls_before import tls_before

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")

STORY = {"title": "Ferry returns", "text": '"She sails again on Friday," said Siri Aune, who runs the ferry to Leka.'}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with valkey_server() as server:
        yield server.port


def test_articles_go_all_the_way_over_tls_with_a_user_for_each_service(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "server")
    folders = [tmp_path / name for name in ("users", "stack")]
    for folder in folders:
        folder.mkdir()
    with guarded_server(folders[0]) as server, tls_before(server.port, pem) as tls_port:

        def over_tls(user: str) -> str:
            plain = server.url(user).replace("redis://", "rediss://").replace(f":{server.port}/", f":{tls_port}/")
            return f"{plain}?ssl_ca_certs={pem}"

        urls = {stage: over_tls(stage) for stage in SERVICES}
        with running(folders[1], server.url("admin"), url_of=urls.__getitem__) as stack:
            story = tmp_path / "ferry.json"
            story.write_text(json.dumps(STORY))
            environment = {**os.environ, "WIREDESK_REDIS_URL": over_tls("publisher")}
            command = [sys.executable, "-c", "from wiredesk.cli import main; main()", "publish", str(story)]
            subprocess.run(command, env=environment, check=True, capture_output=True, timeout=PATIENCE_S)
            wait_until(lambda: stack.client.xlen(Stream.INDEXED) == 1, what="the article")
            with httpx.Client(base_url=stack.gateway_url, timeout=PATIENCE_S) as gateway:
                wait_until(lambda: gateway.get("/api/v1/search", params={"q": "ferry"}).json()["total"], what="a hit")
            clients = stack.client.client_list()
            own = [client for client in clients if client["user"] in SERVICES]
            assert {client["user"] for client in own} == set(SERVICES)


@pytest.mark.parametrize("ca", ["nobody", "another"])
def test_a_certificate_that_is_not_trusted_is_refused_and_the_cure_told(tmp_path: Path, port: int, ca: str) -> None:
    query = f"?ssl_ca_certs={certificate(tmp_path, 'another')}" if ca == "another" else ""
    with tls_before(port, certificate(tmp_path, "server")) as tls_port:
        client = connect(f"rediss://127.0.0.1:{tls_port}/0{query}", retries=0)
        with pytest.raises(Unavailable, match=r"not trusted \(self-signed certificate\).*ssl_ca_certs=FILE"):
            submit(client, [b"{}"])


def test_a_certificate_of_another_host_is_refused(tmp_path: Path, port: int) -> None:
    pem = certificate(tmp_path, "server")
    with tls_before(port, pem) as tls_port:
        client = connect(f"rediss://localhost:{tls_port}/0?ssl_ca_certs={pem}", retries=0)
        with pytest.raises(Unavailable, match=r"Hostname mismatch.*the host as the certificate has it"):
            submit(client, [b"{}"])


def test_a_server_that_asks_for_a_certificate_gets_the_clients_own(tmp_path: Path, port: int) -> None:
    pem, mine = certificate(tmp_path, "server"), certificate(tmp_path, "client")
    with tls_before(port, pem, clients=mine) as tls_port:
        address = f"rediss://127.0.0.1:{tls_port}/0?ssl_ca_certs={pem}"
        with connect(f"{address}&ssl_certfile={mine}&ssl_keyfile={mine}") as client:
            assert client.ping()
        with pytest.raises(Unavailable):
            submit(connect(address, retries=0), [b"{}"])


def test_plain_words_to_a_server_that_speaks_tls_are_told_the_scheme(tmp_path: Path, port: int) -> None:
    with tls_before(port, certificate(tmp_path, "server")) as tls_port:
        client = connect(f"redis://127.0.0.1:{tls_port}/0", retries=0)
        with pytest.raises(Unavailable, match="if it speaks TLS, write rediss://"):
            submit(client, [b"{}"])
