"""The command `wiredesk`. One module a command; each imports what it needs only when it runs, so that help is quick."""

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its status."""
    from wiredesk.cli.app import run

    raise SystemExit(run())
