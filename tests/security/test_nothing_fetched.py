"""Articles that name what could be fetched: nothing of ours opens a connection or a file for them."""

import ast
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from wiredesk.testing import PATIENCE_S, wait_until

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [
    path
    for folder in ("shared/wiredesk", "services", "deploy")
    for path in (ROOT / folder).rglob("*.py")
    if "tests" not in path.parts and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
]
SPEAKS_HTTP = {"shared/wiredesk/http_api.py", "shared/wiredesk/index/opensearch/node.py"}
"""To the gateway that the user names, to the cluster that the operator names."""

STORY = "The harbour of Arven opens again on Monday, the harbour master told the council in a long and public session. "
PAGE = """<?xml version="1.0"?>
<!DOCTYPE html SYSTEM "{url}/x.dtd" [
<!ENTITY file SYSTEM "file:///etc/passwd"> <!ENTITY net SYSTEM "{url}/entity">
<!ENTITY % p SYSTEM "{url}/parameter"> %p;
<!ENTITY a "ha"> <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"> <!ENTITY d "&c;&c;&c;&c;&c;">
]>
<?xml-stylesheet href="{url}/style.xsl"?>
<html xmlns:xi="http://www.w3.org/2001/XInclude" lang="en"><head><base href="{url}/">
<title>Harbour &file; &net; &d;</title>
<link rel="canonical" href="{url}/canonical"><link rel="amphtml" href="{url}/amp">
<meta property="og:image" content="{url}/image.png"><meta http-equiv="refresh" content="0; url={url}/refresh">
<script type="application/ld+json">{{"@context": "{url}/context", "@type": "NewsArticle", "image": "{url}/ld.png",
"articleBody": "{story}"}}</script><script src="{url}/script.js"></script></head>
<body><xi:include href="file:///etc/passwd"/><xi:include href="{url}/include"/><article><h1>Harbour</h1>
<img src="{url}/img.png"><iframe src="{url}/frame"></iframe>
<p>{story}&file;</p><p>{story}</p></article></body></html>"""

CHILD = """
import json, sys
from wiredesk_ingest.article import ingest
from wiredesk_ingest.language import load_identifier
from wiredesk_ingest.settings import IngestSettings
from wiredesk.events import ArticleSubmitted
page, url = json.load(sys.stdin)
limits, identifier = IngestSettings.model_construct(), load_identifier()
def read(**submitted):
    return ingest(ArticleSubmitted(**submitted), submission_id="1006500000000-0", limits=limits, identifier=identifier)
read(html="<html><body><p>" + "A page to warm up, of some length. " * 9)
tried = []
def hear(event, given):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "subprocess.", "os.system", "os.exec", "os.posix")):
        tried.append(event)
    if event == "open" and isinstance(given[0], str) and given[0].startswith("/etc/"):
        tried.append(given[0])
sys.addaudithook(hear)
for found in (read(html=page, url=url), read(html=page), read(text=page, url=url)):
    assert "root:" not in found.model_dump_json()
    assert "hahaha" * 9 not in found.model_dump_json()
print(json.dumps(tried))
"""


def test_reading_a_page_opens_no_connection_and_no_file() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        heard: list[bytes] = []

        def listen() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(1000))

        threading.Thread(target=listen, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        sent = json.dumps([PAGE.format(url=url, story=STORY * 4), f"{url}/story"])
        done = subprocess.run(
            [sys.executable, "-c", CHILD], input=sent, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == []
        assert heard == []
        with socket.create_connection(listening.getsockname(), timeout=PATIENCE_S) as control:
            control.sendall(b"heard")
            wait_until(lambda: heard == [b"heard"], what="the listener, which would have heard the rest")
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_runs_what_it_reads_or_fetches_what_it_is_told(path: Path) -> None:
    tree, name = ast.parse(path.read_text()), str(path.relative_to(ROOT))
    imported = {
        alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    runs = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    assert not {module.partition(".")[0] for module in imported} & runs
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & {
        "eval",
        "exec",
        "compile",
        "__import__",
        "os.system",
        "os.popen",
        "yaml.load",
        "yaml.unsafe_load",
    }
    shells = [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "shell"]
    assert shells == []
    fetches = (
        "urllib.request",
        "urllib3",
        "requests",
        "httpx",
        "aiohttp",
        "http.client",
        "ftplib",
        "trafilatura.downloads",
    )
    speaks = any(module.startswith(fetches) or module == "trafilatura.fetch_url" for module in imported)
    assert not speaks or name in SPEAKS_HTTP or name.startswith("deploy/")
    assert "trafilatura.fetch_url" not in called
