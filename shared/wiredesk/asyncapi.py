"""The streams as an AsyncAPI 3.0 document: what is on each, who reads and writes it, and how a message is packed. Pure.

FastStream describes the subscribers and publishers of one app. The workers here hand raw entries on and publish from a
script, so it sees neither their messages nor where they go; the models and the names of the streams tell all of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from wiredesk import wire
from wiredesk.events import (
    GROUPS,
    ArticleExtracted,
    ArticleIndexed,
    ArticleIngested,
    ArticleRetracted,
    ArticleSubmitted,
    DeadLetter,
    EntityCorrected,
    Stream,
)

__all__ = ["MESSAGES", "document"]

MESSAGES: Mapping[Stream, tuple[type[BaseModel], ...]] = {
    Stream.SUBMITTED: (ArticleSubmitted,),
    Stream.INGESTED: (ArticleIngested,),
    Stream.EXTRACTED: (ArticleExtracted,),
    Stream.CHANGES: (ArticleRetracted, EntityCorrected),
    Stream.INDEXED: (ArticleIndexed,),
    Stream.DEAD: (DeadLetter,),
}
"""What stands on each stream."""

_SAYS: Mapping[Stream, str] = {
    Stream.SUBMITTED: "Articles as publishers send them. The id that XADD answers is the submission id.",
    Stream.INGESTED: "Clean, identified articles.",
    Stream.EXTRACTED: "Articles with their facts: subscribe here for those.",
    Stream.CHANGES: "Retractions and corrections of entities; kept, and applied again to an index that is made anew.",
    Stream.INDEXED: "What is indexed, in ids and times; searchable within about a second. Trimmed by age and size.",
    Stream.DEAD: "What could not be processed, with its original bytes. Trimmed by age and size.",
}


class _Stage(NamedTuple):
    name: str
    reads: tuple[Stream, ...]
    writes: tuple[Stream, ...]


_STAGES = (
    _Stage("ingest", (Stream.SUBMITTED,), (Stream.INGESTED, Stream.DEAD)),
    _Stage("extraction", (Stream.INGESTED,), (Stream.EXTRACTED, Stream.DEAD)),
    _Stage("indexing", (Stream.EXTRACTED, Stream.CHANGES), (Stream.INDEXED, Stream.DEAD)),
    _Stage("gateway", (), (Stream.SUBMITTED, Stream.CHANGES)),
)

_DESCRIPTION = f"""News articles in, searchable facts out, along Redis streams.

A message is the field `{wire.FIELD}` of a stream's entry: JSON, or FastStream's binary envelope (format 1) around JSON,
which carries the headers. Publishers may write either; workers write the envelope. A group bears its stage's name;
other readers take groups of their own, or read `articles.indexed`, which waits for nobody. Fields may be added, and
readers pass over those they do not know."""

_HEADERS = {
    "type": "object",
    "description": "Of the envelope; all text. Plain JSON has none.",
    "properties": {
        "correlation_id": {"type": "string", "description": "the submission id"},
        "traceparent": {"type": "string", "description": "W3C Trace Context, as the publisher sent it"},
        "tracestate": {"type": "string"},
        "content-type": {"type": "string", "const": "application/json"},
    },
}


def document(version: str, examples: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The document of this version of Wiredesk. `examples` holds messages by the name of their model."""
    models = list(dict.fromkeys(model for found in MESSAGES.values() for model in found))
    _, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wiredesk",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"redis": {"host": "127.0.0.1:6379", "protocol": "redis", "description": "WIREDESK_REDIS_URL"}},
        "channels": {stream.name.lower(): _channel(stream) for stream in Stream},
        "operations": dict(operation for stage in _STAGES for operation in _operations(stage)),
        "components": {
            "messages": {model.__name__: _message(model, examples.get(model.__name__, ())) for model in models},
            "messageTraits": {
                "event": {"headers": _HEADERS, "correlationId": {"location": "$message.header#/correlation_id"}}
            },
            "schemas": schema["$defs"],
        },
    }


def _channel(stream: Stream) -> dict[str, Any]:
    return {
        "address": str(stream),
        "description": _SAYS[stream],
        "servers": [{"$ref": "#/servers/redis"}],
        "messages": {model.__name__: {"$ref": f"#/components/messages/{model.__name__}"} for model in MESSAGES[stream]},
        "x-redis-stream": {"field": wire.FIELD, "groups": list(GROUPS[stream])},
    }


def _operations(stage: _Stage) -> list[tuple[str, dict[str, Any]]]:
    named = [("receive", stream) for stream in stage.reads] + [("send", stream) for stream in stage.writes]
    return [
        (
            f"{stage.name}_{action}_{stream.name.lower()}",
            {
                "action": action,
                "channel": {"$ref": f"#/channels/{stream.name.lower()}"},
                "messages": [
                    {"$ref": f"#/channels/{stream.name.lower()}/messages/{model.__name__}"}
                    for model in MESSAGES[stream]
                ],
                "tags": [{"name": stage.name}],
            },
        )
        for action, stream in named
    ]


def _message(model: type[BaseModel], examples: Sequence[Any]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": model.__name__,
        "title": (model.__doc__ or "").partition("\n")[0],
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        "traits": [{"$ref": "#/components/messageTraits/event"}],
    }
    if examples:
        message["examples"] = [{"payload": example} for example in examples]
    return message
