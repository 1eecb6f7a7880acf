"""`wiredesk key`: make a key for a gateway."""

import sys
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
    json: JsonFlag = False,
) -> None:
    """Make a key and print it, once: the gateway's file of keys holds its hash alone.

    The key goes to stdout; the line to append to WIREDESK_API_KEYS_FILE to stderr. A gateway sees the file change by
    itself. To rotate a key, append the new one under another name, move the programs over, and take the old line out.

    Examples:
      wiredesk key new newsroom --scope publish
      wiredesk key new desk-2 --scope publish,replay,retract,correct
      wiredesk key new crawler --scope publish --json | jq -r .line >> api-keys
    """
    from wiredesk.api_keys import new_key, scopes_of
    from wiredesk.cli.output import emit, emit_json, say

    key, kept = new_key(name, scopes_of(",".join(scope)))
    if json:
        emit_json({"key": key, "name": kept.name, "line": kept.line()})
        return
    say("The key, which is shown this once:")
    emit(key)
    sys.stdout.flush()
    say(f"The line to append to the gateway's WIREDESK_API_KEYS_FILE:\n{kept.line()}")


app.command("new", help=help_text(new_command.__doc__))(new_command)


@app.callback()
def _group() -> None:
    """Commands about keys."""
