"""`wiredesk index` on a real node: checked, counted, compacted and made anew."""

import json
from collections.abc import Sequence

import pytest
from wiredesk.cli.app import run
from wiredesk.events import ArticleRetracted
from wiredesk.index import open_writer
from wiredesk.index.opensearch.address import parse
from wiredesk.index.opensearch.node import Node

from tests.opensearch.news import varied
from tests.opensearch.server import OpenSearchServer

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(300)]


def test_an_index_on_a_node_is_checked_counted_compacted_and_made_anew(
    opensearch: OpenSearchServer, index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = opensearch.url(index)

    def told(command: Sequence[str]) -> dict[str, object]:
        assert run(["index", *command, "--index", url, "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert isinstance(answer, dict)
        return answer

    assert run(["index", "check", "--index", url]) == 3  # nothing was indexed yet
    writer = open_writer(url)
    writer.upsert([varied(number, words=60) for number in range(50)])
    writer.upsert([varied(number, words=60).model_copy(update={"revision": 2}) for number in range(30)])
    writer.retract([ArticleRetracted(article_id="gone", revision=9)])
    writer.probe()
    capsys.readouterr()
    found = told(["check"])
    assert found["problems"] == []
    assert found["documents"] == {"article": 50, "tombstone": 1}
    counted = told(["stats"])
    assert counted["documents"] == {"article": 50, "tombstone": 1}
    assert counted["engine"] == "opensearch"
    assert told(["compact"])["articles"] == 50
    assert told(["rebuild"])["articles"] == 50
    assert told(["check"])["documents"] == {"article": 50, "tombstone": 1}
    node = Node(parse(url))
    later = varied(42, words=60).model_copy(update={"revision": 3}).model_dump_json(exclude={"text"})
    for number, wrong in ((40, {"title": "Another"}), (41, {"payload": "{"}), (42, {"payload": later})):
        document = node.ask("GET", f"/{index}/_doc/{varied(number, words=60).article_id}")
        node.ask(
            "PUT",
            f"/{index}/_doc/{document['_id']}",
            document["_source"] | wrong,
            version=str(document["_version"]),
            version_type="external_gte",
            refresh="true",
        )
    node.close()
    assert run(["index", "check", "--index", url, "--json"]) == 1
    told_of = {problem["what"].partition(":")[0] for problem in json.loads(capsys.readouterr().out)["problems"]}
    assert told_of == {
        "articles that are searched as others than they are",
        "articles that cannot be read",
        "articles that are kept as others than they are",
    }
    assert run(["index", "backup", "/tmp/nowhere", "--index", url]) == 2
    assert "snapshots" in capsys.readouterr().err
    writer.close()
