"""Root gives what it writes to whom the folder belongs to."""

import os

import pytest
from wiredesk.errors import UsageError
from wiredesk.ownership import Owner, given, owner, owner_of_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")


def owner_of(path):
    found = path.lstat()
    return (found.st_uid, found.st_gid)


def test_an_owner_is_two_numbers():
    assert owner("999:1000") == Owner(999, 1000)


@pytest.mark.parametrize("text", ["", "999", "redis:redis", "999:", "-1:0", "1:2:3", " 1:2", "٣:٣"])
def test_what_is_no_owner_is_refused(text):
    with pytest.raises(UsageError, match="UID:GID"):
        owner(text)


@as_root
def test_a_folder_is_given_with_all_that_is_in_it_and_no_link_is_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/file").touch()
    (folder / "link").symlink_to(outside)
    given(folder, Owner(1234, 1235))
    for path in (folder, folder / "deep", folder / "deep/file", folder / "link"):
        assert owner_of(path) == (1234, 1235), path
    assert owner_of(outside) == (0, 0)


@as_root
def test_root_gives_it_to_the_owner_of_the_folder_around(tmp_path):
    os.chown(tmp_path, 1234, 1235)
    assert owner_of_folder(tmp_path / "new") == Owner(1234, 1235)


def test_anybody_else_gives_nothing_away(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert owner_of_folder(tmp_path / "new") is None
    given(tmp_path, None)
