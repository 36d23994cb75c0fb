"""Incidents and differences in words for people."""

from collections.abc import Sequence

from rehearsal.cloudwatch.series import MetricKey
from rehearsal.diff.probing.levels import Assignment, Level
from rehearsal.diff.probing.sequence import Incident
from rehearsal.diff.probing.usual import Metric, Usual
from rehearsal.diff.rehearsed import Rehearsed
from rehearsal.diff.verdict import Difference, Notice
from rehearsal.incident import durations

MOST_TIMES = 3
VERB = {"recovery": "told of OK", "no-data": "told of INSUFFICIENT_DATA", "action": "acted"}


def incident(found: Incident, usual: Usual) -> str:
    """What happens, step by step."""
    steps = [f"{_levels(step.levels, usual)} for {durations.text(step.minutes)}" for step in found.steps]
    return ", then ".join(steps)


def difference(found: Difference) -> str:
    """Who was told when, and who is told now."""
    verb = VERB.get(found.kind, "paged")
    alarms = list(dict.fromkeys(notice.alarm for notice in (*found.old, *found.new)))
    return "; ".join(_of_alarm(alarm, found, verb) for alarm in alarms)


def rehearsed(found: Rehearsed) -> str:
    """The incident's name, and its scenario."""
    return f"{found.name} ({found.scenario})" if found.scenario else found.name


def target(arn: str) -> str:
    """A topic's or another action's short name."""
    return arn.rsplit(":", 1)[-1]


def _of_alarm(alarm: str, found: Difference, verb: str) -> str:
    old = [notice for notice in found.old if notice.alarm == alarm]
    new = [notice for notice in found.new if notice.alarm == alarm]
    before, now = (sorted({target(t) for n in own for t in n.targets}) for own in (old, new))
    if before and now and before != now:
        return f"{alarm} {verb} {_to(before)} {_when(old)}, now {_to(now)} {_when(new)}"
    return f"{alarm} ({', '.join(before or now)}) {verb} {_when(old)}, now {_when(new)}"


def _to(targets: Sequence[str]) -> str:
    return f"to {', '.join(targets)}"


def _when(notices: Sequence[Notice]) -> str:
    minutes = sorted(minute for notice in notices for minute in notice.minutes)
    if not minutes:
        return "never"
    shown = [durations.text(minute) for minute in minutes[:MOST_TIMES]]
    more = f" and {len(minutes) - MOST_TIMES} times more" if len(minutes) > MOST_TIMES else ""
    return f"after {', '.join(shown)}{more}"


def _levels(levels: Assignment, usual: Usual) -> str:
    changed = {key: level for key, level in levels.items() if level != usual.metrics[key].level}
    if not changed:
        return "all as usual"
    silent = [key for key, level in changed.items() if not level.count]
    said = [_level(key, level, usual.metrics[key]) for key, level in changed.items() if level.count]
    if silent:
        said.append("no " + " and no ".join(_name(key) for key in silent))
    return ", ".join(said)


def _level(key: MetricKey, level: Level, usual: Metric) -> str:
    name = _name(key)
    if usual.events:
        if 0.0 in level.values:
            events = sum(c for v, c in zip(level.values, level.counts, strict=True) if v)
            return f"{name} at {_number(100 * events / level.count)} % of {_number(level.count)} a minute"
        return f"{name} at {_number(level.count)} a minute"
    often = "" if _close(level.count, usual.level.count) else f", {_number(level.count)} samples a minute"
    if len(set(level.values)) == 1:
        return f"{name} at {_number(level.values[0])}{often}"
    if level.values == usual.level.values:
        return f"{name} as usual{often}"
    share = level.counts[-1] / level.count
    return f"{name} at {_number(level.values[-1])} for {_number(100 * share)} % of its samples{often}"


def _name(key: MetricKey) -> str:
    return f"{key.namespace.rsplit('/', 1)[-1]} {key.metric}"


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"  # noqa: PLR2004  # digits that are read


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= max(abs(other), 1e-9) / 100
