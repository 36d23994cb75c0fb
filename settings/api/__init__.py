"""The API: the throttle of all callers together, the web ACL, who may call it, and under which name."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.api.authorizers import Authorizer
from settings.api.callers import Caller
from settings.api.domain import Domain
from settings.forms import Section
from settings.service.security import Security
from settings.usage_plans import CANARY, Generations, Key


class Waf(Section):
    """A web ACL in front of the stage: AWS's common and bad-input rules and a rate limit per address."""

    requests_per_5_min: Annotated[int, Field(ge=100)] = 10_000


class Api(Section):
    """The REST API's stage; who of other accounts calls it, who checks tokens, and the name customers call.

    `authorizers` are named as the contract names its security schemes.
    """

    rate_per_s: Annotated[float, Field(gt=0)] = 100
    burst: Annotated[int, Field(ge=1)] = 200
    waf: Waf | None = None
    callers: tuple[Caller, ...] = ()
    authorizers: Mapping[str, Authorizer] = {}
    domain: Domain | None = None
    canary_key_generations: Generations = (1,)

    @model_validator(mode="after")
    def _callers_are_distinct(self) -> Self:
        names: set[str] = set()
        roles: dict[str, str] = {}
        for caller in self.callers:
            if caller.name in names:
                raise ValueError(
                    f"two callers are named {caller.name!r}, and whose policy and key the name means would be"
                    " open; rename one, or make them one"
                )
            names.add(caller.name)
            for arn in caller.role_arns:
                if arn in roles:
                    raise ValueError(
                        f"callers {roles[arn]!r} and {caller.name!r} both name {arn}, so it would have what"
                        " either may do; name it once"
                    )
                roles[arn] = caller.name
        return self

    def lets_everybody_in(self, security: Security) -> bool:
        """Whether the API's policy has to allow everybody an operation that asks for this.

        API Gateway wants that beside a valid token of Cognito's and beside an API key. Beside a function's
        verdict it would be one too many: where the function's policy says nothing of the operation, the API's
        would decide ("How API Gateway resource policies affect authorization workflow", table A).
        """
        authorizer = self.authorizers.get(security.token)
        return not security.signature and (not security.token or bool(authorizer and authorizer.user_pools))

    @property
    def canary_key(self) -> Key:
        """The canary's API key."""
        return Key(name=CANARY, generations=self.canary_key_generations)
