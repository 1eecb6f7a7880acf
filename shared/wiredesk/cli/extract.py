"""`wiredesk extract`: the facts of articles, without Redis and without an index."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wiredesk.events import ArticleExtracted
    from wiredesk.offline import Entry, Failure

__all__ = ["command"]

_PROGRESS_EVERY_S = 0.5

Format = Literal["facts", "jsonld"]


def command(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="FILE... | IN OUT", help="Files or - for stdin; with --jsonl input and output."),
    ],
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="From JSON lines to JSON lines: IN OUT, each may be -.")
    ] = False,
    batch_size: Annotated[int, typer.Option(min=1, max=1000, help="Articles worked on together with --jsonl.")] = 32,
    json: Annotated[bool, typer.Option("--json", help="One line an article, on a terminal too.")] = False,
    form: Annotated[
        Format, typer.Option("--format", help="facts: ArticleExtracted; jsonld: NewsArticle of schema.org.")
    ] = "facts",
) -> None:
    """Print the facts of an article as JSON: who said what, about whom, where and when.

    The same functions as the workers', in this process: neither Redis nor an index is needed, only the packages
    wiredesk-ingest and wiredesk-extraction. Files are read as `wiredesk publish` reads them.

    [bold]--jsonl IN OUT[/] reads one ArticleSubmitted with an "id" a line and writes one line each with that "id", in
    order: the fields of ArticleExtracted, or "error" with reason, message and stage, and the line's number. The exit
    status is 1 when some failed. With [bold]--format jsonld[/] the fields are those of a NewsArticle in JSON-LD.

    Examples:
      wiredesk extract article.txt
      wiredesk extract --format jsonld page.html
      wiredesk extract --jsonl articles.jsonl facts.jsonl
      zcat articles.gz | wiredesk extract --jsonl - - | jq '.quotes[].text'
    """
    from wiredesk.errors import UsageError

    if not jsonl:
        _extract_files(paths, form, one_line=json or not sys.stdout.isatty())
        return
    if len(paths) != 2:
        raise UsageError("--jsonl takes two names, input and output, each a file or -: wiredesk extract --jsonl IN OUT")
    source, target = paths
    if source != "-" and not Path(source).exists():
        raise UsageError(f"{source} does not exist")
    if target != "-" and Path(target).exists() and source != "-" and Path(source).samefile(target):
        raise UsageError("input and output are the same file")
    _extract_lines(source, target, batch_size, form)


def _extract_files(paths: list[str], form: Format, *, one_line: bool) -> None:
    from wiredesk.cli.output import emit, say
    from wiredesk.offline import Failure, Stages

    stages = Stages()
    failed = 0
    for entry, result in stages.extract(_entries_of_files(paths), batch_size=1):
        if isinstance(result, Failure):
            failed += 1
            say(f"{entry.key}: {result.message} ({result.reason}, in {result.stage})")
        else:
            emit(_written(result, form, indent=None if one_line else 2))
    if failed:
        raise typer.Exit(1)


def _entries_of_files(paths: list[str]) -> "Iterator[Entry]":
    from wiredesk.cli.output import say
    from wiredesk.documents import Document, files, read_file, read_stream
    from wiredesk.offline import Entry, Failure, read_line

    number = 0
    for path in paths:
        if path == "-":
            documents = read_stream(sys.stdin.buffer, name="stdin", kind=None, fields={})  # type: ignore[arg-type]
        else:
            documents = (document for file in files([path]) for document in read_file(file))
        for document in documents:
            number += 1
            if not isinstance(document, Document):
                failure = Failure("unreadable_file", document.problem, "ingest")
                yield Entry(document.name, f"0-{number}", failure, 0)
                continue
            if document.warning:
                say(f"{document.name} {document.warning}")
            entry = read_line(document.data, number)
            yield Entry(document.name, entry.submission_id, entry.event, entry.size_bytes)


def _extract_lines(source: str, target: str, batch_size: int, form: Format) -> None:
    from wiredesk.cli.output import say
    from wiredesk.offline import Stages

    stages = Stages()
    meter = _Meter()
    try:
        with _opened(source, "rb") as lines, _opened(target, "wb") as out:
            for at, (entry, result) in enumerate(stages.extract(_entries(lines), batch_size=batch_size), 1):
                out.write(_line(entry, result, form))
                meter.count(result)
                if at % batch_size == 0:
                    out.flush()
            out.flush()
    finally:
        meter.close()
    say(meter.summary())
    if meter.failed:
        raise typer.Exit(1)


def _opened(name: str, mode: str) -> "AbstractContextManager[BinaryIO]":
    """A file, or stdin or stdout, which stay open."""
    from contextlib import nullcontext

    from wiredesk.errors import UsageError

    if name == "-":
        return nullcontext(sys.stdin.buffer if mode == "rb" else sys.stdout.buffer)
    try:
        return Path(name).open(mode)  # type: ignore[return-value]  # a binary mode, which mypy cannot see
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from error


def _entries(lines: BinaryIO) -> "Iterator[Entry]":
    from wiredesk.offline import MAX_LINE_BYTES, Entry, Failure, read_line

    number = 0
    while line := lines.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = lines.readline(MAX_LINE_BYTES)
            yield Entry(None, f"0-{number}", Failure("too_large", "the line has over 64 MiB", "ingest"), 0)
        elif line.strip():
            yield read_line(line.strip(), number)


def _written(article: "ArticleExtracted", form: Format, *, indent: int | None = None) -> str:
    """The article as JSON in the form asked for."""
    import json

    from wiredesk.news_article import news_article

    if form == "facts":
        return article.model_dump_json(indent=indent)
    return json.dumps(news_article(article), ensure_ascii=False, indent=indent)


def _line(entry: "Entry", result: "ArticleExtracted | Failure", form: Format) -> bytes:
    """One line of output; the event is dumped once, by pydantic, and the id set before it."""
    import json

    from wiredesk.offline import Failure

    key = json.dumps(entry.key)
    if isinstance(result, Failure):
        error = {"reason": result.reason, "message": result.message, "stage": result.stage}
        number = entry.submission_id.partition("-")[2]
        return f'{{"id":{key},"line":{number},"error":{json.dumps(error)}}}\n'.encode()
    return b'{"id":' + key.encode() + b"," + _written(result, form).encode()[1:] + b"\n"


class _Meter:
    """Counts articles and words, and says so on a terminal."""

    def __init__(self) -> None:
        self.done = self.failed = self._words = 0
        self._started = self._told = time.monotonic()
        self._visible = sys.stderr.isatty()

    def count(self, result: "ArticleExtracted | Failure") -> None:
        """One more article; words are counted only for whoever watches."""
        from wiredesk.offline import Failure

        if isinstance(result, Failure):
            self.failed += 1
            return
        self.done += 1
        if not self._visible:
            return
        self._words += result.text.count(" ") + 1
        now = time.monotonic()
        if now - self._told > _PROGRESS_EVERY_S:
            self._told = now
            sys.stderr.write(f"\r\x1b[K{self.summary()}")
            sys.stderr.flush()

    def summary(self) -> str:
        """What was done so far, and how fast."""
        elapsed = max(time.monotonic() - self._started, 1e-6)
        words = f", {self._words / elapsed:,.0f} words/s" if self._visible else ""
        failed = f"; {self.failed:,} failed" if self.failed else ""
        return f"{self.done:,} articles, {self.done / elapsed:,.1f}/s{words}{failed}"

    def close(self) -> None:
        """Clear the line of progress."""
        if self._visible:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
