"""The tables of the evidence: the one description that files, documentation and Athena's tables come from.

Every time is UTC. A null says that there was no datapoint, which is not the same as 0.
"""

from dataclasses import dataclass
from typing import Literal

Type = Literal["TIMESTAMP", "BIGINT", "DOUBLE", "VARCHAR"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column; a `required` one is never null."""

    name: str
    type: Type
    meaning: str
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table, partitioned by `service` and `day`: the UTC day of the column `time`.

    `key` are the columns that, with the service, no two rows may share. `rules` are conditions that every row
    fulfils, each with the words for one that does not.
    """

    name: str
    meaning: str
    time: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in their order."""
        return tuple(column.name for column in self.columns)


def _time(name: str, meaning: str) -> Column:
    return Column(name=name, type="TIMESTAMP", meaning=meaning, required=True)


def _count(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, type="BIGINT", meaning=meaning, required=required)


def _text(name: str, meaning: str, *, required: bool = True) -> Column:
    return Column(name=name, type="VARCHAR", meaning=meaning, required=required)


def _part(part: str, whole: str) -> tuple[str, str]:
    return f"coalesce({part}, 0) <= coalesce({whole}, 0)", f"more {part} than {whole}"


MINUTES = Table(
    name="minutes",
    meaning="One row a minute that was looked at, also where nothing was there.",
    time="minute",
    key=("minute",),
    columns=(
        _time("minute", "its start"),
        _count("attempts", "probes that the canary sent"),
        _count("successes", "probes answered rightly and in time"),
        _count("failures", "probes that failed"),
        _text("reason", "why they failed", required=False),
        Column(name="probe_ms", type="DOUBLE", meaning="what the probe took (of several: their mean)"),
        _count("probes_in_time", "successful probes within the promised latency"),
        _count("requests", "requests that the API's stage counted (Count)"),
        _count("refused", "of these answered 4XX (4XXError), 403 and 429 among them"),
        _count("failed", "of these answered 5XX (5XXError)"),
        _count("timed", "requests with a latency, whatever their answer (SampleCount of Latency)"),
        _count("in_time", "of these within the promised latency (PR(:limit) x SampleCount)"),
        _count("answered", "predictions given: 2XX in the access log; null where no log was read"),
        _count("answered_in_time", "of these within the promised latency"),
    ),
    rules=(
        ("minute = date_trunc('minute', minute)", "no whole minute"),
        ("least(attempts, successes, failures, requests, refused, failed, timed, answered) >= 0", "below 0"),
        _part("successes", "attempts"),
        _part("probes_in_time", "successes"),
        ("coalesce(refused, 0) + coalesce(failed, 0) <= coalesce(requests, 0)", "more errors than requests"),
        _part("in_time", "timed"),
        _part("answered_in_time", "answered"),
    ),
)
TRANSITIONS = Table(
    name="transitions",
    meaning="What the alarm history of both accounts says: changes of state, and notifications sent.",
    time="noted_at",
    key=("noted_at", "alarm", "kind", "target"),
    columns=(
        _time("noted_at", "when"),
        _text("alarm", "its name"),
        _text("kind", "`state` for a change of state, `page` for a notification"),
        _text("old_state", "state before", required=False),
        _text("new_state", "state after", required=False),
        _text("target", "of a page: the topic's name", required=False),
        _text("reason", "CloudWatch's own words", required=False),
    ),
    rules=(("kind IN ('state', 'page')", "kind is neither state nor page"),),
)
USAGE = Table(
    name="usage",
    meaning="What GetUsage says of each key at the end of a UTC day.",
    time="counted_on",
    key=("counted_on", "plan", "customer"),
    columns=(
        _time("counted_on", "the day, at midnight"),
        _text("plan", "the usage plan"),
        _text("customer", "the key's name"),
        _count("used", "requests on the day", required=True),
        _count("period_used", "requests since the quota's period began", required=True),
        _count("quota", "what the plan allows a key in a period; null without a quota"),
        _text("quota_period", "DAY, WEEK or MONTH", required=False),
    ),
    rules=(("used >= 0 AND period_used >= used", "period_used is below used, or a count below 0"),),
)
CUSTOMERS = Table(
    name="customers",
    meaning="Sums of the access log per customer and hour.",
    time="hour",
    key=("hour", "customer"),
    columns=(
        _time("hour", "its start"),
        _text("customer", "the key's name; `-` for requests without a key"),
        _count("requests", "all requests", required=True),
        _count("refused", "answered 4XX, without 429", required=True),
        _count("throttled", "answered 429", required=True),
        _count("failed", "answered 5XX", required=True),
        _count("answered", "answered 2XX", required=True),
        _count("answered_in_time", "of these within the promised latency", required=True),
    ),
    rules=(
        (
            "least(refused, throttled, failed, answered) >= 0"
            " AND refused + throttled + failed + answered <= requests",
            "the answers are more than the requests",
        ),
        _part("answered_in_time", "answered"),
    ),
)
LATENCIES = Table(
    name="latencies",
    meaning="How many requests took so many milliseconds, per hour: what percentiles are read from.",
    time="hour",
    key=("hour", "source", "ms"),
    columns=(
        _time("hour", "its start"),
        _text("source", "`answered` for predictions given, `stage` for every request, refused ones too"),
        _count("ms", "whole milliseconds", required=True),
        _count("requests", "how many", required=True),
    ),
    rules=(
        ("source IN ('answered', 'stage')", "source is neither answered nor stage"),
        ("ms >= 0 AND requests > 0", "ms below 0, or no request"),
    ),
)
MAINTENANCE = Table(
    name="maintenance",
    meaning="Announcements of planned work, kept on the day they were made.",
    time="announced_at",
    key=("announced_at", "begins_at", "ends_at"),
    columns=(
        _time("announced_at", "when customers were told, by the clock of the store that took it"),
        _time("begins_at", "first moment of the work"),
        _time("ends_at", "first moment after it"),
        _text("notice", "what was announced"),
    ),
    rules=(("begins_at < ends_at", "it ends before it begins"),),
)
INTERVALS = Table(
    name="intervals",
    meaning="Five-minute sums of AWS's own metrics, for the ledger of what AWS promises.",
    time="begins_at",
    key=("begins_at", "provider"),
    columns=(
        _time("begins_at", "start of the five minutes"),
        _text("provider", "apigateway, lambda, sagemaker or dynamodb"),
        _count("requests", "requests to the provider", required=True),
        _count(
            "errors", "of these failed, at most: the metrics mix AWS's faults and one's own", required=True
        ),
    ),
    rules=(("errors >= 0 AND errors <= requests", "more errors than requests"),),
)
TABLES = (MINUTES, TRANSITIONS, USAGE, CUSTOMERS, LATENCIES, MAINTENANCE, INTERVALS)
BY_NAME = {table.name: table for table in TABLES}
