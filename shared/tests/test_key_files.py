"""Keys in files: appended for a gateway, and kept for whoever starts it."""

import os
import stat
from pathlib import Path

import pytest
from wiredesk.api_keys import SCOPES, ApiKey, matching, parsed
from wiredesk.errors import UsageError
from wiredesk.key_files import added, kept

ALL = frozenset(SCOPES)
PUBLISH = frozenset({"publish"})


def known(lines: Path) -> dict[str, ApiKey]:
    keys, bad = parsed(lines.read_text())
    assert bad == ()
    return {key.name: key for key in keys}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_appended_and_what_is_there_stays(tmp_path):
    lines = tmp_path / "api-keys"
    lines.write_text("# ours\nold:publish:sha256=" + "0" * 64)  # without a line break at its end
    key, made = added("new", PUBLISH, lines)
    assert lines.read_text().splitlines()[:2] == ["# ours", "old:publish:sha256=" + "0" * 64]
    assert matching(key, known(lines).values()) == made
    assert key not in lines.read_text()


def test_a_second_key_of_a_name_is_refused(tmp_path):
    lines = tmp_path / "api-keys"
    added("desk", PUBLISH, lines)
    before = lines.read_text()
    with pytest.raises(UsageError, match="desk"):
        added("desk", ALL, lines)
    assert lines.read_text() == before


def test_a_file_of_keys_can_be_written_by_its_owner_alone_and_the_key_read_by_its_owner_alone(tmp_path):
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    before = os.umask(0)
    try:
        kept("operator", ALL, lines, key)
    finally:
        os.umask(before)
    assert (mode(lines), mode(key)) == (0o644, 0o400)


def test_a_group_that_is_named_may_read_the_key_too(tmp_path):
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    kept("operator", ALL, lines, key, group=os.getgid())
    assert (mode(key), key.stat().st_gid) == (0o440, os.getgid())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_what_root_makes_belongs_to_whom_the_folder_belongs_to(tmp_path):
    os.chown(tmp_path, 1234, 1235)
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    kept("operator", ALL, lines, key, group=1236)
    assert [(path.stat().st_uid, path.stat().st_gid) for path in (lines, key)] == [(1234, 1235), (1234, 1236)]


def test_a_key_that_is_kept_is_made_once(tmp_path):
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    assert kept("operator", ALL, lines, key)
    first = (lines.read_text(), key.read_text())
    assert not kept("operator", ALL, lines, key)
    assert (lines.read_text(), key.read_text()) == first
    assert matching(key.read_text().strip(), known(lines).values()) == known(lines)["operator"]


def test_scopes_that_were_taken_from_a_kept_key_stay_taken(tmp_path):
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    kept("operator", ALL, lines, key)
    lines.write_text(lines.read_text().replace("publish,replay,retract,correct", "publish"))
    kept("operator", ALL, lines, key)
    assert known(lines)["operator"].scopes == PUBLISH


def test_a_kept_key_that_was_deleted_is_replaced_and_the_old_one_ends(tmp_path):
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    kept("operator", ALL, lines, key)
    added("newsroom", PUBLISH, lines)
    old = key.read_text().strip()
    key.unlink()
    assert kept("operator", ALL, lines, key)
    assert sorted(known(lines)) == ["newsroom", "operator"]
    assert matching(old, known(lines).values()) is None
    assert matching(key.read_text().strip(), known(lines).values()) == known(lines)["operator"]


@pytest.mark.parametrize("lost", ["api-keys", "key"])
def test_what_was_broken_off_is_completed(tmp_path, lost):
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    kept("operator", ALL, lines, key)
    (tmp_path / lost).unlink()
    (tmp_path / f".{lost}.new").write_text("half")
    kept("operator", ALL, lines, key)
    assert matching(key.read_text().strip(), known(lines).values()) == known(lines)["operator"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["api-keys", "key"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        kept("operator", ALL, tmp_path / "none/api-keys", tmp_path / "none/key")


def test_a_file_that_holds_no_key_is_left_alone(tmp_path):
    lines, key = tmp_path / "api-keys", tmp_path / "key"
    key.write_text("notes\nof mine")
    with pytest.raises(UsageError, match="something else"):
        kept("operator", ALL, lines, key)
    assert key.read_text() == "notes\nof mine"
