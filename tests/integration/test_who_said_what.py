"""A newcomer's question on the seed article: what did Lord Robertson say about the new council?"""

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from wiredesk import documents, wire
from wiredesk.events import Stream
from wiredesk.testing import PATIENCE_S, wait_until

from deploy.local.expectations import SEED

SEEDS = Path(__file__).parents[2] / "seeds"


def asked(stack, **question: str) -> list[dict[str, object]]:
    url = f"{stack.gateway_url}/api/v1/quotes?{urllib.parse.urlencode(question)}"
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return json.load(answer)["hits"]


def test_one_call_finds_what_lord_robertson_said_about_the_new_council(stack) -> None:
    (seed,) = documents.read_file(SEEDS / SEED)
    stack.client.xadd(Stream.SUBMITTED, {wire.FIELD: seed.data})
    question = {"speaker": "Lord Robertson", "q": "new council"}
    (hit,) = wait_until(lambda: asked(stack, **question), what="the quote at the gateway")
    assert str(hit["text"]).startswith("give Russia a right of equality")
    assert hit["speaker_name"] == "George Robertson"
    assert str(hit["context"]).startswith("The Kremlin push for a new Russia-NATO council would")
    assert asked(stack, speaker="Ivanov", q="new council") == []


def test_the_command_line_shows_it_too(stack) -> None:
    command = [sys.executable, "-c", "from wiredesk.cli import main; main()", "quotes", "new", "council"]
    (seed,) = documents.read_file(SEEDS / SEED)
    stack.client.xadd(Stream.SUBMITTED, {wire.FIELD: seed.data})
    wait_until(lambda: asked(stack, speaker="Lord Robertson"), what="the quotes at the gateway")
    command += ["--speaker", "Lord Robertson", "--url", stack.gateway_url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert "George Robertson" in done.stdout
    assert "give Russia a right of equality" in " ".join(done.stdout.split())
    assert "1 of 1 quotes" in done.stderr
