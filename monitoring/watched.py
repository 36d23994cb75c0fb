"""What the catalogue needs to know about a deployed service: names, limits and promises.

This is the plain-data seam between deployment and monitoring. The service stack exports one `Watched`
as JSON, the monitor stack reads it back through its StackReference, and the rehearsal builds the same
from the stack YAML. It deliberately holds no secret and no value that AWS only knows after deploying.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from monitoring.tuning import AlarmsTuning

NAMESPACE = "InferenceWatch"  # of the metrics that the canary and the usage reporter publish
ALIAS = "live"  # of every function that is deployed
FROZEN = ConfigDict(frozen=True, extra="forbid", strict=True)


class Slo(BaseModel):
    """The promise to customers."""

    model_config = FROZEN

    availability_pct: float = Field(default=99.95, gt=0, lt=100)
    latency_p90_ms: float = Field(default=200, gt=0)
    window_days: int = Field(default=30, ge=1, le=90)


class Levels(BaseModel):
    """At which percentage of a limit an alarm of each level fires."""

    model_config = FROZEN

    warn_pct: float = Field(default=80, gt=0, le=100)
    critical_pct: float = Field(default=95, gt=0, le=100)
    usage_warn_pct: float = Field(default=80, gt=0, le=100)
    usage_critical_pct: float = Field(default=90, gt=0, le=100)


class Quota(BaseModel):
    """A usage plan's quota: `limit` requests per key and period."""

    model_config = FROZEN

    limit: int = Field(ge=1)
    period: Literal["DAY", "WEEK", "MONTH"]


class WatchedPlan(BaseModel):
    """A usage plan by its short name, the dimension `Plan`; `quota` is None for a plan without one."""

    model_config = FROZEN

    name: str
    quota: Quota | None = None


class WatchedFunction(BaseModel):
    """A Lambda function behind its alias; without reserved concurrency it shares the account's.

    `time_budget_ms` is after how long it fails a request rather than answer it; None if it has none.
    """

    model_config = FROZEN

    name: str
    alias: str
    timeout_ms: int
    time_budget_ms: int | None = None
    reserved_concurrency: int | None = None


class WatchedEndpoint(BaseModel):
    """A SageMaker endpoint variant. `cores` and `gpus` are per instance; None when serverless.

    SageMaker reports CPU and GPU utilisation up to 100 % times their number.
    """

    model_config = FROZEN

    name: str
    variant: str
    cores: int | None = None
    gpus: int | None = None


class Watched(BaseModel):
    """One service under watch. `name` is `<service>-<env>` and the dimension `Service` of our own metrics."""

    model_config = FROZEN

    name: str
    account_id: str
    region: str
    api_name: str
    stage: str
    api_path: str
    function: WatchedFunction
    table: str
    endpoint: WatchedEndpoint
    usage_plans: tuple[WatchedPlan, ...]
    slo: Slo = Slo()
    levels: Levels = Levels()
    tuning: AlarmsTuning = AlarmsTuning()
    rate_limit_per_s: float = Field(gt=0)
    runbook_url: str | None = None

    @property
    def log_group(self) -> str:
        """The inference function's log group."""
        return f"/aws/lambda/{self.function.name}"
