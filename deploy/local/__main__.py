"""Composition of the runner: `python -m deploy.local up|demo`, which `make up` and `make demo` call."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import NoReturn

from wiredesk.errors import UsageError, WiredeskError

from .demo import demo
from .interrupts import Interrupts, Stopped
from .memory import parse
from .runner import Options, Stack, started
from .terminal import Terminal

_ROOT = Path(__file__).resolve().parents[2]
_INTERRUPTED = 130
_DESCRIPTION = """Wiredesk on this machine without containers: an embedded Valkey, and the services of
docker-compose.yml as plain processes. Ctrl-C stops everything; what was under way goes on at the next start."""


def main() -> int:
    """Exit status: 0 done, or served until asked to stop; 1 something is missing or broke; 2 asked for what cannot be

    had; 130 a demo stopped before its end.
    """
    arguments = _parser().parse_args()
    interrupts = Interrupts()
    interrupts.install()
    terminal = Terminal(interrupts)
    try:
        options = Options(
            data=arguments.data.expanduser().resolve(),
            scale=arguments.scale,
            redis_port=arguments.redis_port,
            http_port=arguments.http_port,
            maxmemory_bytes=parse(arguments.maxmemory) if arguments.maxmemory else None,
        )
        terminal.print(f"Wiredesk starts in {options.data}")
        with started(options, compose=_ROOT / "docker-compose.yml", interrupts=interrupts, say=terminal.say) as stack:
            return _up(stack, terminal) if arguments.what == "up" else _demo(stack, terminal)
    except (WiredeskError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1


def _up(stack: Stack, terminal: Terminal) -> int:
    with contextlib.suppress(Stopped):
        stack.wait_until_ready(terminal.say)
        _serve(stack, terminal)
    terminal.print()
    return 0


def _demo(stack: Stack, terminal: Terminal) -> int:
    """On a terminal serve on, so that the pages can be looked at."""
    status = _INTERRUPTED
    try:
        stack.wait_until_ready(terminal.say)
        status = demo(stack, seeds=_ROOT / "seeds", terminal=terminal)
        if terminal.is_terminal:
            _serve(stack, terminal)
    except Stopped:
        terminal.print()
    return status


def _serve(stack: Stack, terminal: Terminal) -> None:
    terminal.print(
        f"""
Wiredesk is ready: {stack.page}/

In another terminal:
  export WIREDESK_REDIS_URL={stack.server.url} WIREDESK_URL={stack.page}
  {Path(sys.executable).with_name("wiredesk")} --help

Logs are in {stack.folder.logs}. Ctrl-C stops everything."""
    )
    stack.serve()


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` has the rest."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"error: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m deploy.local", description=_DESCRIPTION)
    what = parser.add_subparsers(dest="what", required=True, metavar="up|demo")
    for name, description in (
        ("up", "serve until Ctrl-C"),
        ("demo", "publish seeds/, show what becomes of each article, then serve until Ctrl-C (on a terminal)"),
    ):
        command = what.add_parser(name, help=description, description=description)
        command.add_argument("--data", type=Path, default=Path(".wiredesk"), help="where everything is kept: .wiredesk")
        command.add_argument("--scale", default="", help='processes of each service, as in "extraction=2 ingest=1"')
        command.add_argument("--redis-port", type=_port, help="of the embedded Valkey; without it 6399 or a free one")
        command.add_argument("--http-port", type=_port, help="of the web page; without it 8080 or a free one")
        command.add_argument(
            "--maxmemory", help="of the embedded Valkey, as in 512mb; without it half of the memory, 4gb at most"
        )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; ports are 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
