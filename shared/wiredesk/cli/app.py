"""The commands put together, and how an error becomes a line on stderr and an exit status."""

import contextlib
import os
import sys
from typing import Annotated

import typer

from wiredesk.cli import backup, dead, entity, extract, index, journey, key, publish, quotes, retract, search, status
from wiredesk.cli.output import complain
from wiredesk.cli.teaching import help_text
from wiredesk.errors import Unavailable, UsageError, WiredeskError

__all__ = ["FAILED", "INTERRUPTED", "OK", "UNAVAILABLE", "USAGE", "app", "run"]

OK, FAILED, USAGE, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="wiredesk",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Turn a stream of news articles into searchable facts.

Results go to stdout, talk and progress to stderr; [bold]--json[/] prints results for machines.""",
    epilog="[bold]Exit status[/]  0 done · 1 not found, or some of it failed · 2 asked in a wrong way · "
    "3 Redis, the gateway or the index cannot be reached · 130 interrupted"
    "\n\n[bold]Environment[/]  WIREDESK_REDIS_URL · WIREDESK_URL (a gateway) · WIREDESK_API_KEY (its key) · "
    "each also as …_FILE · NO_COLOR",
)

for _name, _command in (
    ("publish", publish.command),
    ("extract", extract.command),
    ("search", search.command),
    ("quotes", quotes.command),
    ("journey", journey.command),
    ("retract", retract.command),
    ("status", status.command),
    ("backup", backup.backup_command),
    ("restore", backup.restore_command),
):
    app.command(_name, help=help_text(_command.__doc__))(_command)
app.add_typer(entity.app, name="entity")
app.add_typer(dead.app, name="dead")
app.add_typer(index.app, name="index")
app.add_typer(key.app, name="key")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"wiredesk {version('wiredesk')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the command."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status. Never lets a traceback of an expected error through."""
    try:
        app(args=arguments)
    except SystemExit as stop:
        return _flushed(stop.code if isinstance(stop.code, int) else FAILED)
    except BrokenPipeError:
        _discard_stdout()
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except WiredeskError as error:
        complain(str(error))
        status = USAGE if isinstance(error, UsageError) else UNAVAILABLE if isinstance(error, Unavailable) else FAILED
        return _flushed(status)
    return _flushed(OK)


def _flushed(status: int) -> int:
    """What is still buffered goes out now: a reader that went away is no news at interpreter exit."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()
    return status


def _discard_stdout() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
