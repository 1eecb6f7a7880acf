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

__all__ = ["command"]

_LINGER_S = 0.3
"""How long an article from a slow stdin may wait for others to share its batch."""

_PROGRESS_AFTER_S = 1.0


def command(
    paths: Annotated[list[str], typer.Argument(metavar="FILE|DIR|-", help="Files, folders, or - for stdin.")],
    force: Annotated[bool, typer.Option("--force", help="Pass even what is an exact duplicate.")] = False,
    url: Url = None,
    redis_url: RedisUrl = None,
    json: JsonFlag = False,
) -> None:
    """Publish articles and print the submission id of each.

    .txt is plain text, .html a page, .json one article or an array, .jsonl one article a line; anything else, and
    stdin, is told by its content. [bold]NAME.meta.json[/] beside NAME holds fields to add: url, source, title,
    published_at, language, authors, external_id. Folders are published whole, in order.

    What does not parse is sent as it is and ends as a dead letter, with a warning here.

    Examples:
      wiredesk publish article.txt page.html
      wiredesk publish news/ --url http://news.example:8080
      my-scraper | wiredesk publish -
      echo '{"title": "…", "text": "…"}' | wiredesk publish - | xargs wiredesk journey
    """
    from wiredesk.cli.output import say
    from wiredesk.cli.targets import publisher
    from wiredesk.documents import files

    if paths.count("-") > 1:
        raise typer.BadParameter("stdin can be read once", param_hint="-")
    named = {path: [Path(path)] if path == "-" else files([path]) for path in dict.fromkeys(paths)}
    found = [file for path in paths for file in named[path]]
    with publisher(url, redis_url) as target:
        run = _Run(target, json=json, total_bytes=_total_bytes(found))
        try:
            for file in found:
                run.publish(_stdin(force) if str(file) == "-" else _file(file, force))
            run.flush()
        finally:
            run.close()
    say(f"{run.sent:,} {'article' if run.sent == 1 else 'articles'} published" + run.complaint())
    if run.failed or not run.sent:
        raise typer.Exit(1)


class _Run:
    """Collects documents into batches, sends them, and prints what became of each."""

    def __init__(self, target: "Publisher", *, json: bool, total_bytes: int | None) -> None:
        self.sent = self.failed = 0
        self._target, self._json = target, json
        self._batch: list[Document] = []
        self._batch_bytes = 0
        self._progress = _Progress(total_bytes)

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

    def complaint(self) -> str:
        """The end of the closing line."""
        return f"; {self.failed:,} could not be" if self.failed else ""

    def close(self) -> None:
        """Take the progress bar away."""
        self._progress.close()


class _Progress:
    """A bar on stderr for what takes longer than a moment; nothing where stderr is no terminal."""

    def __init__(self, total_bytes: int | None) -> None:
        self._total_bytes = total_bytes
        self._started = time.monotonic()
        self._bytes = 0
        self._bar: Progress | None = None

    def advance(self, size: int, articles: int) -> None:
        """Count bytes sent; `articles` is how many are published so far."""
        self._bytes += size
        if self._bar is None and sys.stderr.isatty() and time.monotonic() - self._started > _PROGRESS_AFTER_S:
            self._bar = self._start()
        if self._bar is not None:
            rate = articles / (time.monotonic() - self._started)
            self._bar.update(
                self._bar.task_ids[0], completed=self._bytes, description=f"{articles:,} articles, {rate:,.0f}/s"
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


def _total_bytes(files: list[Path]) -> int | None:
    """What the files hold together; None with stdin among them."""
    if any(str(file) == "-" for file in files):
        return None
    return sum(file.stat().st_size for file in files) or None


def _file(path: Path, force: bool) -> "Iterator[Document | Unreadable]":
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
