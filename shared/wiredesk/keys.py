"""The names of the Redis keys beside the streams, in one place, for the code and for the ACL."""

__all__ = [
    "article",
    "copy_bands",
    "copy_founders",
    "dropped",
    "failures",
    "idempotency",
    "journey",
    "replayed",
    "signature",
    "worker",
    "workers",
]


def article(article_id: str) -> str:
    """Hash {content, revision} of an article's current revision, by which duplicates are told, and of the `latest`

    submission that said the same again. Expires.
    """
    return f"wiredesk:article:{article_id}"


def journey(submission_id: str) -> str:
    """Hash {stage: step, "article": id} of what happened to one submission (`journey_steps`). Expires."""
    return f"wiredesk:journey:{submission_id}"


def copy_bands() -> str:
    """Hash {band of a signature: number of the founder that had it first}, by which near copies are found."""
    return "wiredesk:near:bands"


def copy_founders() -> str:
    """Hash {number: time and signature of a text that founded a cluster}, and from where to where the numbers go.

    Does not expire as a whole: the oldest are taken out one by one (`copies.lua`).
    """
    return "wiredesk:near:founders"


def idempotency(key: str) -> str:
    """The submission id an Idempotency-Key was answered with. Expires."""
    return f"wiredesk:idempotency:{key}"


def worker(stage: str, name: str) -> str:
    """JSON of one live worker or gateway, written every second or so and expiring soon after its death."""
    return f"wiredesk:worker:{stage}:{name}"


def workers() -> str:
    """Sorted set of the keys of live workers, by when (s since the epoch) each expires; finds them without a scan."""
    return "wiredesk:workers"


def signature(worker_signature: str) -> str:
    """`NAME VERSION` of the worker that signs journeys in short. Lives as long as its journeys."""
    return f"wiredesk:signature:{worker_signature}"


def dropped() -> str:
    """Hash {stream: how many entries its limits of age and size, or of foreign groups, have cost}."""
    return "wiredesk:dropped"


def failures(stage: str, stream: str) -> str:
    """Hash {entry id: tries that failed} of what a stage has pending and failed over. Expires a week after the last."""
    return f"wiredesk:failures:{stage}:{stream}"


def replayed(letter_id: str) -> str:
    """`TOKEN STREAM ENTRY` of a dead letter replayed within the last minutes: by whom, and as what. Expires."""
    return f"wiredesk:replayed:{letter_id}"
