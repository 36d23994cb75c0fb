"""What is watched: the parts of a service by name, their limits, what was promised, how alarms are tuned.

This is the plain-data seam between deployment and monitoring. The service stack exports one `Watched` as
JSON, the monitor stack reads it back through its StackReference, and the rehearsal builds the same from the
stack YAML. It deliberately holds no secret and no value that AWS only knows after deploying.
"""

from typing import Annotated, Self

from pydantic import Field

from settings import STAGE, VARIANT, Settings
from settings.alarms import AlarmsTuning
from settings.forms import Section
from settings.slo import Levels, Slo
from settings.usage_plans import Quota

NAMESPACE = "InferenceWatch"  # of the metrics that the canary and the usage reporter publish
ALIAS = "live"  # of every function that is deployed
Positive = Annotated[float, Field(gt=0)]  # a limit of nothing would be beyond it all the time
AtLeastOne = Annotated[int, Field(ge=1)]


class WatchedApi(Section):
    """A REST API's stage.

    `rate_limit_per_s` is the stage's throttle, `min_per_minute` what arrives even when customers sleep (from
    the canary); 0 makes no alarm on low traffic. `time_budget_ms` is after how long a request is failed
    rather than answered, so that no latency is much longer; None if nothing ends it.
    """

    name: str
    stage: str
    rate_limit_per_s: Positive
    min_per_minute: Annotated[float, Field(ge=0)] = 1
    time_budget_ms: Positive | None = None


class WatchedFunction(Section):
    """A Lambda function. `rate_limit_per_s` is what its caller lets through at most.

    Without `reserved_concurrency` its limit is the account's and not known, so concurrency is not watched.
    """

    name: str
    timeout_ms: AtLeastOne
    reserved_concurrency: AtLeastOne | None = None
    rate_limit_per_s: Positive


class WatchedTable(Section):
    """A DynamoDB table and the one operation that requests wait for."""

    name: str
    operation: str = "GetItem"


class WatchedEndpoint(Section):
    """A SageMaker endpoint's variant. `cores` and `gpus` are per instance; `cores` None when serverless.

    SageMaker reports CPU and GPU utilisation up to 100 % times their number.
    """

    name: str
    variant: str
    rate_limit_per_s: Positive
    cores: AtLeastOne | None = None
    gpus: int | None = None


class WatchedPlan(Section):
    """A usage plan by its short name, the dimension `Plan`; `quota` is None for a plan without one."""

    name: str
    quota: Quota | None = None


class WatchedParts(Section):
    """Any parts that serve requests; one that is None is not watched. `name` begins the alarms' names."""

    name: str
    api: WatchedApi | None = None
    function: WatchedFunction | None = None
    table: WatchedTable | None = None
    endpoint: WatchedEndpoint | None = None
    usage_plans: tuple[WatchedPlan, ...] = ()
    slo: Slo = Slo()
    levels: Levels = Levels()
    tuning: AlarmsTuning = AlarmsTuning()
    runbook_url: str | None = None

    @property
    def limited_plans(self) -> tuple[WatchedPlan, ...]:
        """The plans with a quota; the others are not watched."""
        return tuple(plan for plan in self.usage_plans if plan.quota)


class Watched(WatchedParts):
    """One service, which a canary watches from the monitor account: with a table and an endpoint if it uses
    them.

    `name` is `<service>-<env>` and the dimension `Service` of our own metrics.
    """

    account_id: str
    region: str
    # Narrower than in any parts, and required: sound, as the models are frozen.
    api: WatchedApi  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
    function: WatchedFunction  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What a service stack with these settings deploys."""
        chosen, rate_limit_per_s = settings.chosen, settings.api.rate_per_s
        return cls(
            name=settings.base,
            account_id=settings.accounts.service,
            region=settings.region,
            api=WatchedApi(
                name=settings.base,
                stage=STAGE,
                rate_limit_per_s=rate_limit_per_s,
                time_budget_ms=settings.inference.time_budget_ms,
            ),
            function=WatchedFunction(
                name=f"{settings.base}-inference",
                timeout_ms=settings.inference.timeout_s * 1000,
                reserved_concurrency=settings.inference.reserved_concurrency,
                rate_limit_per_s=rate_limit_per_s,
            ),
            table=_table(settings) if chosen.uses_reference else None,
            endpoint=_endpoint(settings) if chosen.uses_model else None,
            usage_plans=tuple(WatchedPlan(name=p.name, quota=p.quota) for p in settings.usage_plans),
            slo=settings.slo,
            levels=settings.levels,
            tuning=settings.alarms,
            runbook_url=settings.runbook_url or None,
        )

    @property
    def entry(self) -> str:
        """The traced name of the API's stage, where a request enters."""
        return f"{self.api.name}/{self.api.stage}"

    @property
    def log_group(self) -> str:
        """The inference function's log group."""
        return f"/aws/lambda/{self.function.name}"


def _table(settings: Settings) -> WatchedTable:
    """The stack's own, or the one that exists."""
    return WatchedTable(name=settings.reference_data.table or f"{settings.base}-reference-data")


def _endpoint(settings: Settings) -> WatchedEndpoint:
    """The stack's own, or the one that exists, of whose instances nothing is known."""
    model, rate_limit_per_s = settings.model, settings.api.rate_per_s
    if model.endpoint is not None:
        return WatchedEndpoint(name=model.endpoint, variant=model.variant, rate_limit_per_s=rate_limit_per_s)
    return WatchedEndpoint(
        name=f"{settings.base}-model-{model.kind}",
        variant=VARIANT,
        rate_limit_per_s=rate_limit_per_s,
        cores=model.instances.cores if model.instances else None,
        gpus=model.instances.gpus if model.instances else None,
    )


def canary_name(base: str) -> str:
    """The canary's function and role; the API's resource policy trusts exactly this role name."""
    return f"{base}-canary"
