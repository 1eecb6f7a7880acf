"""What tests on a Docker engine share: one project, built and started once, and the articles that flow through it."""

import sys
from collections.abc import Iterator, Mapping

import pytest

from tests.compose.engine import NoEngine, engine
from tests.compose.stack import Stack
from tests.compose.starting import Start, timed
from tests.compose.traffic import Traffic, flowing

_SEED = 6
_START = pytest.StashKey[Start]()


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
def engine_with_images(docker: Mapping[str, str]) -> Mapping[str, str]:
    """The same environment, where our images are built from this checkout."""
    builder = Stack(docker)
    try:
        builder.build()
    finally:
        builder.down()
    return docker


@pytest.fixture(scope="session")
def stack(engine_with_images: Mapping[str, str], request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The whole of docker-compose.yml, healthy."""
    stack = Stack(engine_with_images)
    try:
        request.config.stash[_START] = timed(stack)
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="session")
def start(stack: Stack, request: pytest.FixtureRequest) -> Start:
    """How long the stack took to be healthy."""
    return request.config.stash[_START]


@pytest.fixture(scope="session")
def traffic(stack: Stack) -> Iterator[Traffic]:
    """What flows through the stack and what became of it, from the first test that asks to the last."""
    with flowing(stack.redis_url, stack.gateway_url, stack.api_key, _SEED) as traffic:
        yield traffic


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How long the stack took to be healthy, and what of it each service took."""
    if start := config.stash.get(_START, None):
        for row in start.rows():
            terminalreporter.write_line(row)


@pytest.fixture(autouse=True)
def told_on_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails shows what the containers said last."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed and "stack" in request.fixturenames:
        stack: Stack = request.getfixturevalue("stack")
        sys.stderr.write(stack.compose("ps", "--all") + stack.logs())
