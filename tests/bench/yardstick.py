"""The yardsticks' own process: the pure functions of the stages in a bare loop, and the bare redis-py loop.

    python -m bench.yardstick INDEX_URL STAGE…

Items cross in files, one a line: a submission id, a tab, the event as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wiredesk.events import ArticleExtracted, ArticleIngested, ArticleSubmitted
from wiredesk.stage.contract import Item

from .apart import Apart, serve
from .bare import BareStages, move_messages

__all__ = ["Measured", "Yardstick", "read_items", "write_items"]

_ACCEPTS: Mapping[str, type[ArticleSubmitted] | type[ArticleIngested]] = {
    "ingest": ArticleSubmitted,
    "extraction": ArticleIngested,
    "indexing": ArticleExtracted,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a bare loop took for `count` articles, `refused` of which did not get through; the others have `words`.

    `server_cpu_seconds` is what it cost the server, where there was one.
    """

    count: int
    refused: int
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float | None = None
    words: int = 0

    @property
    def per_second(self) -> float:
        """Articles a second."""
        return self.count / self.seconds

    @property
    def mean_words(self) -> float | None:
        """Words of an article that got through, on average."""
        done = self.count - self.refused
        return self.words / done if done and self.words else None


class Yardstick(Apart):
    """Runs the stages' functions in a process of its own."""

    def __init__(self, stages: Sequence[str], *, index_url: str, environment: Mapping[str, str], log: Path) -> None:
        super().__init__("bench.yardstick", index_url, *stages, environment=environment, log=log)

    def stages(self, stages: Sequence[str], items: Path, *, results: Path | None = None) -> Measured:
        """Run the stages over a file of items, and write what came out where it is wanted."""
        told = self.ask({"stages": list(stages), "items": str(items), "results": str(results) if results else None})
        return Measured(**told)

    def move_messages(self, url: str, count: int) -> float:
        """Move what stands on the stream by the bare redis-py loop; the processor's seconds it took."""
        cpu_seconds: float = self.ask({"move": count, "url": url})["cpu_seconds"]
        return cpu_seconds


def write_items(path: Path, lines: Sequence[tuple[str, bytes]]) -> None:
    """Submission ids and events as JSON."""
    path.write_bytes(b"".join(submission_id.encode() + b"\t" + event + b"\n" for submission_id, event in lines))


def read_items(path: Path) -> list[tuple[str, bytes]]:
    """What write_items wrote."""
    parts = (line.partition(b"\t") for line in path.read_bytes().split(b"\n") if line)
    return [(submission_id.decode(), event) for submission_id, _, event in parts]


def _load(arguments: Sequence[str]) -> "partial[dict[str, Any]]":
    index_url, *stages = arguments
    return partial(_obey, BareStages(stages, index_url))


def _obey(stages: BareStages, command: Mapping[str, Any]) -> dict[str, Any]:
    if "move" in command:
        return {"cpu_seconds": move_messages(command["url"], command["move"])}
    accepts = _ACCEPTS[command["stages"][0]]
    items: list[Item[Any]] = [
        Item(submission_id, accepts.model_validate_json(event))
        for submission_id, event in read_items(Path(command["items"]))
    ]
    timed = stages.whole(items) if len(command["stages"]) > 1 else stages.stage(command["stages"][0], items)
    events: Sequence[Any] = timed.results
    if command["results"]:
        made = [(event.submission_id, event.model_dump_json().encode()) for event in events]
        write_items(Path(command["results"]), made)
    return {
        "count": len(items),
        "refused": timed.refused,
        "seconds": timed.seconds,
        "cpu_seconds": timed.cpu_seconds,
        "words": sum(len(event.text.split()) for event in events),
    }


if __name__ == "__main__":
    serve(_load)
