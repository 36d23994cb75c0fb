"""What a scenario expects, held against what happened."""

import fnmatch
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitoring.spec import Alarm
from rehearsal.cloudwatch.actions import Page
from rehearsal.cloudwatch.evaluate import STATES, Timeline
from rehearsal.errors import RehearsalError
from rehearsal.incident import durations
from rehearsal.incident.expected import ExpectedPage, ExpectedState
from rehearsal.incident.scenario import Scenario

APART_PAGES = ("page-own-", "page-quota-")


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An expectation that was not met: where it stands, what was expected, what happened."""

    where: str
    expected: str
    happened: str


def check(
    scenario: Scenario,
    alarms: Sequence[Alarm],
    line: Timeline,
    sent: Sequence[Page],
    *,
    late: float = math.inf,
) -> list[Failure]:
    """Every expectation that was not met. Raises `RehearsalError` for an alarm that does not exist.

    `late` is how many times the promised latency the time budget allows.
    """
    pages = [page for page in scenario.expect.pages or () if page.if_late <= late]
    states = [state for state in scenario.expect.states if state.if_late <= late]
    failures = [f for page in pages if (f := _page(page, alarms, sent))]
    failures += [f for state in states if (f := _state(scenario, state, alarms, line))]
    return failures + _uninvited(scenario, alarms, sent)


def matching(pattern: str, alarms: Iterable[Alarm], where: str) -> list[Alarm]:
    """The alarms whose key or name matches. Raises `RehearsalError` if there is none."""
    found = [a for a in alarms if any(fnmatch.fnmatchcase(word, pattern) for word in (a.key, a.name))]
    if not found:
        raise RehearsalError(
            f"{where}: no alarm matches {pattern!r}; docs/alarms.md lists the keys "
            "(to run a scenario with other alarms than it was written for, add --no-check)"
        )
    return found


def _page(page: ExpectedPage, alarms: Sequence[Alarm], sent: Sequence[Page]) -> Failure | None:
    names = {a.name for a in matching(page.alarm, alarms, page.where)}
    times = [p.minute for p in sent if p.alarm in names]
    if any(page.after <= minute <= page.by for minute in times):
        return None
    earliest = f"not before {durations.text(page.after)} and " if page.after else ""
    return Failure(
        where=page.where,
        expected=f"{page.alarm} pages {earliest}by {durations.text(page.by)}",
        happened=f"it paged at {', '.join(map(durations.text, times))}" if times else "it did not page",
    )


def _state(
    scenario: Scenario, state: ExpectedState, alarms: Sequence[Alarm], line: Timeline
) -> Failure | None:
    wanted = STATES.index(state.state)
    for alarm in matching(state.alarm, alarms, state.where):
        codes = line.states[alarm.name][scenario.history :]  # entry i is the state at minute i + 1
        if state.by is not None:
            first = next((i + 1 for i, code in enumerate(codes) if code == wanted), None)
            if first is None or first > state.by:
                return Failure(
                    where=state.where,
                    expected=f"{alarm.key} is {state.state} by {durations.text(state.by)}",
                    happened=f"first at {durations.text(first)}" if first else f"it never was {state.state}",
                )
        else:
            begin, end = max(state.begin or 0, 1), state.end or scenario.duration
            other = next((i for i in range(begin, end + 1) if codes[i - 1] != wanted), None)
            if other is not None:
                return Failure(
                    where=state.where,
                    expected=f"{alarm.key} is {state.state} {durations.text(begin)} to {durations.text(end)}",
                    happened=f"{STATES[codes[other - 1]]} at {durations.text(other)}",
                )
    return None


def _uninvited(scenario: Scenario, alarms: Sequence[Alarm], sent: Sequence[Page]) -> list[Failure]:
    """Pages of silent alarms; and of any alarm that was neither expected nor allowed, if pages are listed.

    But for those of KPIs that not every stack has, where the scenario says nothing of them.
    """
    expect = scenario.expect
    said = [*(page.alarm for page in expect.pages or ()), *expect.allow, *expect.silent]
    unsaid = tuple(pages for pages in APART_PAGES if not any(p.startswith(pages) for p in said))

    def names(patterns: Iterable[str], key: str) -> set[str]:
        where = f"{scenario.file}: expect.{key}"
        return {alarm.name for pattern in patterns for alarm in matching(pattern, alarms, where)}

    silent = names(expect.silent, "silent")
    welcome = names([p.alarm for p in expect.pages or ()], "pages") | names(expect.allow, "allow")
    failures: list[Failure] = []
    for page in sent:
        uninvited = expect.pages is not None and page.alarm not in welcome and not page.key.startswith(unsaid)
        if page.alarm in silent or uninvited:
            word = "stays silent" if page.alarm in silent else "is not among the expected pages"
            failures.append(
                Failure(
                    where=f"{scenario.file}: expect",
                    expected=f"{page.key} {word}",
                    happened=f"it paged at {durations.text(page.minute)} ({page.level})",
                )
            )
    return failures
