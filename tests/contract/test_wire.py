"""The envelope on the streams is FastStream's own, in both directions."""

import asyncio
import json

import pytest
from faststream.redis.parser.binary import BinaryMessageFormatV1
from hypothesis import given
from hypothesis import strategies as st
from wiredesk import wire

# FastStream writes a header's length in characters, not bytes, so only ASCII headers survive its own round trip.
HEADERS = st.dictionaries(
    st.text(st.characters(codec="ascii"), max_size=20), st.text(st.characters(codec="ascii")), max_size=5
)


@given(body=st.binary(), headers=HEADERS)
def test_faststream_reads_what_workers_write(body: bytes, headers: dict[str, str]) -> None:
    assert BinaryMessageFormatV1.parse(wire.encode(body, headers)) == (body, headers)


@given(text=st.text(), headers=HEADERS)
def test_workers_read_what_faststream_writes(text: str, headers: dict[str, str]) -> None:
    written = asyncio.run(
        BinaryMessageFormatV1.encode(message=text, reply_to=None, headers=headers, correlation_id="1-1")
    )
    envelope = wire.decode(written)
    assert envelope.body == text.encode()
    given_by_us = {name: value for name, value in headers.items() if name not in ("correlation_id", "content-type")}
    assert given_by_us.items() <= envelope.headers.items()


@given(body=st.binary(), headers=st.dictionaries(st.text(), st.text(), max_size=5))
def test_what_is_encoded_is_decoded_unchanged(body: bytes, headers: dict[str, str]) -> None:
    assert wire.decode(wire.encode(body, headers)) == (body, headers)


@given(st.binary())
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    wire.decode(data)
    wire.decode(b"\x89BIN\r\n\x1a\n" + data)


def test_plain_json_with_a_key_named_data_is_the_body_itself() -> None:
    plain = json.dumps({"data": "looks like an older envelope", "headers": {}, "text": "An article."}).encode()
    assert wire.decode(plain) == (plain, {})


@pytest.mark.parametrize("cut", range(1, 45, 4))
def test_a_cut_envelope_is_a_body_without_headers_not_an_error(cut: int) -> None:
    whole = wire.encode(b'{"text": "x"}', {"correlation_id": "1-1"})
    body, headers = wire.decode(whole[:cut])
    assert headers in ({}, {"correlation_id": "1-1"})
    assert body == whole[:cut] or whole.endswith(body) or b'{"text": "x"}'.startswith(body)


def test_a_header_too_long_for_the_format_is_refused() -> None:
    with pytest.raises(ValueError, match="65,535"):
        wire.encode(b"", {"traceparent": "x" * 70_000})
