"""Conventions that several KPIs share, each with its reason."""

from typing import Final, TypedDict

from monitoring.kpi import Component, Window
from monitoring.watched import WatchedPart
from settings.slo import Slo

# At 20 times the budget's rate a 30-day error budget lasts a day and a half: soon enough to be a page,
# far enough from one unlucky request.
ERROR_FACTOR: Final = 20
# In a minute, for a share of failures to mean anything. At four times the budget's rate, which is no
# incident, three minutes of five with as many come about once in three months at the worst rate of requests
# (docs/slo.md has the figures); at any rate a failure alone is nothing.
MIN_FAILURES: Final = 3


# Failures: three bad minutes of five. One late or lucky minute neither hides nor makes an incident.
FAST: Final = Window(period_s=60, evaluation_periods=5, datapoints_to_alarm=3)
# Latency: percentiles need the samples of five minutes. Two of five, so that a value that hovers around its
# threshold is one page and not one every few minutes.
STEADY: Final = Window(period_s=300, evaluation_periods=5, datapoints_to_alarm=2)
# Resources fill up slowly, and scaling needs some minutes to answer.
SLOW: Final = Window(period_s=300, evaluation_periods=3, datapoints_to_alarm=3)


class Named(TypedDict):
    """What the name of a part decides of a KPI of it."""

    key: str
    component: Component
    title: str
    of: str
    silence_owner: str
    anchor: str


def named(part: WatchedPart, component: Component, what: str, title: str) -> Named:
    """The KPI's key, title and runbook section, and who owns its silence: nobody, of a part that may rest."""
    return Named(
        key=part.alarm_key(component, what),
        component=component,
        title=f"{title}{part.told_apart}",
        of=part.told_apart,
        silence_owner=part.alarm_key(component, "silent") if part.steady else "",
        anchor=f"{component}-{what}",
    )


def budget_pct(slo: Slo) -> float:
    """The error budget: the percentage of requests that may fail."""
    return round(100 - slo.availability_pct, 9)


def error_limit_pct(slo: Slo) -> float:
    """The percentage of failures that is no longer bad luck."""
    return min(round(ERROR_FACTOR * budget_pct(slo), 9), 100)


def error_limit_source(slo: Slo) -> str:
    """Where `error_limit_pct` comes from, for the documentation."""
    return f"{ERROR_FACTOR} times the error budget of {budget_pct(slo):g} %"
