"""Every regular expression of the project takes linear time, whatever is thrown at it."""

import re
import time

import pytest
from hostile.growth import LARGER, grows_too_fast
from hostile.patterns import PACKAGES, Pattern, Use, attacks, patterns, use

_SCREENED_CHARS = 4_000
_QUICK_S = 0.006
"""Four thousand characters take a linear pattern half of that; a quadratic one makes eight million steps of them."""

_MEASURED_CHARS = 8_000
_AT_ONCE_S = 0.05

Found = dict[str, tuple[Pattern, frozenset[Use]]]


@pytest.fixture(scope="module")
def found() -> Found:
    """Not while tests are collected: it imports and reads the whole project, and each process collects all tests."""
    return patterns()


def test_patterns_are_found_where_there_are_some(found: Found) -> None:
    assert {where.partition(".")[0] for where in found} >= set(PACKAGES) - {"wiredesk_indexing"}
    assert len(found) > 150


@pytest.mark.parametrize("package", PACKAGES)
def test_no_regular_expression_takes_super_linear_time(found: Found, package: str) -> None:
    slow = []
    for where, (pattern, uses) in found.items():
        if where.partition(".")[0] != package:
            continue
        for unit, end in attacks(pattern):
            text = unit * (_SCREENED_CHARS // len(unit)) + end
            started = time.process_time()
            use(pattern, uses, text)
            if time.process_time() - started < _QUICK_S:
                continue
            measured = grows_too_fast(
                lambda chars, p=pattern, u=uses, unit=unit, end=end: use(p, u, unit * (chars // len(unit)) + end),
                _MEASURED_CHARS,
                at_once_s=_AT_ONCE_S,
            )
            if measured:
                slow.append(f"{where}: {unit!r} repeated, then {end!r}: {measured}")
                break
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize("source", [r"\s+$", r"\[[^\]]*\]", r"(?:x|y|xy)*z", r"\w+\s*:"])
def test_a_pattern_that_takes_quadratic_time_would_be_found(source: str) -> None:
    pattern = re.compile(source)

    def slow(unit: str, end: str) -> bool:
        def work(chars: int) -> None:
            use(pattern, frozenset(), unit * chars + end)

        return grows_too_fast(work, _MEASURED_CHARS // LARGER, at_once_s=_QUICK_S) is not None

    assert any(slow(unit, end) for unit, end in attacks(pattern) if len(unit) == 1)
