"""Every rule that names a speaker says how sure it is."""

import re
from pathlib import Path

import wiredesk_extraction
from wiredesk_extraction.certainty import SPEAKER_CONFIDENCE


def test_confidences_are_shares() -> None:
    assert all(0 < share < 1 for share in SPEAKER_CONFIDENCE.values())


def test_no_rule_is_rated_that_is_not_there() -> None:
    modules = Path(wiredesk_extraction.__file__).parent.glob("*.py")
    code = "\n".join(module.read_text() for module in modules if module.name != "certainty.py")
    named = set(re.findall(r'"([a-z_]+)"', code)) | {"noun_that", "noun_to"}
    assert set(SPEAKER_CONFIDENCE) <= named
