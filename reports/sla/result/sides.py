"""Availability and latency: what each side saw, and what it proves."""

from datetime import date, datetime
from typing import Literal

from reports.sla.result.model import Model, Verdict


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
