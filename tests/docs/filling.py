"""What documented commands leave to be filled in. Pure."""

import re
from datetime import UTC, datetime

from wiredesk.events import DeadLetter, Stream

from tests.docs.ways import WHOLE

__all__ = ["dead_letter", "filled", "whole"]

_ID_OF = {"journey": "SUBMISSION", "dead": "LETTER", "retract": "ARTICLE", "entity": "ENTITY"}


def whole(text: str) -> str:
    """A command that is only named, as one that is given; `ID` as what it is the id of."""
    text = WHOLE.get(text, text)
    program, command, *_ = text.split()
    return re.sub(r"\bID\b", _ID_OF.get(command, "ID"), text) if program == "wiredesk" else text


def filled(text: str, **signs: str) -> str:
    """The command with values in place of the words that stand for any."""
    for sign, value in signs.items():
        text = re.sub(rf"(?<!\w){re.escape(sign)}(?!\w)", value, text)
    return text


def dead_letter(reason: str) -> DeadLetter:
    """One that can be listed and sent again."""
    now = datetime.now(UTC)
    return DeadLetter(
        original="e30=",
        stream=Stream.SUBMITTED,
        stage="ingest",
        reason=reason,
        message="no result within 5 s",
        attempts=4,
        first_seen=now,
        last_seen=now,
        submission_id="1-1",
    )
