"""What a scenario expects, as it is written; `expectations` holds it against what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitoring.spec import State
from rehearsal.errors import RehearsalError
from rehearsal.incident import durations
from rehearsal.marked_yaml import Marked


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedPage:
    """A page of `alarm` not before `after` and not after `by`.

    With `if_late` only where the time budget allows answers that take so many times as long as promised, with
    `if_alarm` only where there is an alarm of this key.
    """

    alarm: str
    by: int
    after: int
    where: str
    if_late: float
    if_alarm: str = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedState:
    """`alarm` is in `state` at some time up to `by`, or all the time from `begin` to `end` (inclusive)."""

    alarm: str
    state: State
    where: str
    if_late: float
    if_alarm: str = "*"
    by: int | None = None
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Expect:
    """`pages` None: not said. Alarms in `allow` may page, those in `silent` must not; patterns."""

    pages: Sequence[ExpectedPage] | None
    allow: Sequence[str]
    silent: Sequence[str]
    states: Sequence[ExpectedState]


def read(document: Marked, expect: Mapping[str, Any], duration: int) -> Expect:
    """A scenario's `expect`. Raises `RehearsalError` for what can never be checked, with its line."""
    pages = [
        ExpectedPage(
            alarm=entry["alarm"],
            **_page_times(document.at(("expect", "pages", number)), entry, duration),
            where=document.at(("expect", "pages", number)),
            if_late=entry.get("if_late", 0),
            if_alarm=entry.get("if_alarm", "*"),
        )
        for number, entry in enumerate(expect.get("pages") or [])
    ]
    return Expect(
        pages=pages if "pages" in expect else None,
        allow=expect.get("allow", ()),
        silent=expect.get("silent", ()),
        states=[
            _state(document.at(("expect", "states", number)), entry, duration)
            for number, entry in enumerate(expect.get("states", ()))
        ],
    )


def _page_times(where: str, entry: Mapping[str, Any], duration: int) -> dict[str, int]:
    after, by = durations.minutes(entry.get("after", "0m")), durations.minutes(entry["by"])
    if after > by or after > duration:
        raise RehearsalError(
            f"{where}: a page after {durations.text(after)} and by {durations.text(by)} can never go out in "
            f"{durations.text(duration)}; `by` comes after `after`, within `duration`"
        )
    return {"by": by, "after": after}


def _state(where: str, entry: Mapping[str, Any], duration: int) -> ExpectedState:
    times = {name: durations.minutes(entry[name]) for name in ("by", "at", "from", "to") if name in entry}
    alarm, state = entry["alarm"], entry["is"]
    match sorted(times):
        case ["by"]:
            begin, end = 1, times["by"]
        case ["at"]:
            begin = end = times["at"]
        case ["from"] | ["from", "to"]:
            begin, end = times["from"], times.get("to", duration)
        case _:
            raise RehearsalError(f"{where}: say when: either `by`, or `at`, or `from` with or without `to`")
    if not max(begin, 1) <= end <= duration:
        raise RehearsalError(
            f"{where}: from {durations.text(begin)} to {durations.text(end)} there is nothing to check; "
            f"states are those of 1m to {durations.text(duration)}, and `from` comes before `to`"
        )
    found = ExpectedState(
        alarm=alarm,
        state=state,
        where=where,
        if_late=entry.get("if_late", 0),
        if_alarm=entry.get("if_alarm", "*"),
    )
    return replace(found, by=end) if "by" in times else replace(found, begin=begin, end=end)
