"""What was found in an account, as plain data; `settings.existing` is what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from settings.usage_plans import Quota

DEFAULT = "$default"  # an HTTP API's route of whatever no other one matches


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What a route leads to: a function (`qualifier` its alias or version), a table and `operation`, an
    endpoint.

    `role` is the role that the gateway itself acts with, `region` and `account_id` where it is; empty where
    nobody says. `other` is what this program does not watch, `name` then says what it is.
    """

    kind: Literal["function", "table", "endpoint", "other", "nothing"]
    name: str = ""
    qualifier: str = ""
    operation: str = ""
    role: str = ""
    region: str = ""
    account_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorizer:
    """What decides who may call: what it reads, as API Gateway names that, and its function if it is one."""

    reads: Sequence[str]
    target: Target | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers among what it reads."""
        return tuple(source.partition(".header.")[2] for source in self.reads if ".header." in source)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A method and a path as the API has them (`ANY`, `/items/{id}`, `DEFAULT`), who may call it, where it
    leads.

    `authorization` is API Gateway's word: NONE, AWS_IAM, JWT, CUSTOM, COGNITO_USER_POOLS; `authorizer` the id
    of the one that is asked. `timeout_ms` is the integration's, `rate_per_s` a throttle of this route alone.
    `awaited` is whether the answer waits for what it leads to, which it does not where that is only begun.
    """

    method: str
    path: str
    target: Target
    authorization: str = "NONE"
    authorizer: str = ""
    api_key: bool = False
    timeout_ms: int | None = None
    rate_per_s: float | None = None
    awaited: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A usage plan of the API, by API Gateway's own name, and whether it is one of the stage."""

    id: str
    name: str
    quota: Quota | None
    of_stage: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """One stage of an API. `rate_per_s` None where nobody says; `url` is a custom domain's that leads to it.

    `authorizers` are by their id; functions among them are asked before a route is.
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
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function; limits are None where they could not be seen."""

    name: str
    timeout_s: int | None = None
    memory_mb: int | None = None
    reserved_concurrency: int | None = None
    role: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


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
