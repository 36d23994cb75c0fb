"""What AWS publishes, as plain data: a metric and a namespace of the catalogue. No rule and no file here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Keys = frozenset[str]
"""The keys of a dimension set; the empty one is the metric without dimensions."""


class When(StrEnum):
    """When a metric has a value; decides what its silence means."""

    ALWAYS = "always"  # in each period, as long as the resource exists and runs: silence is the fault
    TRAFFIC = "traffic"  # with work to do, zeros among it: silence is no traffic
    EVENTS = "events"  # with the event alone, never a 0: silence is good news


class Worse(StrEnum):
    """Which way a metric goes when things get worse. Left out where both ways are usual alarms: a machine may
    idle, and a replica's lag of -1 is a replica that stands still."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric under one namespace. Whatever is not known is empty or None, and no rule speaks of it."""

    namespace: str
    name: str
    units: frozenset[str] = frozenset()
    """Units that it is published with, as `PutMetricAlarm` spells them; another `Unit` finds no data."""
    dimension_sets: frozenset[Keys] = frozenset()
    """The sets that it is published with; the empty set among them: also without dimensions."""
    sets_known: bool = False
    """`dimension_sets` is all of them. If not, only the keys can be judged."""
    dimension_keys: Keys = frozenset()
    """Every key that it may carry; empty is unknown."""
    statistics: frozenset[str] | None = None
    """Statistics that say something (`Sum`, `Average`, ... and `p`, any percentile); None is any.
    Others are accepted by CloudWatch and mislead."""
    percentiles: bool | None = None
    """False: published as statistic sets, so a percentile has no value."""
    period_s: int | None = None
    """Seconds between two values as the service is set up by default."""
    finest_s: int | None = None
    """Seconds between two values at the finest that an option of the service allows (detailed monitoring, an
    endpoint's publishing frequency). A shorter period has no data in most periods. None is unknown."""
    minimum: float | None = None
    maximum: float | None = None
    """What one sample can be, so what `Average`, `Minimum`, `Maximum` and percentiles can; a `Sum` and a
    `SampleCount` add up beyond `maximum`. Equal bounds: those statistics are a constant."""
    when: When | None = None
    worse: Worse | None = None
    needs: str = ""
    """What must be enabled for the metric to exist at all; empty: nothing."""
    replaced_by: str = ""
    """AWS no longer publishes it; what to use instead."""
    home: Mapping[Keys, str] | None = None
    """Dimension sets that live in one region, whatever the resource's (commercial partition)."""
    source: str = ""

    def region(self, keys: Keys) -> str | None:
        """The one region that has the metric with these dimension keys; None: the resource's own."""
        return None if self.home is None else self.home.get(keys)


@dataclass(frozen=True, slots=True)
class Form:
    """What a dimension's value looks like."""

    pattern: str
    """A regular expression for the whole value."""
    says: str
    """The same for people, to follow "wants": `the queue's name, not its ARN or URL`."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace with everything known of it."""

    name: str
    metrics: Mapping[str, Metric]
    whole: bool
    """Every metric is listed: a name that is not there, and does not match `also`, does not exist."""
    also: str
    """A regular expression for families of names that exist besides; of them nothing else is known."""
    forms: Mapping[str, Form]
    """By dimension key."""
    source: str
    checked: str
    """The day (ISO) on which `source` was read."""
