"""Whatever stands in an alarm's entry, the rules judge the rest and none of them fails."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.lint import judge, reading
from rehearsal.sources.found import Found, Unknown
from tests.rehearsal.lint.builders import Entry, composite
from tests.rehearsal.lint.presets import band, errors, healthy, rate

ODD_VALUES: tuple[Any, ...] = (
    None,
    "",
    5,
    -1,
    [],
    {},
    True,
    [None],
    [5],
    [{}],
    {"a": 1},
    1e400,
    "9" * 400,
    Unknown("${x}"),
    "(",
)
RULE = 'ALARM("shop") AND NOT OK("b")'
MUTED = {"ActionsSuppressor": "c", "ActionsSuppressorWaitPeriod": 1, "ActionsSuppressorExtensionPeriod": 1}
ENTRIES = {
    "one metric": errors(),
    "low is bad": healthy(),
    "math": rate(),
    "band": band(),
    "composite": composite(RULE, **MUTED),
}


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in the entry."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def spoiled(entry: Entry, path: tuple[str | int, ...], value: Any) -> Entry:
    """The entry with `value` at that place."""
    made: Any = copy.deepcopy(entry)
    part = made
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return dict(made)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_odd_value_anywhere_makes_no_rule_fail(name: str) -> None:
    entry = ENTRIES[name]
    for path in places(entry):
        for value in ODD_VALUES:
            found = Found()
            found.add(spoiled(entry, path, value))
            judge.judge(reading.of_found(found, "alarms", ""))
