"""An index's password stays in its address; TLS and the user are checked against a real endpoint."""

import shutil
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from wiredesk.errors import Unavailable, UsageError
from wiredesk.index import open_reader, open_writer
from wiredesk.index.opensearch.address import parse
from wiredesk.index.opensearch.node import Node
from wiredesk.settings import CommonSettings, read

from tests.certificates import certificate
from tests.opensearch.news import article
from tests.opensearch.server import OpenSearchServer
from tests.opensearch.tls_endpoint import TlsEndpoint, tls_endpoint

PASSWORD = "gehéim:p@ss/[w]#?ünd✓"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


def address(endpoint: TlsEndpoint, *, password: str = PASSWORD, ca: Path | None = None, index: str = "news") -> str:
    trusted = endpoint.ca if ca is None else ca
    return f"opensearch+https://ann:{quote(password, safe='')}@127.0.0.1:{endpoint.port}/{index}?ca={trusted}"


def test_settings_show_no_password_and_give_the_address_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "opensearch://ann:geheim@host/news"
    monkeypatch.setenv("WIREDESK_INDEX_URL", url)
    settings = read(CommonSettings)
    assert settings.index_url.get_secret_value() == url
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert "geheim" not in shown


@pytest.mark.parametrize("url", [
    "nowhere://ann:geheim@host/news", "nowhere://ann:geheim/geheim@host/news", "nowhere://ann:geheim?geheim#@host/x",
    "nowhere://ann:[geheim@host/news", "ann:geheim@host/news", "opensearch://ann:[geheim@host/news",
    "opensearch://ann:geheim/geheim@host/news", "opensearch://ann:geheim?geheim@host/news",
    "opensearch://ann:geheim#geheim@host/news", "opensearch://ann:geheim@host:port/news",
    "opensearch://ann:geheim@host/news?colour=red",
])  # fmt: skip
def test_no_error_about_an_address_repeats_its_password(url: str) -> None:
    for opened in (open_writer, open_reader):
        with pytest.raises(UsageError) as caught:
            opened(url)
        assert "geheim" not in str(caught.value)
        assert "geheim" not in repr(caught.value.__cause__)


def test_what_holds_an_address_shows_no_password() -> None:
    parsed = parse("opensearch://ann:geheim@host/news")
    assert "geheim" not in f"{parsed} {parsed!r} {Node(parsed).address!r}"


@needs_openssl
def test_a_wrong_password_is_told_with_the_cure_and_never_repeated(tmp_path: Path) -> None:
    with tls_endpoint(tmp_path, user="ann", password="another") as endpoint:
        for opened in (open_writer, open_reader):
            with pytest.raises(UsageError, match=r"refuses the user.*set user:password@") as caught:
                opened(address(endpoint, password="geheim"))
            assert "geheim" not in str(caught.value)


@needs_openssl
def test_a_certificate_that_is_not_trusted_is_told_with_the_cure(tmp_path: Path) -> None:
    other = certificate(tmp_path, "another")
    with tls_endpoint(tmp_path, user="ann", password=PASSWORD) as endpoint:
        for opened in (open_writer, open_reader):
            with pytest.raises(UsageError, match=r"certificate of the index at .* is not trusted: .*ca= in WIREDESK"):
                opened(address(endpoint, ca=other))
            # The certificate is made out to 127.0.0.1 alone.
            with pytest.raises(UsageError, match="is not trusted"):
                opened(address(endpoint).replace("@127.0.0.1", "@localhost"))
        with pytest.raises(Unavailable, match="does not answer"):
            open_reader(f"opensearch://ann:x@127.0.0.1:{endpoint.port}/news")


@needs_openssl
@pytest.mark.opensearch
@pytest.mark.timeout(400)
def test_an_index_is_written_and_read_through_tls_with_a_user_and_its_password(
    tmp_path: Path, opensearch: OpenSearchServer, index: str
) -> None:
    with tls_endpoint(tmp_path, user="ann", password=PASSWORD, node_port=opensearch.port) as endpoint:
        with closing(open_writer(address(endpoint, index=index))) as writer:
            writer.upsert([article("a1")])
        with closing(open_reader(address(endpoint, index=index))) as reader:
            assert reader.article("a1") == article("a1")
