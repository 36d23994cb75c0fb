"""What is watched: the parts of a service by name, their limits, what was promised, how alarms are tuned.

This is the plain-data seam between deployment and monitoring. The service stack exports one `Watched` as
JSON, the monitor stack reads it back through its StackReference, and the rehearsal builds the same from the
stack YAML. It deliberately holds no secret and no value that AWS only knows after deploying.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from monitoring import deployed, existing
from settings import Settings
from settings.alarms import AlarmsTuning
from settings.forms import Section
from settings.kpis import OwnKpi
from settings.maintenance import Maintenance
from settings.slo import Levels, Slo
from settings.usage_plans import Quota

Positive = Annotated[float, Field(gt=0)]  # a limit of nothing would be beyond it all the time
AtLeastOne = Annotated[int, Field(ge=1)]
Words = Annotated[tuple[str, ...], Field(strict=False)]  # JSON has no tuples


class WatchedApi(Section):
    """The stage of a REST or an HTTP API, which report under other names (see `monitoring.catalogue.api`).

    REST APIs report by `name`, HTTP APIs by `id`. `rate_limit_per_s` is the throttle of all callers together,
    set for the stage or for the whole account; `min_per_minute` what arrives even when customers sleep (from
    the canary); 0 makes no alarm on low traffic. `time_budget_ms` is after how long a request is failed
    rather than answered, so that no latency is much longer; None if nothing ends it. `traced` is whether
    X-Ray sees requests enter, which it never does at an HTTP API. `answered_as` is the dimension `Service` of
    the latency of what was answered, which a filter on the access log publishes; None where nothing does.
    """

    kind: Literal["rest", "http"] = "rest"
    name: str
    id: str | None = None
    stage: str
    rate_limit_per_s: Positive
    throttled_by: Literal["stage", "account"] = "stage"
    min_per_minute: Annotated[float, Field(ge=0)] = 1
    time_budget_ms: Positive | None = None
    traced: bool = True
    answered_as: str | None = None

    @model_validator(mode="after")
    def _http_apis_report_by_id(self) -> Self:
        if self.kind == "http" and not self.id:
            raise ValueError("an HTTP API reports under its id; without `id` its metrics are not found")
        if self.kind == "http" and self.traced:
            raise ValueError("X-Ray does not see an HTTP API; set `traced: false`")
        return self


class WatchedPart(Section):
    """One of the parts behind the API, of which there may be several of a kind.

    `key` tells it from the others in the keys of its alarms and is empty for the only one. `steady` is
    whether something reaches it all the time (from the canary), so that its silence is a fault; what is asked
    now and then may rest.
    """

    name: str
    key: Annotated[str, Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$")] = ""
    steady: bool = True

    def alarm_key(self, kind: str, what: str) -> str:
        """`function-errors`, or `function-<key>-errors` for one of several."""
        return "-".join(word for word in (kind, self.key, what) if word)

    @property
    def told_apart(self) -> str:
        """What a title says besides, where there are several."""
        return f" of {self.name}" if self.key else ""


class WatchedFunction(WatchedPart):
    """A Lambda function. `rate_limit_per_s` is what its caller lets through at most, None if nobody knows.

    Without `reserved_concurrency` its limit is the account's and not known, so concurrency is not watched.
    """

    timeout_ms: AtLeastOne
    reserved_concurrency: AtLeastOne | None = None
    rate_limit_per_s: Positive | None = None


class WatchedTable(WatchedPart):
    """A DynamoDB table and one operation that requests wait for: one of these for each operation."""

    operation: str = "GetItem"

    @property
    def told_apart(self) -> str:
        """What a title says besides, where there are several."""
        return f" of {self.name} {self.operation}" if self.key else ""


class WatchedEndpoint(WatchedPart):
    """A SageMaker endpoint's variant. `cores` and `gpus` are per instance; `cores` None when serverless.

    SageMaker reports CPU and GPU utilisation up to 100 % times their number. `always_on` is whether its
    instances are there and report even while nobody asks it, so that their silence is a fault.
    """

    variant: str
    rate_limit_per_s: Positive | None = None
    cores: AtLeastOne | None = None
    gpus: int | None = None
    always_on: bool = True


class WatchedPlan(Section):
    """A usage plan; `name` is the dimension `Plan`, `quota` None for a plan without one.

    `key` is what alarms call it where its name will not do for that.
    """

    name: str
    key: str = ""
    quota: Quota | None = None

    @property
    def alarm_key(self) -> str:
        """What stands for it in the keys of alarms."""
        return self.key or self.name


class WatchedQuotas(Section):
    """Quotas of the account and region that one stack watches for all.

    `api_requests_per_s` is API Gateway's throttle for the account; the other APIs are those that share it:
    REST APIs by name, HTTP APIs by id. `instance_types` are those that endpoints run on.
    """

    api_requests_per_s: Positive
    other_rest_apis: Words = ()
    other_http_apis: Words = ()
    instance_types: Words = ()

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Those of the settings, if this stack is the one that watches them."""
        quotas, model = settings.quotas, settings.model
        if not quotas.watch:
            return None
        own = settings.role == "service" and settings.chosen.uses_model and model.endpoint is None
        there = [endpoint.instance_type for endpoint in settings.existing.endpoints]
        deployed = model.instances.type if own and model.instances else None
        types = [kind for kind in (deployed, *there, *quotas.instance_types) if kind]
        return cls(
            api_requests_per_s=quotas.throttle_per_s(settings.region),
            other_rest_apis=quotas.other_rest_apis,
            other_http_apis=quotas.other_http_apis,
            instance_types=tuple(dict.fromkeys(types)),
        )


class WatchedParts(Section):
    """Any parts that serve requests; what is not there is not watched. `name` begins the alarms' names."""

    name: str
    api: WatchedApi | None = None
    functions: tuple[WatchedFunction, ...] = ()
    tables: tuple[WatchedTable, ...] = ()
    endpoints: tuple[WatchedEndpoint, ...] = ()
    usage_plans: tuple[WatchedPlan, ...] = ()
    slo: Slo = Slo()
    levels: Levels = Levels()
    tuning: AlarmsTuning = AlarmsTuning()
    own_kpis: Mapping[str, OwnKpi] = {}
    quotas: WatchedQuotas | None = None
    runbook_url: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_a_kind(cls, given: Any) -> Any:
        """Reads what named one part of a kind at most: `function`, `table`, `endpoint`."""
        if not isinstance(given, Mapping):
            return given
        # JSON has no tuples, and after this the models take what they get for Python's own.
        found = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        for one, several in (("function", "functions"), ("table", "tables"), ("endpoint", "endpoints")):
            if one in found:
                part = found.pop(one)
                found.setdefault(several, () if part is None else (part,))
        return found

    @model_validator(mode="after")
    def _keys_are_distinct(self) -> Self:
        for kind in ("functions", "tables", "endpoints"):
            keys = Counter(part.key for part in getattr(self, kind))
            if twice := sorted(key for key, times in keys.items() if times > 1):
                raise ValueError(
                    f"{kind}: {', '.join(map(repr, twice))} is the `key` of several, so their alarms would be"
                    " the same ones; give each its own"
                )
        return self

    @property
    def limited_plans(self) -> tuple[WatchedPlan, ...]:
        """The plans with a quota; the others are not watched."""
        return tuple(plan for plan in self.usage_plans if plan.quota)


class Watched(WatchedParts):
    """One service, which a canary watches from the monitor account: with what it has of parts.

    `name` is `<service>-<env>` and the dimension `Service` of our own metrics. `locations` are the regions
    that it is probed from where these are several, `probes` the names of its probes where there are several:
    the monitor stack knows them.
    """

    account_id: str
    region: str
    maintenance: tuple[Maintenance, ...] = ()
    locations: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What a service stack with these settings deploys, or what exists and a watch stack is set to."""
        own = settings.role == "service"
        parts = deployed.parts(settings) if own else existing.parts(settings.existing)
        return cls(
            name=settings.base,
            account_id=settings.accounts.service,
            region=settings.region,
            **parts,
            slo=settings.slo,
            levels=settings.levels,
            tuning=settings.alarms,
            own_kpis=settings.kpis,
            quotas=WatchedQuotas.of(settings),
            runbook_url=settings.runbook_url or None,
            maintenance=settings.maintenance,
        )

    def probed(self, locations: Sequence[str], probes: Sequence[str]) -> Self:
        """The same with what a monitor stack adds: regions besides the service's own, names of probes."""
        return self.model_copy(
            update={
                "locations": (self.region, *locations) if locations else (),
                "probes": tuple(probes) if len(probes) > 1 else (),
            }
        )

    @property
    def entry(self) -> str | None:
        """The traced name of the API's stage, where a request enters; None where X-Ray does not see that."""
        return f"{self.api.name}/{self.api.stage}" if self.api and self.api.traced else None
