"""A stage that does what an article's title says: the runtime's tests put it where ingest stands."""

import contextlib
import hashlib
import os
import signal
import struct
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from wiredesk.errors import PermanentError, TransientError, WiredeskError
from wiredesk.events import ArticleIngested, ArticleSubmitted, Stream, revision_of
from wiredesk.stage import worker
from wiredesk.stage.contract import Item, StageDefinition, StageFunction
from wiredesk.stage.isolation import ChildProcessor
from wiredesk.stage.plan import Plan
from wiredesk.stage.settings import WorkerSettings
from wiredesk.stage.worker import run

PLAN = Plan(
    name="ingest",
    sources=(Stream.SUBMITTED,),
    target=Stream.INGESTED,
    distribution="wiredesk",
    batch_size=8,
    shares=True,
)


def _work(item: Item[ArticleSubmitted]) -> ArticleIngested | WiredeskError:
    title, text = item.event.title or "", item.event.text or ""
    match title.split():
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["loop"]:
            while True:
                pass
        case ["hoard"]:
            hoard = []
            while True:
                hoard.append(bytearray(50_000_000))
        case ["bug"]:
            raise ZeroDivisionError("a bug in the stage")
        case ["refuse"]:
            return PermanentError("no_story", "there is no story here")
        case ["later"]:
            return TransientError("busy", "try again")
        case ["nonsense"]:
            _answer(b"\xff" * 64)
        case ["endless"]:
            _answer(struct.pack(">IQ", 1, 1 << 50))
        case ["slow", marker]:
            Path(marker).touch()
            time.sleep(0.3)
        case ["slow"]:
            time.sleep(0.3)
        case ["print"]:
            print(text)
        case ["warn"]:
            warnings.warn(text, stacklevel=1)
        case ["quote"]:
            raise ValueError(f"cannot read {text}")
    content = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    return ArticleIngested(
        article_id=item.event.external_id or content,
        revision=revision_of(item.submission_id),
        submission_id=item.submission_id,
        title=title,
        text=text,
        content_hash=content,
        cluster_id=content,
        force=item.event.force,
    )


def _answer(raw: bytes) -> None:
    """What no stage may say, straight into the pipe to the worker; then it hangs, so that only the answer tells."""
    for handle in range(3, 20):  # the pipe is one of them
        with contextlib.suppress(OSError):
            os.write(handle, raw)
    time.sleep(60)


def load() -> StageFunction[ArticleSubmitted, ArticleIngested]:
    def function(batch: Sequence[Item[ArticleSubmitted]]) -> Iterator[ArticleIngested | WiredeskError]:
        for item in batch:
            yield _work(item)

    return function


def load_nonsense() -> StageFunction[ArticleSubmitted, ArticleIngested]:
    _answer(b"\xff" * 64)
    return load()


def refuse_to_load() -> StageFunction[ArticleSubmitted, ArticleIngested]:
    raise PermanentError("no_model", "the model en_core_web_none is not installed")


def load_slowly() -> StageFunction[ArticleSubmitted, ArticleIngested]:
    time.sleep(2 * float(os.environ["SAMPLE_UNREAD_S"]))
    return load()


STAGE = StageDefinition(
    name="ingest", source=Stream.SUBMITTED, target=Stream.INGESTED, accepts=ArticleSubmitted, load=load
)
NONSENSICAL = StageDefinition(
    name="ingest", source=Stream.SUBMITTED, target=Stream.INGESTED, accepts=ArticleSubmitted, load=load_nonsense
)
UNUSABLE = StageDefinition(
    name="ingest", source=Stream.SUBMITTED, target=Stream.INGESTED, accepts=ArticleSubmitted, load=refuse_to_load
)
SLOW_TO_LOAD = StageDefinition(
    name="ingest", source=Stream.SUBMITTED, target=Stream.INGESTED, accepts=ArticleSubmitted, load=load_slowly
)


if __name__ == "__main__":
    worker._UNREAD_S = float(os.environ.get("SAMPLE_UNREAD_S", worker._UNREAD_S))
    chosen = f"sample_stage:{os.environ.get('SAMPLE_STAGE', 'STAGE')}"
    sys.exit(run(PLAN, WorkerSettings, lambda settings, _: ChildProcessor(chosen, settings.limits())))
