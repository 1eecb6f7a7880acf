"""docs/asyncapi.json and docs/openapi.json are valid, up to date, and true of the events and routes."""

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from wiredesk import asyncapi, events
from wiredesk.asyncapi import MESSAGES
from wiredesk.events import GROUPS, Stream

from deploy.local.api_docs import documents, text_of

HERE = Path(__file__).parent
NAMES = sorted(model.__name__ for models in MESSAGES.values() for model in models)


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Every document by the name of its file, and that file."""
    return {path.name: (path, document) for path, document in documents().items()}


@pytest.fixture(scope="module")
def streams(made: dict[str, tuple[Path, dict[str, Any]]]) -> dict[str, Any]:
    return made["asyncapi.json"][1]


@pytest.mark.parametrize("name", ["asyncapi.json", "openapi.json"])
def test_a_document_is_what_the_code_says(made: dict[str, tuple[Path, dict[str, Any]]], name: str) -> None:
    path, document = made[name]
    assert path.read_text() == text_of(document), "run `make api-docs`"


def asyncapi_schema() -> Any:
    """The specification's own schema (Apache-2.0, github.com/asyncapi/spec-json-schemas), without its descriptions."""
    return json.loads(gzip.decompress((HERE / "asyncapi-3.0.0.schema.json.gz").read_bytes()))


def test_the_streams_document_is_asyncapi(streams: dict[str, Any]) -> None:
    validator = jsonschema_rs.Draft7Validator(asyncapi_schema())
    assert [error.message for error in validator.iter_errors(streams)] == []
    assert not validator.is_valid(streams | {"channels": {"submitted": {"adress": "articles.submitted"}}})


def test_every_reference_leads_somewhere(streams: dict[str, Any]) -> None:
    def references(value: Any) -> Any:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                yield from references(each)

    found = set(references(streams))
    assert found
    for reference in found:
        at: Any = streams
        for step in reference.removeprefix("#/").split("/"):
            assert step in at, reference
            at = at[step]


def test_every_message_is_there(streams: dict[str, Any]) -> None:
    assert sorted(streams["components"]["messages"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_message_has_examples_that_its_schema_and_its_model_take(streams: dict[str, Any], name: str) -> None:
    message = streams["components"]["messages"][name]
    schema = {"$ref": f"#/components/schemas/{name}", "components": streams["components"]}
    validator = jsonschema_rs.Draft7Validator(schema)
    assert message["examples"]
    for example in message["examples"]:
        assert [error.message for error in validator.iter_errors(example["payload"])] == []
        getattr(events, name).model_validate(example["payload"])
    assert not validator.is_valid([])


def test_every_stream_and_group_is_told(streams: dict[str, Any]) -> None:
    told = {channel["address"]: channel["x-redis-stream"]["groups"] for channel in streams["channels"].values()}
    assert told == {str(stream): list(GROUPS[stream]) for stream in Stream}
    assert set(MESSAGES) == set(Stream)


def test_the_operations_are_those_of_the_workers() -> None:
    from wiredesk_extraction.__main__ import PLAN as EXTRACTION
    from wiredesk_indexing.__main__ import PLAN as INDEXING
    from wiredesk_ingest.__main__ import PLAN as INGEST

    for plan in (INGEST, EXTRACTION, INDEXING):
        (stage,) = [stage for stage in asyncapi._STAGES if stage.name == plan.name]
        assert stage.reads == plan.sources
        assert stage.writes == (plan.target, Stream.DEAD)


def test_the_http_document_is_openapi(made: dict[str, tuple[Path, dict[str, Any]]]) -> None:
    import schemathesis

    schema = schemathesis.openapi.from_dict(made["openapi.json"][1])
    schema.validate()
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 15
