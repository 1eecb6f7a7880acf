"""Which trace a message belongs to, by the form of W3C Trace Context."""

import pytest
from wiredesk.tracing import trace_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_valid_traceparent_is_carried_as_it_came_with_its_state():
    trace = trace_of({"traceparent": PARENT, "tracestate": "vendor=1,other=two", "else": "x"})
    assert trace.headers == {"traceparent": PARENT, "tracestate": "vendor=1,other=two"}
    assert trace.id == "0af7651916cd43dd8448eb211c80319c"


def test_the_last_bit_of_the_flags_says_whether_somebody_keeps_the_trace():
    assert trace_of({"traceparent": PARENT}).sampled
    assert trace_of({"traceparent": PARENT[:-2] + "03"}).sampled
    assert not trace_of({"traceparent": PARENT[:-2] + "02"}).sampled


def test_what_a_later_version_adds_is_carried():
    later = f"cc{PARENT[2:]}-more"
    assert trace_of({"traceparent": later}).headers == {"traceparent": later}


@pytest.mark.parametrize(
    "invalid",
    [
        "",
        "00-1-2-01",
        PARENT.upper(),
        f"{PARENT}\n",
        f" {PARENT}",
        f"{PARENT}-more",
        f"ff{PARENT[2:]}",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
        f"cc{PARENT[2:]}-{'x' * 70_000}",
    ],
)
def test_an_invalid_traceparent_is_dropped(invalid: str):
    assert trace_of({"traceparent": invalid, "tracestate": "vendor=1"}) is None


@pytest.mark.parametrize("state", ["a=\n", "x" * 513, "vendor=ü"])
def test_an_invalid_state_is_left_behind_and_the_trace_goes_on(state: str):
    assert trace_of({"traceparent": PARENT, "tracestate": state}).headers == {"traceparent": PARENT}
