"""What was found in an account, as plain data; `settings.existing` is what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from settings.usage_plans import Quota


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What a route leads to: a function (`qualifier` its alias or version), a table and `operation`, an
    endpoint.

    `role` is the role that the gateway itself acts with, `account_id` where a function is. `other` is what
    this program does not watch, `name` then says what it is.
    """

    kind: Literal["function", "table", "endpoint", "other", "nothing"]
    name: str = ""
    qualifier: str = ""
    operation: str = ""
    role: str = ""
    account_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A method and a path as the API has them (`ANY`, `/items/{id}`), who may call it, and where it leads.

    `authorization` is API Gateway's word: NONE, AWS_IAM, JWT, CUSTOM, COGNITO_USER_POOLS. `timeout_ms` is the
    integration's, `rate_per_s` a throttle of this route alone.
    """

    method: str
    path: str
    target: Target
    authorization: str = "NONE"
    api_key: bool = False
    timeout_ms: int | None = None
    rate_per_s: float | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A usage plan of the stage."""

    name: str
    quota: Quota | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """One stage of an API. `rate_per_s` None where nobody says; `url` where its own address is switched off.

    `authorizers` are functions that are asked before a route is.
    """

    kind: Literal["rest", "http"]
    id: str
    name: str
    stage: str
    routes: Sequence[Route]
    rate_per_s: float | None = None
    throttled_by: Literal["stage", "account"] = "account"
    traced: bool = False
    url: str | None = None
    plans: Sequence[Plan] = ()
    authorizers: Sequence[Target] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function; limits are None where they could not be seen."""

    name: str
    timeout_s: int | None = None
    memory_mb: int | None = None
    reserved_concurrency: int | None = None
    role: str = ""
    environment: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table and the operations that requests wait for; `why` says how those are known."""

    name: str
    operations: Sequence[str]
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """An endpoint's variant; `instance_type` None where it is serverless or could not be seen."""

    name: str
    variant: str
    instance_type: str | None = None
    gpus: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """All of it; `unseen` are sentences about what was not read, and what that means."""

    account_id: str
    region: str
    api: Api
    functions: Sequence[Function] = ()
    tables: Sequence[Table] = ()
    endpoints: Sequence[Endpoint] = ()
    unseen: Sequence[str] = field(default_factory=tuple)
