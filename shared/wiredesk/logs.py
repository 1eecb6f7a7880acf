"""Logging, set up once in `__main__`: JSON lines in containers, readable ones on a terminal, never a body or a secret.

docs/logs.md tells what a line holds. Whatever a line says is one line: what strangers wrote forges none.
"""

import logging
import re
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import structlog

from wiredesk.log_exceptions import told

__all__ = ["configure"]

_FIRST = ("timestamp", "level", "event", "service")

_LONGEST = 2000
"""Characters of one value; docker parts a line that is longer than 16 KB."""

_SECRETS = re.compile(r"(://)[^/?#\s]*@|([?&](?:username|password|token|secret|api_key)=)[^&#\s]+", re.IGNORECASE)
"""Credentials in an address, before its host or in its query."""

_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, which forge lines or steer a terminal; marks that turn the direction of text; half characters."""

_QUIET = ("uvicorn.access", "httpx")
_SILENT = ("trafilatura", "htmldate", "courlan", "py3langid")
"""They quote pages. What came of a page is in its outcome."""


def configure(
    *, service: str, format: str = "auto", level: str = "info", about: Callable[[], Mapping[str, str]] = dict
) -> None:
    """Send structlog, the standard library's loggers, warnings and crashes to stderr, every line with `service`.

    `format` is `json`, `console`, or `auto`: `console` on a terminal, else `json`. `about` tells what a line is about
    when it is written.
    """

    def add_what_it_is_about(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**about(), **event}

    console = format == "console" or (format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        add_what_it_is_about,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_exception,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
        )
        if console
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, _first_line],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tidied(service, escape=console),
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.raiseExceptions = False  # a line that cannot be written is lost; telling of it would print what it held
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    _log_crashes()


def _with_exception(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    found = event.pop("exc_info", None)
    error = found if isinstance(found, BaseException) else found[1] if isinstance(found, tuple) else None
    if error is None and found:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = told(error)
    return event


def _first_line(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Of a library: asyncio, for one, goes on to show an exception's words, which may quote an article."""
    event["event"] = str(event["event"]).partition("\n")[0]
    event.pop("color_message", None)  # uvicorn's, the same in colours
    return event


def _tidied(service: str, *, escape: bool) -> structlog.typing.Processor:
    """What is read first comes first; long values are cut, credentials taken out, and for a terminal all is printable.

    JSON escapes by itself.
    """

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            if "://" in value:
                value = _SECRETS.sub(_starred, value)
            if len(value) > _LONGEST:
                value = f"{value[:_LONGEST]}…"
            return _UNPRINTABLE.sub(_escaped, value) if escape else value
        if isinstance(value, list | tuple | set | frozenset):
            return [clean(each) for each in value]
        if isinstance(value, dict):
            return {str(name): clean(each) for name, each in value.items()}
        return value if value is None or isinstance(value, int | float) else clean(str(value))

    def tidy(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        exception = event.pop("exception", None)
        tidied = {name: clean(event.pop(name)) for name in _FIRST if name in event}
        tidied |= {name: clean(value) for name, value in event.items()}
        if exception is not None:  # its words are cut already, and its lines are its own
            tidied["exception"] = _SECRETS.sub(_starred, exception)
        return tidied

    return tidy


def _starred(found: re.Match[str]) -> str:
    return f"{found[1]}***@" if found[1] else f"{found[2]}***"


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def _log_crashes() -> None:
    """What Python would print over many lines is one line of the log."""
    log = structlog.get_logger()

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("process.crashed", exc_info=error)

    def warned(_: Warning | str, category: type[Warning], filename: str, lineno: int, *__: Any) -> None:
        log.warning("python.warned", category=category.__name__, where=f"{filename}:{lineno}")

    sys.excepthook = crashed
    threading.excepthook = _telling(log.critical, "thread.crashed")
    sys.unraisablehook = _telling(log.error, "python.unraisable")
    warnings.showwarning = warned  # type: ignore[assignment]  # it is called by position


def _telling(tell: Callable[..., Any], event: str) -> Callable[[Any], None]:
    def tell_of(found: Any) -> None:
        tell(event, exc_info=found.exc_value)

    return tell_of
