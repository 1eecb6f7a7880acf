"""The demo: every article of seeds/ goes through, and what became of each is shown and checked."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.live import Live
from rich.table import Table
from wiredesk.errors import Unavailable, WiredeskError
from wiredesk.http_api import HttpApi, path_of
from wiredesk.journey import StageStep

from .expectations import SEED, missing
from .facts import article_lines, search_lines
from .following import Batch, Followed, read_seeds
from .runner import Stack
from .terminal import Terminal

__all__ = ["demo"]

_STEP_S = 0.02
_SILENCE_S = 90.0
"""Without any change for this long, and no backlog shrinking, something is stuck."""
_COUNT_S = 0.5
_STAGES = ("ingest", "extraction", "indexing")
_QUERY = "Kremlin veto"
_WIDE = 140
"""Columns of a terminal on which there is room to say what each article shows."""


def demo(stack: Stack, *, seeds: Path, terminal: Terminal) -> int:
    """Publish, follow, print; 0 when everything became what it must, else 1, naming what did not.

    Raises Stopped when the user interrupts, UsageError and Unavailable.
    """
    batch = Batch(read_seeds(seeds), client=stack.client, gateway=stack.page)
    terminal.print(f"\nPublishing the {len(batch.seeds)} articles of {seeds.name}/")
    with _shown(batch, terminal) as refresh:
        _follow(batch, stack, refresh, say=terminal.say)
    problems = missing([seed.seen() for seed in batch.seeds])
    seed = next((one for one in batch.seeds if one.name == SEED), None)
    if seed and seed.article:
        problems += _show_facts(seed, stack, terminal)
    for problem in problems:
        print(f"missing: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _follow(
    batch: Batch, stack: Stack, refresh: Callable[[list[Followed]], None], *, say: Callable[[str], None]
) -> None:
    """Until all have ended, or nothing moves any more."""
    moved_at = counted_at = time.monotonic()
    behind = None
    while not batch.ended:
        now = time.monotonic()
        stack.watch()
        try:
            changed = batch.step()
            if now - counted_at > _COUNT_S:
                counted_at = now
                left = stack.unfinished()
                # Articles of an earlier run are worked off first.
                moved_at = now if left != behind else moved_at
                behind = left
        except Unavailable as error:
            # A worker or the server is being started again.
            changed = []
            say(str(error))
        if changed:
            moved_at = now
            refresh(changed)
        elif now - moved_at > _SILENCE_S:
            say(f"nothing has moved for {_SILENCE_S:g} s; see the logs in {stack.folder.logs}")
            return
        stack.interrupts.pause(_STEP_S)


@contextlib.contextmanager
def _shown(batch: Batch, terminal: Terminal) -> Iterator[Callable[[list[Followed]], None]]:
    """A table that lives on a terminal; elsewhere one line for each article that came to its end."""
    if not terminal.is_terminal:
        yield lambda changed: _print_ends(changed, terminal)
        return
    # Without a thread of its own: processes are started meanwhile.
    wide = terminal.width >= _WIDE
    with Live(_table(batch, wide=wide), console=terminal, auto_refresh=False) as live:
        yield lambda _: live.update(_table(batch, wide=wide), refresh=True)


def _print_ends(changed: list[Followed], terminal: Terminal) -> None:
    for seed in changed:
        if seed.ended:
            terminal.print(f"  {seed.name:<34}{_outcome(seed)}")


def _table(batch: Batch, *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    headings = ("article", *(["what it shows"] if wide else []), *_STAGES, "outcome")
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for seed in batch.seeds:
        steps = {step.stage: step for step in seed.journey.steps} if seed.journey else {}
        shows = seed.expectation.shows if seed.expectation else ""
        table.add_row(
            seed.name, *([shows] if wide else []), *(_cell(steps.get(stage)) for stage in _STAGES), _outcome(seed)
        )
    return table


def _cell(step: StageStep | None) -> str:
    if step is None:
        return ""
    return f"{step.worked_ms} ms" if step.outcome in ("published", "done") else step.outcome.replace("_", "-")


def _outcome(seed: Followed) -> str:
    if seed.ended and seed.searchable_s is not None:
        return f"searchable after {seed.searchable_s:.2f} s"
    reason = seed.seen().reason
    return f"{seed.state}: {reason}" if reason else seed.state


def _show_facts(seed: Followed, stack: Stack, terminal: Terminal) -> list[str]:
    """Print what is known of the seed article; returns what a search should find and does not."""
    article = seed.article
    if article is None or seed.searchable_s is None:
        return []
    terminal.print(f"\n{article.title}")
    terminal.print(f"{stack.page}/articles/{article.article_id}\n")
    terminal.lines(article_lines(article))
    problems = []
    try:
        page = HttpApi(stack.page).get(path_of("search"), q=_QUERY, limit=5)
        terminal.print()
        terminal.lines(search_lines(_QUERY, page))
        if article.article_id not in [hit["article_id"] for hit in page["hits"]]:
            problems.append(f"{seed.name}: not found by a search for {_QUERY!r}")
    except WiredeskError as error:
        problems.append(f"{seed.name}: searching for {_QUERY!r} failed: {error}")
    terminal.print(f"\nFrom publishing the seed article to finding it: {seed.searchable_s:.2f} s")
    terminal.print(f"The web page: {stack.page}/")
    return problems
