"""One process of a real service: `python -m chaos.worker ingest`. As it is, plus what the proof's articles do.

The service's `main` runs unchanged; only the stage function its child process is told to load, or for indexing the
processor, is the proof's, which calls the real one.
"""

import ctypes
import importlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from wiredesk.stage.outcomes import Delivery, Retry

from .errors import ChaosError
from .sabotage import sabotage
from .stages import fails_now

__all__ = ["WITHOUT"]

WITHOUT = "CHAOS_WITHOUT"
"""Environment variable: what is switched off, see `sabotage`."""

_PR_SET_PDEATHSIG = 1


def main(stage: str) -> int:
    """Run one worker to its end and return its exit status."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing outlives a proof that is killed
    try:
        sabotage(os.environ.get(WITHOUT, ""))
        service = importlib.import_module(f"wiredesk_{stage}.__main__")
        if stage != "gateway":
            _put_between(service, stage)
    except ChaosError as error:
        sys.stderr.write(f"chaos worker: {error}\n")
        return 1
    run: Callable[[], int] = service.main
    return run()


def _put_between(service: Any, stage: str) -> None:
    name = "IndexProcessor" if stage == "indexing" else "ChildProcessor"
    real = getattr(service, name, None)
    if real is None:
        raise ChaosError(f"{service.__name__} composes no {name} any more; bring worker.py up to date")
    setattr(service, name, _failing(real) if stage == "indexing" else _loading(real, f"chaos.stages:{stage.upper()}"))


def _loading(real: Any, path: str) -> Callable[..., Any]:
    def compose(_path: str, *arguments: Any, **named: Any) -> Any:
        return real(path, *arguments, **named)

    return compose


def _failing(real: Any) -> Any:
    class FailingIndexProcessor(real):  # type: ignore[misc]
        async def process(self, batch: Sequence[Delivery]) -> Sequence[Any]:
            told = [fails_now("indexing", delivery.submission_id) for delivery in batch]
            worked = iter(await super().process([one for one, fails in zip(batch, told, strict=True) if not fails]))
            return [Retry(reason="chaos", message="told to fail once") if fails else next(worked) for fails in told]

    return FailingIndexProcessor


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
