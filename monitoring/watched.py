"""What the catalogue needs to know about a deployed service: names, limits and promises.

This is the plain-data seam between deployment and monitoring. The service stack exports one `Watched`
as JSON, the monitor stack reads it back through its StackReference, and the rehearsal builds the same
from the stack YAML. It deliberately holds no secret and no value that AWS only knows after deploying.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from settings import API_PATH, STAGE, VARIANT, Settings
from settings.alarms import AlarmsTuning
from settings.slo import Levels, Slo
from settings.usage_plans import Quota

NAMESPACE = "InferenceWatch"  # of the metrics that the canary and the usage reporter publish
ALIAS = "live"  # of every function that is deployed
FROZEN = ConfigDict(frozen=True, extra="forbid", strict=True)


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

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What a service stack with these settings deploys."""
        instances = settings.model.instances
        return cls(
            name=settings.base,
            account_id=settings.accounts.service,
            region=settings.region,
            api_name=settings.base,
            stage=STAGE,
            api_path=API_PATH,
            function=WatchedFunction(
                name=f"{settings.base}-inference",
                alias=ALIAS,
                timeout_ms=settings.inference.timeout_s * 1000,
                time_budget_ms=settings.inference.time_budget_ms,
                reserved_concurrency=settings.inference.reserved_concurrency,
            ),
            table=f"{settings.base}-reference-data",
            endpoint=WatchedEndpoint(
                name=f"{settings.base}-model-{settings.model.endpoint}",
                variant=VARIANT,
                cores=instances.cores if instances else None,
                gpus=instances.gpus if instances else None,
            ),
            usage_plans=tuple(WatchedPlan(name=p.name, quota=p.quota) for p in settings.usage_plans),
            slo=settings.slo,
            levels=settings.levels,
            tuning=settings.alarms,
            rate_limit_per_s=settings.api.rate_per_s,
            runbook_url=settings.runbook_url or None,
        )

    @property
    def entry(self) -> str:
        """The traced name of the API's stage, where a request enters."""
        return f"{self.api_name}/{self.stage}"

    @property
    def log_group(self) -> str:
        """The inference function's log group."""
        return f"/aws/lambda/{self.function.name}"


def canary_name(base: str) -> str:
    """The canary's function and role; the API's resource policy trusts exactly this role name."""
    return f"{base}-canary"
