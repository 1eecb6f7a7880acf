"""What the tests on a node share."""

import uuid
from collections.abc import Iterator

import pytest

from tests.opensearch.server import OpenSearchServer


@pytest.fixture
def index(opensearch: OpenSearchServer) -> Iterator[str]:
    """The name of an index that is not there yet; it goes with the test."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    opensearch.forget(name)
