"""The language model is loaded once for all tests of the service."""

import pytest
from wiredesk_ingest.language import Identifier, load_identifier
from wiredesk_ingest.settings import IngestSettings


@pytest.fixture(scope="session")
def identifier() -> Identifier:
    return load_identifier()


@pytest.fixture(scope="session")
def limits() -> IngestSettings:
    return IngestSettings.model_construct()
