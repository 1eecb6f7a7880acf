"""What changed between two runs, from their JSON. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Change", "Comparison", "compare"]

Verdict = Literal["better", "worse", "changed", "within the spread", "one round"]

_MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure of both runs. `old` and `new` are the middles of the rounds.

    `yardstick_ratio` is by how much the yardstick changed, which tells of the machine: None without one. Of `verdict`,
    `better` and `worse` are outside the spread of the rounds, `one round` has none.
    """

    section: str
    name: str
    unit: str
    old: float
    new: float
    yardstick_ratio: float | None
    verdict: Verdict

    @property
    def ratio(self) -> float | None:
        """New beside old; None for an old value of nothing."""
        return self.new / self.old if self.old else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The figures that both runs have, and the names of those that only one has.

    `differences` says what makes the runs unlike: another machine, other articles, other sizes.
    """

    changes: Sequence[Change]
    gone: Sequence[str]
    added: Sequence[str]
    differences: Sequence[str]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Compare two runs as `as_json` tells them. Raises KeyError or TypeError for what is no such run."""
    before, after = _by_name(old), _by_name(new)
    return Comparison(
        changes=[_change(before[key], after[key]) for key in after if key in before],
        gone=[f"{section}: {name}" for section, name in before if (section, name) not in after],
        added=[f"{section}: {name}" for section, name in after if (section, name) not in before],
        differences=list(_differences(old, new)),
    )


def _by_name(run: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The figures by section and name, and what each process had of the memory as figures of one value."""
    found = {(figure["section"], figure["name"]): figure for figure in run["figures"]}
    for process, sizes in run.get("memory", {}).items():
        for kind, size in sizes.items():
            name = f"{process}, {kind.removesuffix('_bytes')}"
            found[_MEMORY, name] = {
                "section": _MEMORY,
                "name": name,
                "unit": "MB",
                "median": size / 1e6,
                "values": [size / 1e6],
                "yardstick_median": None,
            }
    return found


def _change(old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    before, after = old["yardstick_median"], new["yardstick_median"]
    return Change(
        section=new["section"],
        name=new["name"],
        unit=new["unit"],
        old=old["median"],
        new=new["median"],
        yardstick_ratio=after / before if before and after is not None else None,
        verdict=_verdict(old["values"], new["values"], new["unit"]),
    )


def _verdict(old: Sequence[float], new: Sequence[float], unit: str) -> Verdict:
    """Outside the spread: no round of one run lies between the lowest and the highest of the other."""
    if min(len(old), len(new)) < 2:
        return "one round"
    if min(new) <= max(old) and min(old) <= max(new):
        return "within the spread"
    more_is_better = _more_is_better(unit)
    if more_is_better is None:
        return "changed"
    return "better" if (min(new) > max(old)) == more_is_better else "worse"


def _more_is_better(unit: str) -> bool | None:
    """Rates, against times and sizes; of cores and shares neither."""
    if unit.endswith("/s"):
        return True
    return None if unit in ("cores", "%") else False


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for of, names in (("machine", ("processor", "cores", "python")), ("options", None), ("corpora", None)):
        mine, theirs = new.get(of, {}), old.get(of, {})
        for name in names or sorted({*mine, *theirs}):
            if mine.get(name) != theirs.get(name):
                yield f"{name}: {_told(theirs.get(name))}, now {_told(mine.get(name))}"


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_told(one)}" for name, one in value.items())
    return f"{value:.4g}" if isinstance(value, float) else "not told" if value is None else str(value)
