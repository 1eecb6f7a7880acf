"""`python -m deploy.grafana`: writes every dashboard's JSON anew, as Grafana's provisioning reads it."""

from pathlib import Path

from deploy.grafana.board import Board
from deploy.grafana.boards import index_and_search, overview, redis_server, sources, stages

__all__ = ["BOARDS", "FOLDER", "main"]

BOARDS: tuple[Board, ...] = (overview.BOARD, stages.BOARD, index_and_search.BOARD, redis_server.BOARD, sources.BOARD)

FOLDER = Path(__file__).parent / "dashboards"


def main() -> None:
    """Write the files, and remove those of boards that are no more."""
    written = {FOLDER / f"{board.uid}.json": board.as_json() for board in BOARDS}
    for path in set(FOLDER.glob("*.json")) - set(written):
        path.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
