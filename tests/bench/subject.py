"""The pipeline that is measured: submitting to it, and following what becomes of each submission."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from wiredesk import submissions
from wiredesk.events import ArticleIndexed

from . import machine
from .accounts import Account, Follower, milliseconds
from .context import Bench
from .errors import BenchError
from .moving import Moved
from .processes import Stack

__all__ = ["Driven", "Subject"]

_PUBLISHED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Driven:
    """What a pipeline did at full speed within `wall_s`.

    `machine_s` is how long the machine's cores were busy meanwhile, everything included; None where it does not tell.
    """

    moved: Moved
    wall_s: float
    machine_s: float | None


@dataclass(frozen=True, slots=True)
class Subject:
    """The pipeline that runs, and the account of what it was given."""

    stack: Stack
    account: Account
    follower: Follower

    @classmethod
    def of(cls, bench: Bench, stack: Stack) -> Self:
        """With an account of its own, which the bench keeps: each server counts its submissions for itself."""
        account = Account()
        bench.accounts.append(account)
        return cls(stack, account, Follower(stack.client, account))

    def follow(self, submission_ids: Sequence[str]) -> None:
        """Enter submissions and wait for their ends."""
        self.account.submitted.update(submission_ids)
        self.follower.wait(submission_ids, self.stack.check)

    def indexed(self, submission_id: str) -> ArticleIndexed:
        """What was told of an article. Raises BenchError when it was refused."""
        if submission_id not in self.account.indexed:
            raise BenchError(f"an article was refused: {self.account.dead.get(submission_id, 'as a duplicate')}")
        return self.account.indexed[submission_id][0]

    def at_full_speed(self, documents: Sequence[bytes]) -> Driven:
        """All of them at once: from the first submission to the last article indexed, on the server's clock."""
        cpu_before, busy, began = self.stack.cpu_by_process(), machine.busy_seconds(), time.monotonic()
        ids: list[str] = []
        for at in range(0, len(documents), _PUBLISHED_AT_ONCE):
            ids += submissions.submit(self.stack.client, documents[at : at + _PUBLISHED_AT_ONCE])
        self.follow(ids)
        wall_s, busy_after = time.monotonic() - began, machine.busy_seconds()
        ended = [self.account.indexed[one][1] for one in ids if one in self.account.indexed]
        if not ended:
            raise BenchError(f"none of {len(ids)} articles was indexed: {self.account.counts()}")
        parts = {one: taken - cpu_before.get(one, 0.0) for one, taken in self.stack.cpu_by_process().items()}
        moved = Moved(
            count=len(ids),
            refused=len(ids) - len(ended),
            seconds=max(0.001, (max(ended) - milliseconds(ids[0])) / 1000),
            cpu_seconds=sum(parts.values()) if parts else None,
            parts=parts,
        )
        return Driven(moved, wall_s, busy_after - busy if busy is not None and busy_after is not None else None)
