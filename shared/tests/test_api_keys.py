import hashlib

import pytest
from wiredesk.api_keys import SCOPES, digest, matching, new_key, parsed, scopes_of
from wiredesk.errors import UsageError


def test_a_key_is_found_by_what_its_line_holds_and_the_line_does_not_hold_it():
    key, kept = new_key("newsroom", frozenset({"replay", "publish"}))
    line = kept.line()
    assert line == f"newsroom:publish,replay:sha256={hashlib.sha256(key.encode()).hexdigest()}"
    assert key not in line
    keys, bad = parsed(line)
    assert (keys, bad) == ((kept,), ())
    assert matching(key, keys) == kept


def test_keys_are_random_and_known_for_keys():
    one, other = new_key("a", frozenset(SCOPES))[0], new_key("a", frozenset(SCOPES))[0]
    assert one != other
    assert one.startswith("wiredesk_")
    assert len(one) >= len("wiredesk_") + 43  # 256 bits in base64


@pytest.mark.parametrize("offered", ["", "wiredesk_", "x" * 100_000, "\udc80", "é", "sha256=" + "0" * 64])
def test_what_is_no_key_matches_none(offered):
    keys, _ = parsed(new_key("a", frozenset(SCOPES))[1].line())
    assert matching(offered, keys) is None


def test_the_hash_itself_is_no_key():
    _, kept = new_key("a", frozenset(SCOPES))
    assert matching(kept.digest, [kept]) is None


def test_a_bad_line_is_told_by_its_number_without_its_words_and_its_neighbours_count():
    good = new_key("good", frozenset(SCOPES))[1].line()
    secret = "wiredesk_put-in-by-mistake"
    bad_ones = (f"x:publish:{secret}", f"y:fly:{digest('k')}", good, f" bad name:publish:{digest('k')}")
    text = "\n".join(("# keys", "", secret, good, *bad_ones))
    keys, bad = parsed(text)
    assert [key.name for key in keys] == ["good"]
    assert [line.number for line in bad] == [3, 5, 6, 7, 8]
    assert not any(secret in line.problem for line in bad)


@pytest.mark.parametrize("text", ["", " , ", "fly", "publish,fly", "Publish"])
def test_a_scope_that_is_none_is_refused_and_the_scopes_are_named(text):
    with pytest.raises(UsageError, match="publish, replay, retract, correct"):
        scopes_of(text)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "x" * 65, "naïve", "a\nb"])
def test_a_name_that_would_break_the_line_is_refused(name):
    with pytest.raises(UsageError):
        new_key(name, frozenset(SCOPES))
