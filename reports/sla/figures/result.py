"""The figures as data: what the pages show and the JSON holds. Percentages from 0 to 100, times in UTC."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["kept", "broken", "not provable"]


class Model(BaseModel):
    """Frozen, and described by its docstrings in the JSON schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Promised(Model):
    """What was promised at the end of the period."""

    availability_pct: float
    latency_ms: float
    latency_share_pct: float
    """this share of predictions comes within latency_ms: 90 is a p90"""


class Span(Model):
    """The period, and what of it there is evidence of."""

    title: str
    first: date
    last: date
    timezone: str
    begins: datetime
    ends: datetime
    minutes: int
    """of the period, with the hour that a change of clocks adds or takes"""
    expected_minutes: int
    """of these to be accounted for: watched, over, and not in announced maintenance"""
    maintenance_minutes: int
    """in maintenance announced beforehand: not counted"""
    to_come_minutes: int
    """after the last day that is kept"""
    unwatched_minutes: int
    """before the first day on which the service was watched"""
    missing_minutes: int
    """of the expected minutes those without any evidence"""
    dark_minutes: int
    """of the expected minutes those in which neither a probe nor a request was seen, missing ones included"""


class Side(Model):
    """Availability as one of the two sides saw it; gaps are counted neither way, and both bounds given."""

    verdict: Verdict
    because: str
    total: int
    failed: int
    measured_pct: float | None
    """None where there was nothing to measure"""
    lower_pct: float
    """had everything failed that was not seen"""
    upper_pct: float
    """had everything succeeded that was not seen"""
    budget_used_pct: float | None
    """of the error budget: 100 is all of it"""


class Requests(Side):
    """By the API's own requests: a full count, blind to what never reached it."""

    refused: int
    unseen_at_most: int
    """requests that the missing minutes may have had, at the rate of the busiest minute"""


class Probes(Side):
    """By the canary's probes from the other account: a sample, once a minute."""

    gap_minutes: int
    """expected minutes without a probe"""
    down_minutes: int
    """minutes in which the canary asked and nothing was answered rightly"""
    down_lower_minutes: int
    """downtime, if each outage began and ended just inside its failed probes"""
    down_upper_minutes: int
    """downtime, if each outage lasted from the probe before it to the one after it, gaps inside it too"""
    interval_lower_pct: float
    """95 % interval of the availability of which these probes are a sample (Clopper and Pearson)"""
    interval_upper_pct: float
    proves_kept_up_to: int | None
    """up to this many failures of so many probes prove that the promise was kept; None if no number does"""
    proves_broken_from: int | None
    """from this many failures on they prove that it was broken; None if no number does"""


class Percentiles(Model):
    """Of a number of requests, in milliseconds, by nearest rank."""

    requests: int
    p50: int
    p90: int
    p99: int


class Latency(Model):
    """The promised latency: the share of predictions within the limit, which adds up; percentiles do not."""

    verdict: Verdict
    because: str
    source: Literal["access log", "stage metrics", "access log and stage metrics", "nothing"]
    answered: int
    in_time: int
    share_pct: float | None
    """of the predictions that the access log tells of; None without any"""
    lower_pct: float
    """with what no log tells of counted as slow as the stage's own counts allow, missing minutes too"""
    upper_pct: float
    """with it counted as fast as they allow"""
    stage_share_pct: float | None
    """of all requests that the stage answered, refusals in milliseconds among them"""
    answered_ms: Percentiles | None
    stage_ms: Percentiles | None
    probes_share_pct: float | None
    """of the canary's successful probes"""


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


class AwsInterval(Model):
    """Five minutes in which requests to AWS failed."""

    begins: datetime
    requests: int
    errors: int


class AwsService(Model):
    """What one service of AWS owed by its own formula. The metrics mix its faults with one's own: a bound."""

    provider: str
    name: str
    promised_pct: float
    uptime_at_least_pct: float
    """mean over all five-minute intervals; one without requests counts 100"""
    requests: int
    errors_at_most: int
    intervals: int
    intervals_with_errors: int
    verdict: Literal["kept", "perhaps missed"]
    """perhaps missed: if the errors were AWS's"""
    credit_pct: int
    """of the month's charge for it, if so"""
    claim_until: date
    page: str
    read: str
    errors_are: str
    bound: str
    claim: tuple[AwsInterval, ...]
    """the intervals to name, where it was perhaps missed"""


class AwsLedger(Model):
    """AWS's own promises for the services in the chain."""

    ceiling_pct: float
    """the product of what AWS promises"""
    ceiling_words: str
    billing_month: bool
    """whether the period is a calendar month of UTC, which AWS counts in"""
    services: tuple[AwsService, ...]


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


class ServiceReport(Model):
    """Whether one service kept its promise."""

    service: str
    verdict: Verdict
    because: str
    notes: tuple[str, ...]
    span: Span
    promise: Promised
    availability_verdict: Verdict
    availability_because: str
    requests: Requests
    probes: Probes
    latency: Latency
    incidents: tuple[Incident, ...]
    days: tuple[DayFigures, ...]
    burn: tuple[BurnPoint, ...]
    forecast: Forecast
    customers: tuple[Customer, ...]
    usage: tuple[Usage, ...]
    maintenance: tuple[Maintenance, ...]
    aws: AwsLedger
    proof: Proof
