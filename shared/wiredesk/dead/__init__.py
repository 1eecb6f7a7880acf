"""The dead letters: what could not be processed, kept whole on `articles.dead`, to look at, send again or drop.

`letters` reads them, `moving` sends them again or drops them, `office` does both through Redis or through a gateway.
"""

from wiredesk.dead.letters import (
    LOOKED_AT,
    UNREADABLE,
    DeadLetterEntry,
    DeadLetterSummary,
    Look,
    Selection,
    checked,
    list_dead,
    look,
    moment,
    of_submission,
    show,
    summaries,
)
from wiredesk.dead.moving import (
    SUBMISSION_FIELD,
    Portion,
    ReplayResult,
    Span,
    drop,
    drop_some,
    replay,
    replay_some,
    whole,
)

__all__ = [
    "LOOKED_AT",
    "SUBMISSION_FIELD",
    "UNREADABLE",
    "DeadLetterEntry",
    "DeadLetterSummary",
    "Look",
    "Portion",
    "ReplayResult",
    "Selection",
    "Span",
    "checked",
    "drop",
    "drop_some",
    "list_dead",
    "look",
    "moment",
    "of_submission",
    "replay",
    "replay_some",
    "show",
    "summaries",
    "whole",
]
