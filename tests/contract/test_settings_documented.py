"""Every setting of a process is told in a README, with its default."""

import re
from pathlib import Path

import pytest
from wiredesk.settings import CommonSettings
from wiredesk.stage.settings import WorkerSettings
from wiredesk_extraction.settings import ExtractionSettings
from wiredesk_gateway.settings import GatewaySettings
from wiredesk_indexing.settings import IndexingSettings
from wiredesk_ingest.settings import IngestSettings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("settings", "readme"),
    [
        (WorkerSettings, "shared"),
        (IngestSettings, "services/ingest"),
        (ExtractionSettings, "services/extraction"),
        (IndexingSettings, "services/indexing"),
        (GatewaySettings, "services/gateway"),
    ],
)
def test_every_setting_is_in_a_table(settings: type[CommonSettings], readme: str) -> None:
    text = "\n".join((ROOT / folder / "README.md").read_text() for folder in ("shared", readme))
    told = set(re.findall(r"`WIREDESK_([A-Z_]+)`", text))
    told |= {re.sub(r"_MAX_AGE_S$", "_MAX_MB", name) for name in told}  # pairs share a line
    missing = [name for name in settings.model_fields if name.upper() not in told]
    assert missing == []
