"""`wiredesk publish`: files, folders or stdin onto the stream."""

import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wiredesk.cli.targets import JsonFlag, RedisUrl, Url

if TYPE_CHECKING:
    from rich.progress import Progress

    from wiredesk.client import Publisher
    from wiredesk.documents import Document, Unreadable
    from wiredesk.patience import Holdup

__all__ = ["command"]

_LINGER_S = 0.3
"""How long an article from a slow stdin may wait for others to share its batch."""

_PROGRESS_AFTER_S = 1.0

_REMIND_EVERY_S = 30.0
"""The same reason to wait is said again after this long, where no terminal shows it all the time."""


def command(
    paths: Annotated[list[str], typer.Argument(metavar="FILE|DIR|-", help="Files, folders, or - for stdin.")],
    force: Annotated[bool, typer.Option("--force", help="Pass even what is an exact duplicate.")] = False,
    patience: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Give up when one batch has to wait for longer; as long as it takes otherwise.",
        ),
    ] = None,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Publish articles and print the submission id of each.

    .txt is plain text, .html a page, .json one article or an array, .jsonl one article a line; anything else, and
    stdin, is told by its content. An article in JSON may be a NewsArticle of schema.org (.jsonld too).
    [bold]NAME.meta.json[/] beside NAME holds fields to add: url, source, title, deck, published_at, modified_at,
    section, language, authors, image, external_id. Folders are published whole, in order.

    What does not parse is sent as it is and ends as a dead letter, with a warning here.

    While the pipeline has no room, or its server restarts, publishing waits and says why: over
    [bold]WIREDESK_BACKLOG_LIMIT[/] articles not ingested (100000), or beyond [bold]WIREDESK_MEMORY_SHARE[/] of Redis's
    memory (0.8). Each id printed is an article on the stream. A batch whose answer was lost is sent again, and not
    added twice. A whole run may be repeated as well: exact duplicates go no further than ingest.

    The trace in [bold]TRACEPARENT[/] (W3C Trace Context) goes with the articles, through every stage.

    Examples:
      wiredesk publish article.txt page.html
      wiredesk publish news/ --url http://news.example:8080
      my-scraper | wiredesk publish -
      echo '{"title": "…", "text": "…"}' | wiredesk publish - | xargs wiredesk journey
    """
    from wiredesk.cli.output import say
    from wiredesk.cli.targets import publisher
    from wiredesk.documents import files
    from wiredesk.errors import NotAllowed, Unavailable

    if paths.count("-") > 1:
        raise typer.BadParameter("stdin can be read once", param_hint="-")
    stdin: list[Path | Unreadable] = [Path("-")]
    named = {path: stdin if path == "-" else files([path]) for path in dict.fromkeys(paths)}
    found = [file for path in paths for file in named[path]]
    progress = _Progress(_total_bytes(found))
    with publisher(url, redis_url, patience_s=patience, on_wait=progress.wait) as target:
        run = _Run(target, progress, json=json)
        try:
            for file in found:
                run.publish(_stdin(force) if str(file) == "-" else _file(file, force))
            run.flush()
        except (NotAllowed, Unavailable):
            progress.close()
            if run.sent or run.failed:
                say(f"{run.published()} before that")
            raise
        finally:
            progress.close()
    say(run.published())
    if run.failed or not run.sent:
        raise typer.Exit(1)


class _Run:
    """Collects documents into batches, sends them, and prints what became of each."""

    def __init__(self, target: "Publisher", progress: "_Progress", *, json: bool) -> None:
        self.sent = self.failed = 0
        self._target, self._json = target, json
        self._batch: list[Document] = []
        self._batch_bytes = 0
        self._progress = progress

    def publish(self, documents: "Iterator[Document | Unreadable | None]") -> None:
        """Take documents in, sending each batch that is full; None means that the source is slow: send now."""
        from wiredesk.client import BATCH_ARTICLES, BATCH_BYTES
        from wiredesk.documents import Unreadable

        for item in documents:
            if item is None:
                self.flush()
            elif isinstance(item, Unreadable):
                self.flush()
                self._fail(item.name, item.problem)
            else:
                if self._batch and self._batch_bytes + len(item.data) > BATCH_BYTES:
                    self.flush()
                self._batch.append(item)
                self._batch_bytes += len(item.data)
                if len(self._batch) >= BATCH_ARTICLES:
                    self.flush()

    def flush(self) -> None:
        """Send what is collected."""
        from wiredesk.cli.output import emit, emit_json, say
        from wiredesk.errors import WiredeskError

        batch, self._batch = self._batch, []
        size, self._batch_bytes = self._batch_bytes, 0
        if not batch:
            return
        for document, result in zip(batch, self._target.send([item.data for item in batch]), strict=True):
            if isinstance(result, WiredeskError):
                self._fail(document.name, str(result))
                continue
            self.sent += 1
            if document.warning:
                say(f"{document.name} {document.warning}")
            if self._json:
                emit_json({"submission_id": result, "name": document.name}, pretty=False)
            else:
                emit(result)
        sys.stdout.flush()
        self._progress.advance(size, self.sent)

    def _fail(self, name: str, problem: str) -> None:
        from wiredesk.cli.output import emit_json, say

        self.failed += 1
        say(f"{name} is not published: {problem}")
        if self._json:
            emit_json({"submission_id": None, "name": name, "error": problem}, pretty=False)

    def published(self) -> str:
        """The closing line."""
        failed = f"; {self.failed:,} could not be" if self.failed else ""
        return f"{self.sent:,} {'article' if self.sent == 1 else 'articles'} published{failed}"


class _Progress:
    """A bar on stderr for what takes longer than a moment; where stderr is no terminal, only the reasons to wait."""

    def __init__(self, total_bytes: int | None) -> None:
        self._total_bytes = total_bytes
        self._started = time.monotonic()
        self._bytes = self._articles = 0
        self._bar: Progress | None = None
        self._said: dict[str, float] = {}

    def advance(self, size: int, articles: int) -> None:
        """Count bytes sent; `articles` is how many are published so far."""
        self._bytes += size
        self._articles = articles
        if self._bar is None and sys.stderr.isatty() and time.monotonic() - self._started > _PROGRESS_AFTER_S:
            self._bar = self._start()
        self._show()

    def wait(self, holdup: "Holdup | None") -> None:
        """Tell why nothing is being sent; None: it is again."""
        if sys.stderr.isatty():
            if self._bar is None:
                self._bar = self._start()
            self._show(holdup)
        elif holdup is not None:
            self._say(holdup)

    def _say(self, holdup: "Holdup") -> None:
        from wiredesk.cli.output import say

        now = time.monotonic()
        if now - self._said.get(holdup.kind, -_REMIND_EVERY_S) >= _REMIND_EVERY_S:
            self._said[holdup.kind] = now
            say(f"waiting after {self._articles:,} articles: {holdup.why}")

    def _show(self, holdup: "Holdup | None" = None) -> None:
        from wiredesk.cli.output import printable

        if self._bar is None:
            return
        told = f"{self._articles / (time.monotonic() - self._started):,.0f}/s"
        if holdup is not None:
            told = f"waiting: {printable(holdup.why)}"
        self._bar.update(
            self._bar.task_ids[0], completed=self._bytes, description=f"{self._articles:,} articles, {told}"
        )

    def _start(self) -> "Progress":
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        from wiredesk.cli.output import console

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
        )
        bar.add_task("", total=self._total_bytes)
        bar.start()
        return bar

    def close(self) -> None:
        """Take it away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _total_bytes(files: "list[Path | Unreadable]") -> int | None:
    """What the files hold together; None with stdin among them."""
    paths = [file for file in files if isinstance(file, Path)]
    if any(str(path) == "-" for path in paths):
        return None
    return sum(path.stat().st_size for path in paths) or None


def _file(path: "Path | Unreadable", force: bool) -> "Iterator[Document | Unreadable]":
    from wiredesk.documents import read_file

    return read_file(path, force=force)


def _stdin(force: bool) -> "Iterator[Document | Unreadable | None]":
    """What stdin holds, read in a thread of its own, with a None whenever nothing came for a moment."""
    from wiredesk.documents import read_stream

    waiting: queue.Queue[Document | Unreadable | Exception | None] = queue.Queue(maxsize=64)

    def fill() -> None:
        fields = {"force": True} if force else {}
        try:
            # A reader of its own: the interpreter could not close sys.stdin at exit while this thread waits in it.
            with os.fdopen(os.dup(sys.stdin.fileno()), "rb") as lines:
                for item in read_stream(lines, name="stdin", kind=None, fields=fields):
                    waiting.put(item)
            waiting.put(None)
        except Exception as error:
            waiting.put(error)

    threading.Thread(target=fill, name="stdin", daemon=True).start()
    while True:
        try:
            item = waiting.get(timeout=_LINGER_S)
        except queue.Empty:
            yield None
            continue
        if item is None:
            return
        if isinstance(item, Exception):
            raise item
        yield item
