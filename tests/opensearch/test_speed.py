"""A short measurement, printed whatever pytest is told; it fails only when a figure says that something is broken."""

import pytest

from tests.opensearch import speed
from tests.opensearch.server import OpenSearchServer


@pytest.mark.opensearch
@pytest.mark.timeout(900)
def test_bulk_rate_and_query_times_are_told(
    opensearch: OpenSearchServer, index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = [
        speed.bulk(opensearch, index, batch=batch, numbers=range(at * 500, (at + 1) * 500))
        for at, batch in enumerate(speed.BATCHES)
    ]
    times = list(speed.query_times(opensearch.url(index), rounds=30))
    with capsys.disabled():
        print("\n" + "\n".join(speed.lines(rates, times, 1000)))
    assert all(each.p50_ms < 5000 for each in times)
