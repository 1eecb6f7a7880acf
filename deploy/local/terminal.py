"""Where the runner's words go. Whoever read them may leave; the processes still have to be stopped in good order."""

import os
import sys
import textwrap
from collections.abc import Iterable

from rich.console import Console

from .interrupts import Interrupts

__all__ = ["Terminal"]


class Terminal(Console):
    """A console that asks for a stop, and falls silent, once nobody listens any more."""

    def __init__(self, interrupts: Interrupts) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._interrupts = interrupts

    def on_broken_pipe(self) -> None:
        """Rich's own ends the program on the spot, before anything is stopped."""
        self.quiet = True
        self._interrupts.request()
        # Python writes out what it still holds when it ends, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines; on a terminal long ones are folded between words, what follows set in further."""
        for line in lines:
            indent = " " * (len(line) - len(line.lstrip()) + 4)
            folded = textwrap.wrap(line, self.width, subsequent_indent=indent) if self.is_terminal else [line]
            self.print("\n".join(folded))

    def say(self, line: str) -> None:
        """One indented line. Never raises: also said while stopping."""
        try:
            self.lines([f"  {line}"])
        except OSError:
            # The terminal was closed.
            self.on_broken_pipe()
