"""A child process and the two pipes to it: frames in, frames out. What they mean is not known here."""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Self

from wiredesk.stage import frames
from wiredesk.stage.pipes import reader_of, wide_pipe, writer_to

__all__ = ["ChildProcess"]


class ChildProcess:
    """One that was started; see `start`."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        commands: asyncio.WriteTransport,
        answers: asyncio.StreamReader,
        answering: asyncio.ReadTransport,
        most_bytes: int,
    ) -> None:
        self._process, self._commands = process, commands
        self._answers, self._answering, self._most_bytes = answers, answering, most_bytes

    @classmethod
    async def start(cls, *arguments: str, most_bytes: int) -> Self:
        """Run Python with these arguments; stdin and stdout are the other ends. No frame of its may have more bytes."""
        its_input, commands = wide_pipe()
        answers, its_output = wide_pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, stdin=its_input, stdout=its_output
            )
        except BaseException:
            os.close(commands)
            os.close(answers)
            raise
        finally:
            os.close(its_input)
            os.close(its_output)
        return cls(process, await writer_to(commands), *await reader_of(answers), most_bytes)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it was not seen to have ended."""
        return self._process.returncode is None

    def send(self, fields: Sequence[bytes]) -> None:
        """Hand over a frame. Does not wait: a child that answers early is read meanwhile."""
        self._commands.write(frames.pack(fields))

    async def receive(self) -> list[bytes]:
        """Its next frame; see `frames.read_async`."""
        return await frames.read_async(self._answers, most_bytes=self._most_bytes)

    def end_input(self) -> None:
        """Tell it that nothing follows."""
        self._commands.close()

    async def ended(self) -> int:
        """Wait for its end; its exit status, or a signal's number below zero."""
        status = await self._process.wait()
        if not self._commands.is_closing():
            self._commands.abort()
        self._answering.close()
        return status

    async def kill(self) -> None:
        """End it by force, if it has not ended."""
        if self.lives:
            self._process.kill()
        await self.ended()
