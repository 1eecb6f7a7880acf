"""The index as the gateway holds it: waited for, opened when it appears, reloaded in the background."""

import threading
from collections.abc import Callable

import structlog
from wiredesk.errors import Unavailable, UsageError, WiredeskError
from wiredesk.index.protocol import Dated, IndexReader

__all__ = ["LiveIndex"]

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class LiveIndex:
    """Owns at most one reader and a thread that keeps it fresh. `reader` may be called from any thread."""

    def __init__(self, open_reader: Callable[[], IndexReader], *, interval_s: float) -> None:
        self._open_reader = open_reader
        self._interval_s = interval_s
        self._reader: IndexReader | None = None
        self._problem = "the index is not open yet; try again in a moment"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="index-reload", daemon=True)

    def start(self) -> None:
        """Try to open the index now, then keep it fresh (or keep trying) in the background.

        Raises UsageError for an address that can never work; an index that is not there yet is waited for.
        """
        try:
            self._look()
        except UsageError:
            raise
        except Exception as error:
            self._lose(error)
        self._thread.start()

    def stop(self) -> None:
        """Stop reloading and let the index go."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=self._interval_s + 5)
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def reader(self) -> IndexReader:
        """The open reader. Raises Unavailable, saying why, while there is none."""
        if self._reader is None:
            raise Unavailable(self._problem)
        return self._reader

    def documents(self) -> int | None:
        """Articles now searchable; None when that cannot be told."""
        try:
            return self.reader().documents()
        except WiredeskError:
            return None

    def state(self) -> str | None:
        """The state of the index that searches see now; None when there is no telling."""
        reader = self._reader
        try:
            return reader.state() if isinstance(reader, Dated) else None
        except WiredeskError:
            return None

    @property
    def problem(self) -> str | None:
        """Why there is no reader, None when there is one."""
        return None if self._reader is not None else self._problem

    def _run(self) -> None:
        while not self._stopping.wait(self._interval_s):
            self._refresh()

    def _refresh(self) -> None:
        """Whatever a backend raises means the same here: no index for now, and try again."""
        try:
            self._look()
        except Exception as error:
            self._lose(error)

    def _look(self) -> None:
        if self._reader is None:
            reader = self._open_reader()
            _log.info("index.opened", documents=reader.documents())
            self._reader = reader
        else:
            self._reader.reload()

    def _lose(self, error: Exception) -> None:
        expected = isinstance(error, WiredeskError)
        problem = str(error) if expected else "the index cannot be read now; the gateway's log says why"
        if problem != self._problem or self._reader is not None:
            _log.warning("index.unavailable", why=problem, exc_info=None if expected else error)
        lost, self._reader, self._problem = self._reader, None, problem
        if lost is not None:
            try:
                lost.close()
            except Exception as closing:  # it is broken already; a new one is opened all the same
                _log.debug("index.close_failed", why=str(closing))
