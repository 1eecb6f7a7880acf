"""What tests on a Docker engine share: one project, built and started once, and the articles that flow through it."""

import sys
from collections.abc import Iterator, Mapping

import pytest

from tests.compose.engine import NoEngine, engine
from tests.compose.stack import Stack
from tests.compose.traffic import Traffic, flowing

_SEED = 6


@pytest.fixture(scope="session")
def docker() -> Iterator[Mapping[str, str]]:
    """The environment in which docker works. Without an engine and a way to one, what needs it is skipped."""
    running = engine()
    try:
        environment = running.__enter__()
    except NoEngine as error:
        pytest.skip(f"no Docker engine: {error}")
    try:
        yield environment
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def stack(docker: Mapping[str, str]) -> Iterator[Stack]:
    """The whole of docker-compose.yml, built from this checkout and healthy."""
    stack = Stack(docker)
    try:
        stack.build()
        stack.up()
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="session")
def traffic(stack: Stack) -> Iterator[Traffic]:
    """What flows through the stack and what became of it, from the first test that asks to the last."""
    with flowing(stack.redis_url, stack.gateway_url, stack.api_key, _SEED) as traffic:
        yield traffic


@pytest.fixture(autouse=True)
def told_on_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails shows what the containers said last."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed and "stack" in request.fixturenames:
        stack: Stack = request.getfixturevalue("stack")
        sys.stderr.write(stack.compose("ps", "--all") + stack.logs())
