"""`wiredesk key`: make a key for a gateway."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from wiredesk.cli.targets import JsonFlag
from wiredesk.cli.teaching import help_text

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=help_text("""API keys: what a program shows a gateway to publish, replay, retract or correct.

    Examples:
      wiredesk key new newsroom --scope publish
    """),
)


def new_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who will use it: it stands in logs and metrics.")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", metavar="SCOPES", help="publish, replay, retract, correct; several by commas."),
    ],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="The gateway's file of keys: its line is put there.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Where to keep the key; one that is there stays.")
    ] = None,
    group: Annotated[
        int | None, typer.Option("--group", metavar="NUMBER", help="A group that may read what is saved, too.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Make a key and print it, once: the gateway's file of keys holds its hash alone.

    The key goes to stdout; its line is appended to the file named by --to, which a gateway knows as
    WIREDESK_API_KEYS_FILE, or else told on stderr. A gateway sees the file change by itself. To rotate a key, make
    a new one under another name, move the programs over, and take the old line out.

    With --save the key goes to a file in place of stdout. A key that this file holds already is kept, and so is its
    line: this may run at every start, as it does in docker-compose.yml.

    Examples:
      wiredesk key new newsroom --scope publish
      wiredesk key new desk-2 --scope publish,replay,retract,correct --to api-keys
      wiredesk key new crawler --scope publish --json | jq -r .line >> api-keys
    """
    from wiredesk.api_keys import new_key, scopes_of
    from wiredesk.cli.output import emit, emit_json, say
    from wiredesk.key_files import added, kept

    scopes = scopes_of(",".join(scope))
    if save:
        if to is None:
            raise typer.BadParameter("say by --to where its line goes", param_hint="--save")
        is_new = kept(name, scopes, to, save, group=group)
        say(f"{save} holds {'a new key' if is_new else 'the key'} of {name}, {to} the line for it")
        return
    key, made = new_key(name, scopes) if to is None else added(name, scopes, to)
    if json:
        emit_json({"key": key, "name": made.name, "line": made.line()})
        return
    say("The key, which is shown this once:")
    emit(key)
    sys.stdout.flush()
    say(
        f"{to} has the line for it."
        if to
        else f"The line to append to the gateway's WIREDESK_API_KEYS_FILE:\n{made.line()}"
    )


app.command("new", help=help_text(new_command.__doc__))(new_command)


@app.callback()
def _group() -> None:
    """Commands about keys."""
