"""uvicorn as it serves the gateway: watchers are let go first when it ends, because their answers have no end."""

import socket

import uvicorn
from fastapi import FastAPI
from wiredesk.slow_clients import HEAD_BYTES, prompt_protocol

from wiredesk_gateway.desk import Desk

__all__ = ["GatewayServer"]


class GatewayServer(uvicorn.Server):
    """Serves one application. `connections` are open at one time, `address_connections` of them from one address;
    `drain_s` is for running requests at the end.
    """

    def __init__(self, app: FastAPI, *, connections: int, address_connections: int, drain_s: int) -> None:
        self._desk: Desk = app.state.desk
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                http=prompt_protocol(address_connections=address_connections),
                ws="none",
                h11_max_incomplete_event_size=HEAD_BYTES,
                proxy_headers=False,
                limit_concurrency=connections,
                timeout_graceful_shutdown=drain_s,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what would not end by itself, then wait for the rest."""
        self._desk.watch.close()
        await super().shutdown(sockets)
