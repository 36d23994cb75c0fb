"""What exists already and is only watched: an API and the functions, tables, endpoints and usage plans of it,
whoever deployed them. `python -m monitoring discover` writes this section from the account.
"""

import re
from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.forms import Section, Text, form
from settings.kpis.quotas import InstanceType
from settings.model import Instances
from settings.usage_plans import Quota

# "Amazon API Gateway quotas" in its developer guide: the account's throttle, and the longest integration
# timeout that an account has without asking.
ACCOUNT_RATE_PER_S = 10_000
TIMEOUT_MS = {"rest": 29_000, "http": 30_000}
Operation = Literal[
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
]
Key = Annotated[
    str,
    form(
        r"([a-z0-9]+(-[a-z0-9]+)*)?",
        "it should be lower-case letters, digits and single hyphens; it stands in the keys of alarms",
    ),
]

Address = Annotated[
    str,
    form(
        r"(https://[^\s/?#]+|http://127\.0\.0\.1(:\d+)?)(/[^\s?#]*)?",
        "it should be an address like https://api.example.com/v1; the canary calls what is below it",
    ),
    Field(examples=["https://api.example.com"]),
]


def slug(name: str) -> str:
    """A name as it can stand in the key of an alarm."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


class ExistingApi(Section):
    """The stage of a REST or an HTTP API. `name` is a REST API's own, under which it reports.

    `rate_limit_per_s` is the throttle of the stage, else the account's; `timeout_ms` after how long the
    gateway gives up on what is behind it (default 29 s, an HTTP API 30 s); `min_per_minute` what arrives even
    when customers sleep, which is the canary's; `traced` whether the stage has X-Ray switched on.
    """

    kind: Literal["rest", "http"] = "rest"
    id: Annotated[
        str,
        form(
            r"[a-z0-9]{1,32}",
            "it should be an API's id, like a1b2c3d4e5, not its name or address; nothing else finds its"
            " metrics or usage plans",
        ),
        Field(examples=["a1b2c3d4e5"]),
    ]
    name: Text | None = None
    stage: Annotated[
        str,
        form(
            r"\$default|[A-Za-z0-9_-]{1,128}",
            "it should be the name of a stage, like prod or $default; its metrics are found by it",
        ),
        Field(examples=["prod"]),
    ]
    rate_limit_per_s: Annotated[float, Field(gt=0)] = ACCOUNT_RATE_PER_S
    throttled_by: Literal["stage", "account"] = "account"
    min_per_minute: Annotated[float, Field(ge=0)] = 1
    timeout_ms: Annotated[int, Field(ge=50)] | None = None
    traced: bool = False

    @property
    def time_budget_ms(self) -> int:
        """After how long a request is failed rather than answered."""
        return self.timeout_ms or TIMEOUT_MS[self.kind]

    @model_validator(mode="after")
    def _has_what_its_kind_reports_by(self) -> Self:
        if self.kind == "rest" and self.name is None:
            raise ValueError("a REST API reports under its name; without `name` no metric of it is found")
        if self.kind == "rest" and self.stage == "$default":
            raise ValueError("only HTTP APIs have a stage `$default`; set `kind: http`, or another `stage`")
        if self.kind == "http" and self.traced:
            raise ValueError("X-Ray does not see an HTTP API, so it has no traces; remove `traced`")
        return self


class ExistingPart(Section):
    """One of the parts behind the API. `key` stands for it in the keys of its alarms where there are several.

    `steady` is whether something reaches it all the time, as the canary's probes do, so that its silence is a
    fault; by default that holds for the only one of its kind.
    """

    name: Text
    key: Key = ""
    steady: bool | None = None

    @property
    def called(self) -> str:
        """What tells it apart in alarms."""
        return self.key or slug(self.name)


class ExistingFunction(ExistingPart):
    """A Lambda function; `reserved_concurrency` only where some is reserved."""

    name: Annotated[
        str,
        form(
            r"[A-Za-z0-9_-]{1,64}",
            "it should be a function's name, without account, version or alias; its metrics are found by it",
        ),
        Field(examples=["orders-api"]),
    ]
    timeout_ms: Annotated[int, Field(ge=1000, le=900_000)]
    reserved_concurrency: Annotated[int, Field(ge=1)] | None = None


class ExistingTable(ExistingPart):
    """A DynamoDB table and one operation that requests wait for; list it again for another operation."""

    operation: Operation = "GetItem"

    @property
    def called(self) -> str:
        """What tells it apart in alarms."""
        return self.key or slug(f"{self.name}-{self.operation}")


class ExistingEndpoint(ExistingPart):
    """A SageMaker endpoint's variant. `instance_type` only where it runs on instances, whose CPU and memory
    are then watched, also their silence unless `steady` is false; `gpus` is how many an instance has.
    """

    variant: Text = "AllTraffic"
    instance_type: InstanceType | None = None
    gpus: Annotated[int, Field(ge=0)] = 0

    @property
    def called(self) -> str:
        """What tells it apart in alarms."""
        return self.key or slug(f"{self.name}-{self.variant}")

    @property
    def cores(self) -> int | None:
        """Of one instance; None where there is none."""
        return Instances(type=self.instance_type).cores if self.instance_type else None


class ExistingPlan(Section):
    """A usage plan of the API, by the name under which it is reported: API Gateway's own, with the plan's id
    behind it where several of the API have one name. Without a quota nothing of it is watched.
    """

    name: Text
    key: Key = ""
    quota: Quota | None = None

    @property
    def called(self) -> str:
        """What tells it apart in alarms."""
        return self.key or slug(self.name)


def _metrics_of(part: Section) -> tuple[str, ...]:
    """What its metrics are found by."""
    return tuple(str(getattr(part, name, "")) for name in ("name", "operation", "variant"))


class Existing(Section):
    """What exists and is watched by a stack of role `watch`, which changes nothing of it.

    `url` is where customers and the canary call, without the path; by default the API's own address.
    """

    url: Address | None = None
    api: ExistingApi | None = None
    functions: tuple[ExistingFunction, ...] = ()
    tables: tuple[ExistingTable, ...] = ()
    endpoints: tuple[ExistingEndpoint, ...] = ()
    usage_plans: tuple[ExistingPlan, ...] = ()

    @model_validator(mode="after")
    def _alarms_tell_all_apart(self) -> Self:
        for kind in ("functions", "tables", "endpoints", "usage_plans"):
            parts = getattr(self, kind)
            called = Counter(part.called for part in parts)
            metrics = Counter(_metrics_of(part) for part in parts)
            for part in parts:
                if metrics[_metrics_of(part)] > 1:
                    raise ValueError(
                        f"`{kind}`: {part.name!r} is there twice, and each alarm would be; list it once"
                    )
                if called[part.called] > 1 or not part.called:
                    raise ValueError(
                        f"`{kind}`: {part.name!r} and another one would have the same alarms, those of"
                        f" {part.called!r}; give each its own `key`"
                    )
        if self.usage_plans and (self.api is None or self.api.kind != "rest"):
            raise ValueError("`usage_plans` belong to a REST API, and there is none; remove them")
        return self

    def address(self, region: str) -> str | None:
        """Where customers call; None where nobody says."""
        if self.url or not self.api:
            return self.url
        stage = "" if self.api.stage == "$default" else f"/{self.api.stage}"
        return f"https://{self.api.id}.execute-api.{region}.amazonaws.com{stage}"
