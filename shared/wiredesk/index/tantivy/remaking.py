"""The index anew, beside the one in use, and then in its place: for a new schema, for less room, or from a backup.

The maker holds the lease of the old index from the first document to the last, so nothing is written meanwhile: what is
published waits on the stream. Killed at any moment it leaves the old index in use, or the new one; the next one begins
again.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from wiredesk.errors import TransientError, Unavailable, UsageError
from wiredesk.events import ArticleExtracted
from wiredesk.index.administration import Remade, Told
from wiredesk.index.corrections import Register
from wiredesk.index.protocol import IndexBusy
from wiredesk.index.settling import State
from wiredesk.index.tantivy import lease, translog
from wiredesk.index.tantivy.documents import card_of, stored_article
from wiredesk.index.tantivy.filling import filled
from wiredesk.index.tantivy.generations import (
    SEGMENTS_FILE,
    Generation,
    current,
    discard_unused,
    flushed_copy,
    flushed_folder,
    lead_to,
    moved,
    next_folder,
    set_aside,
)
from wiredesk.index.tantivy.schema import READABLE, VERSION
from wiredesk.index.tantivy.snapshot import files_of
from wiredesk.index.tantivy.walking import Stored

__all__ = ["GRACE_S", "copied", "remade", "replaced", "size_of"]

GRACE_S = 3.0
"""Readers look for a new state every second or faster; those that began on the old index end before it is removed."""
_EVERY = 100
"""Articles between two words about progress."""


def remade(path: Path, old: Generation, *, keep_old: bool, told: Told, grace_s: float = GRACE_S) -> Remade:
    """From the articles, retractions and corrections that the index stores. See `replaced`.

    What a killed writer left in its log goes along: the next one brings it in.
    """
    if old.version not in READABLE:
        raise UsageError(
            f"the index at {path} has schema {old.version}; this Wiredesk reads schema {READABLE[0]} to {VERSION}"
        )
    return replaced(
        path,
        lambda old, new: _copied_with_log(old.folder, new, told),
        needed=size_of(old.folder),
        keep_old=keep_old,
        grace_s=grace_s,
    )


def replaced(
    path: Path, fill: Callable[[Generation, Path], None], *, needed: int, keep_old: bool, grace_s: float
) -> Remade:
    """Have `fill` make a whole index of about `needed` bytes in a new folder, and lead there.

    Raises IndexBusy, UsageError, Unavailable, and what `fill` raises; then the index is as it was.
    """
    started = time.monotonic()
    try:
        old = current(path)
        if old is None:
            raise Unavailable(f"nothing was indexed yet at {path}")
        with lease.held(old.folder):
            if moved(path, old.folder):
                raise IndexBusy(f"the index at {path} was made anew at this moment; see `wiredesk index stats`")
            if isinstance(old.version, int):  # else nothing says which generation is unused
                discard_unused(path, old.folder)
            if shutil.disk_usage(path).free < needed:
                raise UsageError(f"a second index needs about {needed:,} bytes beside the one at {path}; make room")
            before, new = size_of(old.folder), next_folder(path)
            try:
                fill(old, new)
                articles, after = Stored(new).count("article"), size_of(new)
                lead_to(path, Generation(VERSION, new))
            except BaseException:
                if moved(path, new):
                    shutil.rmtree(new, ignore_errors=True)
                raise
            ended = time.monotonic()
            time.sleep(grace_s)
            kept = set_aside(path, old, keep=keep_old)
    except OSError as error:
        raise Unavailable(f"the index at {path} was not replaced: {error}") from error
    return Remade(
        articles=articles,
        bytes_before=before,
        bytes_after=after,
        seconds=ended - started,
        kept=str(kept) if kept else None,
    )


def _copied_with_log(source: Path, target: Path, told: Told) -> None:
    copied(source, target, told)
    for file in translog.files_of(source):
        flushed_copy(file, target / file.name)
    flushed_folder(target)


def copied(source: Path, target: Path, told: Told) -> None:
    """Every article made anew under this version's schema, with what is kept beside articles. See `filled`.

    Raises UsageError for an article that cannot be read or is there twice, TransientError for a full disk.
    """
    stored = Stored(source)
    total = stored.count("article")
    registers = [Register(**card_of(each)) for each in stored.each("correction")]
    states = [State.read(card_of(each)) for each in stored.each("state")]
    tombstones = map(card_of, stored.each("tombstone"))
    filled(
        target,
        _articles(stored, total, told),
        tombstones={card["article_id"]: card["revision"] for card in tombstones},
        registers=registers,
        # Every article comes in corrected: nothing is left to settle.
        state=(states[0] if states else State()).settled(),
    )
    arrived = Stored(target).count("article")
    if arrived != total:
        raise TransientError("index_incomplete", f"{arrived} of {total} articles arrived; the index is as it was")
    flushed_folder(target)


def _articles(stored: Stored, total: int, told: Told) -> Iterator[ArticleExtracted]:
    done = 0
    try:
        for document in stored.each("article"):
            if done % _EVERY == 0:
                told("articles", done, total)
            yield stored_article(document)
            done += 1
    except ValueError as error:
        raise UsageError(f"an article cannot be read ({error}); `wiredesk index check` names it") from error
    told("articles", total, total)


def size_of(folder: Path) -> int:
    """Bytes of the files in use; 0 where there is no telling. Raises OSError."""
    try:
        return sum(file.stat().st_size for file in files_of(folder, (folder / SEGMENTS_FILE).read_bytes()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0
