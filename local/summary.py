"""The summary of a local run: one strict model, its verdict, and the JSON Schema that ships with it.

`summary.json` is for machines (CI reads it) and is what the report and the terminal table show. It is
computed from what was observed and decides nothing itself: the checks come from `local.report.checks`.
Run `python -m local.summary` to print the JSON Schema, with `fleet` that of several services;
`local/summary.schema.json` and `local/fleet_summary.schema.json` are its copies.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from local.run.client import Sample

AlarmState = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


class Part(BaseModel):
    """A frozen part of the summary; an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, json_schema_serialization_defaults_required=True
    )


class Check(Part):
    """One thing that had to hold, and what was found."""

    name: str = Field(description="What had to hold, as a short statement.")
    held: bool = Field(description="Whether it did.")
    detail: str = Field(description="What was found, in words and numbers.")


class Target(Part):
    """The promise to customers, from the stack's configuration."""

    availability_pct: float = Field(
        gt=0, lt=100, description="Least share of requests answered rightly, in percent."
    )
    p90_ms: float = Field(gt=0, description="90 % of the requests are answered faster, in milliseconds.")


class Canary(Part):
    """What the canary in the monitor account published."""

    probes: int = Field(ge=0, description="Probes that its schedule fired; the run itself never invokes it.")
    succeeded: int = Field(ge=0, description="Probes that got the right answer in time.")
    reasons: dict[str, int] = Field(description="Why probes failed: reason -> number of probes.")


class Usage(Part):
    """One usage plan on the reported day, as the usage reporter published it. Quotas hold per API key."""

    used: int = Field(ge=0, description="Requests of the plan's busiest key.")
    limit: int | None = Field(ge=1, description="The quota of each key; null for a plan without one.")
    period: Literal["DAY", "WEEK", "MONTH"] | None = Field(
        description="The quota's period; null without a quota."
    )
    percent: float | None = Field(
        ge=0, description="Percent of its quota that the busiest key used; null without a quota."
    )
    requests: int = Field(ge=0, description="Requests of all the plan's keys.")


class Resources(Part):
    """How many resources were created in each account."""

    service: int = Field(ge=0, description="Resources in the service account.")
    monitor: int = Field(ge=0, description="Resources in the monitor account.")


class Traces(Part):
    """The traces that begin at the API, and whether all their parts arrived."""

    total: int = Field(ge=0, description="Traces recorded; in dev every request is.")
    complete: int = Field(ge=0, description="Traces with one root, nothing unfinished and no part missing.")
    orphaned: int = Field(ge=0, description="Traces with a part whose parent is missing.")
    reached_model: int = Field(ge=0, description="Traces that lead to inside the model.")


class WentOff(Part):
    """A time that an alarm spent in ALARM."""

    alarm: str = Field(description="The alarm's name.")
    account: str = Field(description="The account it is in.")
    at: str = Field(description="When it went off, ISO 8601, UTC.")
    until: str | None = Field(description="When it was over; null if it was not by the end of the run.")


class Page(Part):
    """A notification that an alarm led to, sent or muted."""

    at: str = Field(description="When it was sent, would have been or is due, ISO 8601, UTC.")
    alarm: str = Field(description="The alarm that asked for it.")
    account: str = Field(description="The account it is in.")
    level: Literal["warn", "critical"] = Field(description="Its level, that of the topic.")
    topic: str = Field(description="The SNS topic it goes through.")
    to: list[str] = Field(description="Who is subscribed to the topic; empty if nobody is.")
    muted_by: str | None = Field(description="The alarm that kept it from being sent; null if none did.")
    pending: bool = Field(
        description="Whether it still waited for its suppressor when the run ended; it is sent then if its "
        "alarm still stands."
    )


class Fault(Part):
    """The fault that was asked for, and whether it showed as it should."""

    name: str = Field(description="The fault's name, as given to --fault.")
    expected: str = Field(description="What a customer and the canary should see of it.")
    seen: str = Field(description="What they did see.")
    as_expected: bool = Field(description="Whether the two agree.")


class Summary(Part):
    """What a local run found. Times are UTC; latencies are the customer's, over the whole path."""

    service: str = Field(description="The service's name and environment, e.g. inference-dev.")
    region: str = Field(description="The region both accounts ran in.")
    started_at: str = Field(description="When the run began, ISO 8601, UTC.")
    held: bool = Field(description="Whether every check held; the exit code is 1 otherwise.")
    slo_kept: bool = Field(
        description="Whether customers got what the SLO promises; the exit code is 3 if only that failed. "
        "What a usage plan refuses is no failure, and fewer than 100 answers have no p90."
    )
    checks: list[Check] = Field(description="Everything that had to hold.")
    target: Target
    clients: int = Field(ge=1, description="Clients that called at the same time.")
    requests: int = Field(ge=0, description="Requests that the clients sent.")
    failed: int = Field(ge=0, description="Requests without a right answer, for whatever reason.")
    availability_pct: float | None = Field(
        ge=0, le=100, description="Requests with a right answer, in percent; null without requests."
    )
    p50_ms: float | None = Field(ge=0, description="Median latency in milliseconds; null without requests.")
    p90_ms: float | None = Field(
        ge=0, description="90th percentile of latency in milliseconds; null without requests."
    )
    p99_ms: float | None = Field(
        ge=0, description="99th percentile of latency in milliseconds; null without requests."
    )
    statuses: dict[str, int] = Field(description="HTTP status -> number of answers; 0 stands for no answer.")
    failures: dict[str, int] = Field(
        description="What went wrong -> number of requests: the API's error code, or wrong_value, bad_body, "
        "timeout or connection."
    )
    canary: Canary
    usage: dict[str, Usage] = Field(
        description="Usage plan -> its usage, as the usage reporter published it."
    )
    traces: Traces
    resources: Resources
    alarms: dict[str, AlarmState] = Field(
        description="Alarm name -> state at the end of the run, both accounts, as the rehearsal evaluates it."
    )
    went_off: list[WentOff] = Field(description="The alarms that went off, in time.")
    pages: list[Page] = Field(description="The pages that they led to, in time, muted ones included.")
    fault: Fault | None = Field(description="The fault of this run; null when none was asked for.")
    steps_s: dict[str, float] = Field(description="Seconds that each step took, in order.")
    wall_s: float = Field(ge=0, description="Seconds from start to summary, starting the emulator included.")


class FleetSummary(Part):
    """What a local run of several services side by side found."""

    held: bool = Field(description="Whether every check of every service held; the exit code is 1 otherwise.")
    slo_kept: bool = Field(description="Whether the customers of each service got what its SLO promises.")
    wall_s: float = Field(ge=0, description="Seconds from start to summary, starting the emulator included.")
    services: dict[str, Summary] = Field(description="Service and environment -> what was found of it.")

    @classmethod
    def of(cls, summaries: Sequence[Summary]) -> Self:
        """All of them, in order."""
        return cls(
            held=all(each.held for each in summaries),
            slo_kept=all(each.slo_kept for each in summaries),
            wall_s=max(each.wall_s for each in summaries),
            services={each.service: each for each in summaries},
        )


class Traffic(Part):
    """The numbers of a set of requests."""

    requests: int
    failed: int
    availability_pct: float | None
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    statuses: dict[str, int]
    failures: dict[str, int]


def percentile(values: Sequence[float], pct: float) -> float:
    """The smallest value that at least `pct` percent of `values` do not exceed (nearest rank).

    `values` must be sorted and not empty.
    """
    rank = -(-len(values) * pct // 100)
    return values[max(int(rank), 1) - 1]


def traffic(samples: Sequence[Sample]) -> Traffic:
    """Count and measure `samples`; latencies are those of every request that was answered at all."""
    latencies = sorted(sample.latency_ms for sample in samples if sample.status)
    failed = sum(not sample.ok for sample in samples)
    p50, p90, p99 = (round(percentile(latencies, pct), 1) if latencies else None for pct in (50, 90, 99))
    return Traffic(
        requests=len(samples),
        failed=failed,
        availability_pct=round(100 * (1 - failed / len(samples)), 4) if samples else None,
        p50_ms=p50,
        p90_ms=p90,
        p99_ms=p99,
        statuses=counts(str(sample.status) for sample in samples),
        failures=counts(sample.code for sample in samples if not sample.ok),
    )


def counts(values: Iterable[str]) -> dict[str, int]:
    """How often each value occurs, most frequent first, equals by name."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def schema(of: type[Summary | FleetSummary] = Summary) -> dict[str, object]:
    """The JSON Schema (2020-12) of `summary.json`, of one service or of several."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **of.model_json_schema(mode="serialization"),
    }


if __name__ == "__main__":
    wanted: type[Summary | FleetSummary] = FleetSummary if sys.argv[1:] == ["fleet"] else Summary
    sys.stdout.write(json.dumps(schema(wanted), indent=2) + "\n")
