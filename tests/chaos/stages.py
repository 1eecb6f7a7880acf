"""The stage functions, as the proof's workers run them: some articles fail once, poisoned ones ruin the process.

Run inside the workers' children, which find the stages by name (`chaos.stages:INGEST`).
"""

import hashlib
import os
import resource
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wiredesk.errors import TransientError, WiredeskError
from wiredesk.events import ArticleExtracted, ArticleIngested
from wiredesk.stage.contract import Item, StageDefinition, StageFunction
from wiredesk_extraction.stage import STAGE as EXTRACTION_STAGE
from wiredesk_ingest.stage import STAGE as INGEST_STAGE

from .news import SLOW_S, TRANSIENT_SHARE, is_slow_in, poison_in

__all__ = ["EXTRACTION", "FACTLESS", "FOLDER", "INGEST", "SEED", "fails_now"]

FOLDER, SEED = "CHAOS_FOLDER", "CHAOS_SEED"
"""Environment variables: where is noted what has failed once, and the seed that chooses it."""

FACTLESS = "CHAOS_FACTLESS"
"""Environment variable: if it is set, extraction finds no facts, and its processes start without loading a model."""

_BLOCK_BYTES = 8_000_000


def fails_now(stage: str, submission_id: str) -> bool:
    """Whether a submission's work at a stage fails now: a chosen few do, and each once, in whichever process."""
    number = hashlib.blake2b(f"{os.environ[SEED]} {stage} {submission_id}".encode(), digest_size=4).digest()
    if int.from_bytes(number, "big") >= TRANSIENT_SHARE * 2**32:
        return False
    try:
        Path(os.environ[FOLDER], f"{stage} {submission_id}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _tricky(stage: StageDefinition[Any, Any]) -> StageDefinition[Any, Any]:
    """The stage itself, with what its articles do to it."""

    def load() -> Any:
        function = stage.load()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        def work(batch: Sequence[Item[Any]]) -> Iterator[Any | WiredeskError]:
            for item in batch:
                text = item.event.text or ""
                _suffer(poison_in(text, stage.name))
                if is_slow_in(text, stage.name):
                    time.sleep(SLOW_S)
                if fails_now(stage.name, item.submission_id):
                    yield TransientError("chaos", "told to fail once")
                else:
                    yield from function([item])

        return work

    return replace(stage, load=load)


def _suffer(poison: str | None) -> None:
    if poison == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif poison == "loop":
        while True:
            pass
    elif poison == "hoard":
        hoard = []
        while True:
            hoard.append(bytearray(_BLOCK_BYTES))


def _find_nothing() -> StageFunction[ArticleIngested, ArticleExtracted]:
    def extract(batch: Sequence[Item[ArticleIngested]]) -> Iterator[ArticleExtracted]:
        for item in batch:
            yield ArticleExtracted(**dict(item.event), extractor="chaos/1")

    return extract


INGEST = _tricky(INGEST_STAGE)
EXTRACTION = _tricky(replace(EXTRACTION_STAGE, load=_find_nothing) if FACTLESS in os.environ else EXTRACTION_STAGE)
