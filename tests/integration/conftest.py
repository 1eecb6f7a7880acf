"""The whole pipeline as processes: one server, one worker a stage, the gateway; shared by a module's tests."""

from collections.abc import Iterator

import pytest
from wiredesk.testing import valkey_server

from tests.integration.pipeline_processes import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with valkey_server(appendonly="yes") as server, running(tmp_path_factory.mktemp("stack"), server.url) as stack:
        yield stack
