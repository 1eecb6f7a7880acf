"""The log beside an index: what was appended is read again, whatever of the last write is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.errors import UsageError
from wiredesk.index.tantivy.translog import Kept, Translog, batches, files_of

WRITTEN = [[Kept(b"{}", b"one"), Kept(b'{"a": 1}', b"")], [Kept(b"", "zwölf".encode())], [Kept(b"x" * 100, b"y" * 100)]]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    log = Translog(tmp_path_factory.mktemp("log"))
    for batch in WRITTEN:
        log.append(batch)
    log.turn()
    (only,) = files_of(log._folder)
    return only


def ends(file) -> list[int]:
    """Where each batch ends."""
    sizes = [16 + sum(8 + len(kept.payload) + len(kept.text) for kept in batch) for batch in WRITTEN]
    found = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    assert found[-1] == file.stat().st_size
    return found


def test_what_was_appended_is_read_in_its_order(file):
    assert list(batches(file)) == WRITTEN


def test_a_batch_that_was_cut_at_any_byte_is_left_out_and_those_before_it_are_read(file, tmp_path):
    whole = file.read_bytes()
    for size in range(len(whole)):
        cut = tmp_path / "translog-000001.log"
        cut.write_bytes(whole[:size])
        assert list(batches(cut)) == WRITTEN[: sum(end <= size for end in ends(file))]


@given(st.integers(1, 5000))
def test_a_file_that_was_made_longer_before_the_power_failed_is_read_to_its_last_batch(file, zeros):
    longer = file.with_name("longer")
    longer.write_bytes(file.read_bytes() + bytes(zeros))
    assert list(batches(longer)) == WRITTEN


def test_a_byte_that_changed_before_the_last_batch_is_told_with_what_to_do(file, tmp_path):
    whole = file.read_bytes()
    damaged = tmp_path / "translog-000001.log"
    for at in range(ends(file)[1]):
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(UsageError, match="move it elsewhere"):
            list(batches(damaged))


def test_what_is_before_a_mark_is_dropped_and_what_came_after_it_stays(tmp_path):
    log = Translog(tmp_path)
    log.append(WRITTEN[0])
    mark = log.turn()
    log.append(WRITTEN[1])
    log.turn()
    log.append(WRITTEN[2])
    log.turn()
    log.drop(mark)
    assert list(Translog(tmp_path).left()) == WRITTEN[1:]


def test_a_log_that_is_opened_anew_never_appends_to_what_another_left(tmp_path):
    first = Translog(tmp_path)
    first.append(WRITTEN[0])
    second = Translog(tmp_path)
    second.append(WRITTEN[1])
    first.turn()
    second.turn()
    assert list(second.left()) == WRITTEN[:2]
    assert len(files_of(tmp_path)) == 2
