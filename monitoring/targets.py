"""What the catalogue watches, part by part: the names and limits that KPIs are derived from.

A part can be one of this program's own (see `of_watched`) or anyone's API, function, table or endpoint,
named in the component `KpiAlarms`.
"""

from dataclasses import dataclass

from monitoring.watched import Watched, WatchedPlan
from settings.slo import Slo


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiTarget:
    """A REST API's stage.

    `rate_limit_per_s` is the stage's throttle, `min_per_minute` what arrives even when customers sleep (from
    the canary); 0 makes no alarm on low traffic. `time_budget_ms` is after how long a request is failed
    rather than answered, so that no latency is much longer; None if nothing ends it.
    """

    name: str
    stage: str
    rate_limit_per_s: float
    slo: Slo
    min_per_minute: float = 1
    time_budget_ms: float | None = None

    def __post_init__(self) -> None:
        budget = {} if self.time_budget_ms is None else {"time_budget_ms": self.time_budget_ms}
        _positive(self.name, rate_limit_per_s=self.rate_limit_per_s, **budget)
        if self.min_per_minute < 0:
            raise ValueError(f"{self.name}: min_per_minute {self.min_per_minute} is negative; use 0 for none")


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionTarget:
    """A Lambda function. `rate_limit_per_s` is what its caller lets through at most.

    Without `reserved_concurrency` its limit is the account's and not known, so concurrency is not watched.
    """

    name: str
    timeout_ms: int
    reserved_concurrency: int | None
    rate_limit_per_s: float
    slo: Slo

    def __post_init__(self) -> None:
        _positive(
            self.name,
            timeout_ms=self.timeout_ms,
            rate_limit_per_s=self.rate_limit_per_s,
            **(
                {}
                if self.reserved_concurrency is None
                else {"reserved_concurrency": self.reserved_concurrency}
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TableTarget:
    """A DynamoDB table and the one operation that requests wait for."""

    name: str
    operation: str = "GetItem"
    slo: Slo


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointTarget:
    """A SageMaker endpoint's variant. `cores` and `gpus` per instance; `cores` None when serverless."""

    name: str
    variant: str
    rate_limit_per_s: float
    cores: int | None = None
    gpus: int | None = None
    slo: Slo

    def __post_init__(self) -> None:
        _positive(self.name, rate_limit_per_s=self.rate_limit_per_s)
        if self.cores is not None:
            _positive(self.name, cores=self.cores)


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageTarget:
    """The usage plans of a service; those without a quota are not watched."""

    service: str
    plans: tuple[WatchedPlan, ...]

    @property
    def limited(self) -> tuple[WatchedPlan, ...]:
        """The plans with a quota."""
        return tuple(plan for plan in self.plans if plan.quota)


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryTarget:
    """The canary of a service, one probe every minute."""

    service: str
    slo: Slo


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """The parts under watch; a part that is None is not watched."""

    api: ApiTarget | None = None
    function: FunctionTarget | None = None
    table: TableTarget | None = None
    endpoint: EndpointTarget | None = None
    usage: UsageTarget | None = None
    canary: CanaryTarget | None = None


def of_watched(watched: Watched) -> Targets:
    """A service's own parts; the canary is the monitor account's (see `monitor`)."""
    slo, rate = watched.slo, watched.rate_limit_per_s
    function, endpoint = watched.function, watched.endpoint
    return Targets(
        api=ApiTarget(
            name=watched.api_name,
            stage=watched.stage,
            rate_limit_per_s=rate,
            slo=slo,
            time_budget_ms=function.time_budget_ms,
        ),
        function=FunctionTarget(
            name=function.name,
            timeout_ms=function.timeout_ms,
            reserved_concurrency=function.reserved_concurrency,
            rate_limit_per_s=rate,
            slo=slo,
        ),
        table=TableTarget(name=watched.table, slo=slo),
        endpoint=EndpointTarget(
            name=endpoint.name,
            variant=endpoint.variant,
            rate_limit_per_s=rate,
            cores=endpoint.cores,
            gpus=endpoint.gpus,
            slo=slo,
        ),
        usage=UsageTarget(service=watched.name, plans=watched.usage_plans),
    )


def _positive(name: str, **values: float) -> None:
    for field, value in values.items():
        if value <= 0:
            raise ValueError(f"{name}: {field} {value} gives a limit of nothing; set what it really is")
