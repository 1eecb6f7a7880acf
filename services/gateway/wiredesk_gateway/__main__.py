"""Composes the gateway: settings, Redis, the index, the application, and uvicorn that serves it."""

import sys

import structlog
from wiredesk import logs, settings
from wiredesk.connection import connect
from wiredesk.ending import told_to_end
from wiredesk.errors import UsageError
from wiredesk.index import open_reader
from wiredesk.listening import listen
from wiredesk.stage.metrics import new_registry

from wiredesk_gateway.app import create_app
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.guard import on_loopback
from wiredesk_gateway.live_index import LiveIndex
from wiredesk_gateway.presence import STAGE, Presence
from wiredesk_gateway.serving import GatewayServer
from wiredesk_gateway.settings import GatewaySettings

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

_REDIS_RETRIES = 1  # a page that says Redis is away is better than one that takes seconds to


def main() -> int:
    """Serve until SIGTERM or SIGINT. Returns 0 after a drain, 2 when it could not start as configured."""
    try:
        return _serve(settings.read(GatewaySettings))
    except UsageError as error:
        sys.stderr.write(f"wiredesk gateway: {error}\n")
        return 2


def _serve(configured: GatewaySettings) -> int:
    logs.configure(service=STAGE, format=configured.log_format, level=configured.log_level)
    _refuse_an_open_door(configured)
    client = connect(configured.redis_url.get_secret_value(), retries=_REDIS_RETRIES)
    index = LiveIndex(
        lambda: open_reader(configured.index_url.get_secret_value()), interval_s=configured.reload_interval_s
    )
    app = create_app(configured, redis=client, index=index, registry=new_registry())
    listening = listen(configured.host, configured.http_port, setting="WIREDESK_HTTP_PORT")
    host, port = listening.getsockname()[:2]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    desk: Desk = app.state.desk
    presence = Presence(
        client,
        address=address,
        in_flight=lambda: desk.requests.in_flight,
        why_paused=lambda: desk.admission.look().message,
    )
    server = GatewayServer(
        app,
        connections=configured.connections,
        address_connections=configured.address_connections,
        drain_s=configured.drain_s,
    )

    def end() -> None:
        # uvicorn takes the signals over while it serves, and raises each once more when it has drained.
        server.should_exit = True

    with told_to_end(end):
        index.start()
        presence.start()
        _log.info("gateway.serving", address=f"http://{address}/", worker=presence.name)
        try:
            server.run(sockets=[listening])
        finally:
            presence.stop()
            index.stop()
            client.close()
        _log.info("gateway.stopped")
    return 0


def _refuse_an_open_door(configured: GatewaySettings) -> None:
    """Raises UsageError when others than this machine would reach a gateway that asks nobody for a key."""
    if on_loopback(configured.host) or configured.api_keys_file or configured.without_keys:
        return
    raise UsageError(
        f"it would listen on {configured.host}, and whoever reaches it could publish and retract. Name a file of API "
        "keys in WIREDESK_API_KEYS_FILE (`wiredesk key new` makes them), or set WIREDESK_WITHOUT_KEYS=true where "
        "something in front of it keeps others out"
    )


if __name__ == "__main__":
    sys.exit(main())
