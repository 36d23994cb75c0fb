"""The promise to customers, and how near its limits alarms fire."""

from typing import Annotated

from pydantic import Field

from settings.forms import Section

Percent = Annotated[float, Field(gt=0, le=100)]


class Slo(Section):
    """The promise to customers."""

    availability_pct: Annotated[float, Field(gt=0, lt=100)] = 99.95
    latency_p90_ms: Annotated[float, Field(gt=0)] = 200
    window_days: Annotated[int, Field(ge=1, le=90)] = 30


class Levels(Section):
    """At which percentage of a limit an alarm of each level fires."""

    warn_pct: Percent = 80
    critical_pct: Percent = 95
    usage_warn_pct: Percent = 80
    usage_critical_pct: Percent = 90
