"""What else a report tells: days, incidents, the budget, customers, usage, maintenance, evidence."""

from datetime import date, datetime
from typing import Literal

from reports.sla.result.model import Model
from reports.sla.result.sides import Percentiles


class DayFigures(Model):
    """One day of the contract."""

    day: str
    minutes: int
    gap_minutes: int
    """without a probe"""
    down_minutes: int
    maintenance_minutes: int
    attempts: int
    failed_probes: int
    requests: int
    refused: int
    failed: int
    answered_share_pct: float | None
    stage_share_pct: float | None
    answered_ms: Percentiles | None
    stage_ms: Percentiles | None


class Signal(Model):
    """An alarm that went off or a page that was sent; `after_s` counts from the incident's beginning."""

    name: str
    target: str
    at: datetime
    after_s: float


class Incident(Model):
    """A run of bad minutes: no probe was answered rightly, or many requests failed. A good minute ends it."""

    begins: datetime
    ends: datetime
    minutes: int
    down_minutes: int
    failing_minutes: int
    unseen_minutes: int
    """inside it without probe and request"""
    seen_by: tuple[Literal["canary", "requests"], ...]
    reasons: dict[str, int]
    """of the canary, in minutes"""
    failed_probes: int
    requests: int
    failed: int
    refused: int
    detected_by: str | None
    detected_after_s: float | None
    alarms: tuple[Signal, ...]
    pages: tuple[Signal, ...]


class BurnPoint(Model):
    """How much of the period's budget was gone at a moment, by each side."""

    at: datetime
    requests_pct: float | None
    probes_pct: float | None


class Forecast(Model):
    """When the budget is gone if every day burns as the last one that is kept."""

    state: Literal["over", "lasts", "goes", "gone"]
    """over: the period is; lasts: beyond the period; goes: at `at`; gone: since `at`"""
    at: datetime | None
    by: Literal["requests", "probes"]
    used_pct: float
    """of the whole period's budget, its requests extrapolated from those so far"""
    burn_rate: float
    """of the last day: 1 spends exactly the budget"""
    words: str


class Customer(Model):
    """What one customer (key) got, announced maintenance included; `-` is requests without a key."""

    name: str
    requests: int
    refused: int
    throttled: int
    failed: int
    availability_pct: float | None
    in_time_pct: float | None


class Usage(Model):
    """A key's use of its plan over the UTC days of the period."""

    plan: str
    customer: str
    used: int
    quota: int | None
    quota_period: str | None
    highest_pct: float | None
    highest_on: date | None
    near_days: int
    """days at 90 % of the quota or more, but below it"""
    full_days: int
    """days at the quota: what came after was refused"""


class Maintenance(Model):
    """Planned work. It is left out of the count only if it was announced before it began."""

    announced_at: datetime
    begins: datetime
    ends: datetime
    notice: str
    counted_out: bool
    minutes: int
    """of the period"""


class Proof(Model):
    """The evidence behind the figures."""

    head: str
    """hash of the chain's last link"""
    head_confirmed: bool
    """whether a head that was handed out earlier is in the chain"""
    first_day: date
    last_day: date
    never_kept: tuple[date, ...]
    files: int
    """read and compared with their hashes"""
