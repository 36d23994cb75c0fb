"""Alarms as the rules see them: every value that can be read, None for one that cannot.

Nothing is refused here. What CloudWatch would refuse, and what is only known once it is deployed
(`Unknown`), stays in; `spec` is there where the rehearsal can evaluate the alarm.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from monitoring.spec import CompositeAlarm, MetricAlarm
from rehearsal.cloudwatch import rules
from rehearsal.cloudwatch.math.syntax import Node
from rehearsal.cloudwatch.mute import MuteRule
from rehearsal.sources.found import Entry, Resource, Unknown

STATES = ("OKActions", "AlarmActions", "InsufficientDataActions")
_ARN = re.compile(r"arn:(?P<partition>[^:]*):cloudwatch:(?P<region>[^:]*):(?P<account>[^:]*):alarm:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A query of one statistic of one metric. `key` is where it stands in the alarm's entry, such as
    `Metrics[0].`.
    """

    key: str
    id: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str | None
    period_s: int | None
    unit: str | None
    account_id: str | None
    label: str | None
    returns: bool

    @property
    def text(self) -> str:
        """`AWS/Lambda Errors`."""
        return f"{self.namespace} {self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Math:
    """A query of metric math; `tree` is None if the expression cannot be read, then `problem` says why."""

    key: str
    id: str
    expression: str
    tree: Node | None
    problem: str | None
    period_s: int | None
    returns: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class _Any:
    """What both kinds of alarm have."""

    name: str
    entry: Entry
    file: str
    region: str | None
    account: str | None
    problems: Sequence[str] = ()
    reason: str | None = None
    unsupported: bool = False

    @cached_property
    def acts(self) -> bool:
        """Whether its actions are enabled, as far as it says."""
        return str(self.entry.get("ActionsEnabled", True)).lower() != "false"

    @cached_property
    def actions(self) -> Mapping[str, tuple[str, ...]]:
        """The actions of each of `STATES`, enabled or not."""
        return {key: texts(self.entry.get(key)) for key in STATES}

    @property
    def description(self) -> str:
        """For people; empty if there is none."""
        return str(self.entry.get("AlarmDescription") or "")


@dataclass(frozen=True, kw_only=True, eq=False)
class Alarm(_Any):
    """A metric alarm. `periods` and `to_alarm` are its M of N, `band_id` is its `ThresholdMetricId`."""

    queries: tuple[Metric | Math, ...]
    comparison: str | None
    threshold: float | None
    band_id: str | None
    periods: int | None
    to_alarm: int | None
    treatment: str | None
    spec: MetricAlarm | None = None

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """Its queries of metrics."""
        return tuple(query for query in self.queries if isinstance(query, Metric))

    @cached_property
    def expressions(self) -> tuple[Math, ...]:
        """Its queries of metric math."""
        return tuple(query for query in self.queries if isinstance(query, Math))

    @cached_property
    def compared(self) -> Metric | Math | None:
        """The query whose value is compared; None where that is not clear."""
        returning = [query for query in self.queries if query.returns and query.id != self.band_id]
        if len(self.queries) == 1:
            return self.queries[0]
        return returning[0] if len(returning) == 1 else None

    @property
    def watched(self) -> Metric | None:
        """The metric, where the compared value is one as it is published."""
        return self.compared if isinstance(self.compared, Metric) else None

    @property
    def upward(self) -> bool:
        """Whether it fires above its threshold."""
        return str(self.comparison).startswith("Greater")

    @property
    def downward(self) -> bool:
        """Whether it fires below its threshold."""
        return str(self.comparison).startswith("Less") and "OrGreater" not in str(self.comparison)

    @cached_property
    def period_s(self) -> int | None:
        """The longest period of its metrics."""
        periods = [m.period_s for m in self.metrics if m.period_s] or [
            e.period_s for e in self.expressions if e.period_s
        ]
        return max(periods, default=None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Composite(_Any):
    """A composite alarm; `tree` is None if its rule cannot be read."""

    rule: str
    tree: rules.Rule | None
    suppressor: str | None
    spec: CompositeAlarm | None = None

    @cached_property
    def children(self) -> frozenset[str]:
        """The names of the alarms in its rule."""
        return frozenset(rules.children(self.tree)) if self.tree is not None else frozenset()


AnyAlarm = Alarm | Composite


@dataclass(frozen=True, kw_only=True, eq=False)
class AlarmSet:
    """What one file describes. `source` is its text, empty where there is none."""

    name: str
    metric: Sequence[Alarm]
    composite: Sequence[Composite]
    mutes: Sequence[MuteRule] = ()
    resources: Sequence[Resource] = ()
    skipped: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()
    source: str = ""

    @property
    def alarms(self) -> Sequence[AnyAlarm]:
        """Both kinds."""
        return (*self.metric, *self.composite)

    @cached_property
    def by_name(self) -> Mapping[str, AnyAlarm]:
        """The alarms by name; the first one of a name."""
        return {alarm.name: alarm for alarm in reversed(self.alarms)}

    @cached_property
    def parents(self) -> Mapping[str, tuple[Composite, ...]]:
        """The composites that watch each alarm."""
        found: dict[str, tuple[Composite, ...]] = {}
        for composite in self.composite:
            for child in composite.children:
                found[child] = (*found.get(child, ()), composite)
        return found

    @cached_property
    def suppressors(self) -> Mapping[str, tuple[Composite, ...]]:
        """The composites that each alarm mutes."""
        found: dict[str, tuple[Composite, ...]] = {}
        for composite in self.composite:
            if composite.suppressor is not None:
                found[composite.suppressor] = (*found.get(composite.suppressor, ()), composite)
        return found

    def of_kind(self, *kinds: str) -> Iterator[Resource]:
        """The other resources of these types."""
        return (resource for resource in self.resources if resource.kind in kinds)


def known(text: str | None) -> bool:
    """Whether the text is there and is not one that only deploying would tell."""
    return text is not None and not isinstance(text, Unknown)


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts, as tolerant as can be."""
    if isinstance(value, str):
        return (value,)
    listed = value if isinstance(value, list | tuple) else ()
    return tuple(item if isinstance(item, str) else str(item) for item in listed if item is not None)


def home(entry: Entry) -> tuple[str | None, str | None]:
    """(region, account) that the alarm's own ARN tells."""
    match = _ARN.match(str(entry.get("AlarmArn") or ""))
    region, account = (match["region"], match["account"]) if match else (None, None)
    given = entry.get("Region")
    return (given if isinstance(given, str) and known(given) else region), account
