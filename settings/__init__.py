"""The tree of settings that a stack's YAML is read into: strict, frozen, one class a section.

Pure data: no Pulumi. Unknown keys, wrong types and sections of the other stack's role are refused by the
models themselves; `config` turns that into messages for people.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from monitoring.tuning import AlarmsTuning
from monitoring.watched import (
    ALIAS,
    Levels,
    Quota,
    Slo,
    Watched,
    WatchedEndpoint,
    WatchedFunction,
    WatchedPlan,
)
from settings.forms import AccountId, PlanName, RegionName, Retention, RunbookUrl, Section, Text, form
from settings.notifications import Notifications
from settings.probe import Probe

STAGE = "live"
VARIANT = "main"
API_PATH = "/v1/predictions"
CANARY = "canary"  # its usage plan, key and role are fixed names: the service account has to trust them


UNUSUAL_CORES = {"t2.medium": 2, "c4.8xlarge": 36}


class Accounts(Section):
    """The two account ids."""

    service: AccountId
    monitor: Annotated[AccountId, Field(examples=["222222222222"])]


PLACEHOLDER = re.compile(r".*[<>…].*|.*@sha256:0{64}|(?i:.*(placeholder|replace.?me|change.?me|todo).*|)")


class Instances(Section):
    """Always-on endpoint instances. At least two, so that SageMaker spreads them over zones."""

    type: Annotated[str, Field(pattern=r"^ml\.[a-z0-9-]+\.(medium|large|\d*xlarge)$")] = "ml.c6i.large"
    min: Annotated[int, Field(ge=2)] = 2
    max: Annotated[int, Field(ge=2)] = 4
    invocations_per_minute: Annotated[int, Field(ge=1)] = 3000
    gpus: Annotated[int, Field(ge=0)] = 0

    @property
    def cores(self) -> int:
        """VCPUs of one instance: 1 in a medium, 2 in a large, 4 in an xlarge, 4 N in an Nxlarge, as EC2 has
        it, but for the types of `UNUSUAL_CORES`.
        """
        kind, size = self.type.removeprefix("ml.").split(".")
        usual = {"medium": 1, "large": 2}
        return UNUSUAL_CORES.get(f"{kind}.{size}") or usual.get(size) or 4 * int(size[: -len("xlarge")] or 1)

    @model_validator(mode="after")
    def _max_is_not_below_min(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"max ({self.max}) is below min ({self.min}); raise max or lower min")
        return self


class Serverless(Section):
    """A serverless endpoint: nothing to pay at rest, cold starts on the first calls."""

    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = 2048
    max_concurrency: Annotated[int, Field(ge=1, le=200)] = 20


class DataCapture(Section):
    """Keeps a share of requests and answers in S3 for drift analysis, in a bucket of the service account."""

    s3_uri: Annotated[
        str,
        form(
            r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?",
            "it should name a bucket, like s3://my-bucket/captures; SageMaker refuses the endpoint otherwise",
        ),
        Field(examples=["s3://my-bucket/captures"]),
    ]
    sampling_pct: Annotated[int, Field(ge=1, le=100)] = 10


class Model(Section):
    """The SageMaker endpoint: an ECR image on instances or serverless.

    A placeholder for the image (`<...>`, or a digest of zeros) can be previewed and not deployed.
    """

    image: (
        Annotated[
            str,
            form(
                rf"{PLACEHOLDER.pattern}|[\w.-]+(:\d+)?(/[\w.-]+)+(:[\w][\w.-]*|@sha256:[0-9a-f]{{64}})",
                "it should be <registry>/<repository> with :<tag> or @sha256:<digest>, as `python -m"
                " model.push` prints it; SageMaker could not pull it",
            ),
            Field(examples=["111111111111.dkr.ecr.eu-central-1.amazonaws.com/inference-dev-model:1"]),
        ]
        | None
    ) = None
    instances: Instances | None = None
    serverless: Serverless | None = None
    data_capture: DataCapture | None = None

    @property
    def endpoint(self) -> str:
        """What an endpoint is named after: the kind or the instance type, which no update can change."""
        return self.instances.type.removeprefix("ml.").replace(".", "-") if self.instances else "serverless"

    @model_validator(mode="before")
    @classmethod
    def _serverless_unless_told_otherwise(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.keys().isdisjoint({"instances", "serverless"}):
            return {**values, "serverless": {}}
        return values

    @property
    def image_is_placeholder(self) -> bool:
        """Whether what stands for the image is none yet."""
        return self.image is not None and PLACEHOLDER.fullmatch(self.image) is not None

    @model_validator(mode="after")
    def _one_way_to_run(self) -> Self:
        if (self.instances is None) == (self.serverless is None):
            raise ValueError("set exactly one of `instances` and `serverless`")
        if self.serverless and self.data_capture:
            raise ValueError("`data_capture` needs `instances`; SageMaker does not offer it for serverless")
        return self


def _off(value: Any) -> Any:
    """YAML reads `off` as false, the Pulumi CLI writes it as text."""
    return None if value is False or value == "off" else value


class Inference(Section):
    """The inference function.

    `reserved_concurrency: off` reserves nothing. AWS keeps 100 of an account's concurrency unreserved, and a
    new account has 10 in all: there nothing can be reserved until AWS raises the limit.
    """

    memory_mb: Annotated[int, Field(ge=128, le=10240)] = 1024
    reserved_concurrency: Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_off)] = 50
    start: Literal["on_demand", "snap_start", "provisioned"] = "on_demand"
    provisioned_concurrency: Annotated[int, Field(ge=1)] | None = None
    time_budget_ms: Annotated[int, Field(ge=100, le=28_000)] = 1500
    cache_ttl_s: Annotated[int, Field(ge=0)] = 60
    cache_size: Annotated[int, Field(ge=0)] = 1000

    @property
    def timeout_s(self) -> int:
        """The function's own timeout: the time budget, rounded up, and a second to answer 504 in."""
        return -(-self.time_budget_ms // 1000) + 1

    @model_validator(mode="after")
    def _provisioned_fits(self) -> Self:
        if (self.start == "provisioned") != (self.provisioned_concurrency is not None):
            raise ValueError("`provisioned_concurrency` and `start: provisioned` go together")
        if (
            self.reserved_concurrency is not None
            and (self.provisioned_concurrency or 0) > self.reserved_concurrency
        ):
            raise ValueError("provisioned_concurrency is above reserved_concurrency; AWS refuses that")
        return self


class Waf(Section):
    """A web ACL in front of the stage: AWS's common and bad-input rules and a rate limit per address."""

    requests_per_5_min: Annotated[int, Field(ge=100)] = 10_000


class Api(Section):
    """The REST API's stage."""

    rate_per_s: Annotated[float, Field(gt=0)] = 100
    burst: Annotated[int, Field(ge=1)] = 200
    waf: Waf | None = None


class UsagePlan(Section):
    """Rate, burst and quota hold for each of the plan's keys by itself."""

    name: PlanName
    rate_per_s: Annotated[float, Field(gt=0)]
    burst: Annotated[int, Field(ge=1)]
    quota: Quota | None = None
    keys: tuple[PlanName, ...]

    @model_validator(mode="after")
    def _keys_are_distinct(self) -> Self:
        if len(set(self.keys)) != len(self.keys):
            raise ValueError(f"plan {self.name!r} names a key twice; a key belongs to one plan once")
        return self


class SamplingRule(Section):
    """An X-Ray sampling rule: `reservoir` traces a second, then `rate` (0 to 1) of the rest."""

    name: Annotated[
        str,
        form(r"[a-z0-9-]{1,16}", "it should be 1 to 16 lower-case letters, digits and hyphens; X-Ray has 32"),
    ]
    priority: Annotated[int, Field(ge=1, le=9999)]
    rate: Annotated[float, Field(ge=0, le=1)]
    reservoir: Annotated[int, Field(ge=0)] = 1
    url_path: Text = "*"
    http_method: Text = "*"
    host: Text = "*"


class Tracing(Section):
    """X-Ray sampling rules, first match by priority wins."""

    rules: tuple[SamplingRule, ...] = (SamplingRule(name="default", priority=9000, rate=0.01, reservoir=1),)

    @model_validator(mode="after")
    def _each_rule_has_its_place(self) -> Self:
        for what, seen in (
            ("name", [r.name for r in self.rules]),
            ("priority", [r.priority for r in self.rules]),
        ):
            if len(set(seen)) < len(seen):
                raise ValueError(f"two rules have one {what}, so which of them decides is open; change one")
        return self


class Canary(Section):
    """The probe, once a minute, and how long it waits for each answer."""

    timeout_ms: Annotated[int, Field(ge=100, le=30_000)] = 5000


class Observability(Section):
    """The link through which the monitor account sees this account, to the sink `sink_arn`.

    AWS allows one link from an account to a sink. So it belongs to `bootstrap/`, and a service stack sets
    this only where it is alone in its account. The filters are AWS's, for example `Namespace LIKE 'AWS/%'`
    and `LogGroupName LIKE '/aws/lambda/%'`: what they leave out is neither drawn nor alarmed on. To take a
    filter away again set it to `*`; AWS keeps the old one otherwise.
    """

    sink_arn: Annotated[str, Field(pattern=r"^arn:[a-z-]+:oam:[a-z0-9-]+:\d{12}:sink/[\w-]+$")] | None = None
    metric_filter: Annotated[str, Field(pattern=r"^\*$|\bNamespace\b", max_length=2000)] | None = None
    log_filter: Annotated[str, Field(pattern=r"^\*$|\bLogGroupName\b", max_length=2000)] | None = None

    @model_validator(mode="after")
    def _filters_belong_to_a_link(self) -> Self:
        if self.sink_arn is None and (self.metric_filter or self.log_filter):
            raise ValueError("a filter without `sink_arn` filters nothing; set it where the link is made")
        return self

    def check_region(self, region: str) -> None:
        """Raises ValueError for a sink of another region: a link works within one."""
        if self.sink_arn is not None and self.sink_arn.split(":")[3] != region:
            raise ValueError(
                f"`observability.sink_arn` is not in {region}; a link works within one region. Name one there"
            )


SERVICE_ONLY = (
    "slo",
    "levels",
    "alarms",
    "probe",
    "model",
    "inference",
    "api",
    "usage_plans",
    "tracing",
    "observability",
)
MONITOR_ONLY = ("service_stack", "canary")


class Settings(Section):
    """Everything a stack is built from. Sections of the other role must be left at their defaults."""

    name: Annotated[
        str,
        form(
            r"[a-z]([a-z0-9]|-(?!-)){0,22}[a-z0-9]",
            "it should be 2 to 24 lower-case letters, digits and single hyphens, a letter first and no hyphen"
            " last; it begins every physical name, and AWS refuses others and longer ones",
        ),
    ] = "inference"
    role: Literal["service", "monitor"]
    env: Annotated[
        str,
        form(
            r"(?!monitor$)[a-z][a-z0-9]{1,7}",
            "it should be 2 to 8 lower-case letters and digits, a letter first, and not `monitor`: with"
            " `name` it begins every physical name, which AWS limits, and no two services may share one. For"
            " production, say `prod`",
        ),
        Field(examples=["dev"]),
    ]
    region: RegionName
    accounts: Accounts
    log_retention_days: Retention = 30
    deletion_protection: bool = True
    runbook_url: RunbookUrl = ""
    notifications: Notifications = Notifications()

    slo: Slo = Slo()
    levels: Levels = Levels()
    alarms: AlarmsTuning = AlarmsTuning()
    probe: Probe = Probe()
    model: Model = Model()
    inference: Inference = Inference()
    api: Api = Api()
    usage_plans: tuple[UsagePlan, ...] = ()
    tracing: Tracing = Tracing()
    observability: Observability = Observability()

    service_stack: str = ""
    canary: Canary = Canary()

    @property
    def base(self) -> str:
        """The prefix of every physical name, the API's name, and the `Service` dimension."""
        return f"{self.name}-{self.env}"

    def watched(self) -> Watched:
        """The service under watch, as the monitoring catalogue sees it (service role only)."""
        instances = self.model.instances
        return Watched(
            name=self.base,
            account_id=self.accounts.service,
            region=self.region,
            api_name=self.base,
            stage=STAGE,
            api_path=API_PATH,
            function=WatchedFunction(
                name=f"{self.base}-inference",
                alias=ALIAS,
                timeout_ms=self.inference.timeout_s * 1000,
                time_budget_ms=self.inference.time_budget_ms,
                reserved_concurrency=self.inference.reserved_concurrency,
            ),
            table=f"{self.base}-reference-data",
            endpoint=WatchedEndpoint(
                name=f"{self.base}-model-{self.model.endpoint}",
                variant=VARIANT,
                cores=instances.cores if instances else None,
                gpus=instances.gpus if instances else None,
            ),
            usage_plans=tuple(WatchedPlan(name=p.name, quota=p.quota) for p in self.usage_plans),
            slo=self.slo,
            levels=self.levels,
            tuning=self.alarms,
            rate_limit_per_s=self.api.rate_per_s,
            runbook_url=self.runbook_url or None,
        )
