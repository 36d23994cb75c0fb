"""The canary, which is the monitor stack's: how long it waits, from where it probes, and its secrets."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import RegionName, Section, StackName, form
from settings.probes.authorization import NO_VALUE, SECRET_NAME
from settings.probes.definition import MOST_MS

# With the stack's own region five: an alarm reads at most ten metrics, and two of each location.
MOST_LOCATIONS = 4
Subnet = Annotated[str, form(r"subnet-[0-9a-f]{8,17}", "it should be a subnet's id; AWS refuses others")]
SecurityGroup = Annotated[
    str, form(r"sg-[0-9a-f]{8,17}", "it should be a security group's id; AWS refuses others")
]
EndpointHost = Annotated[
    str,
    form(
        r"vpce-[0-9a-z-]+\.execute-api\.[a-z0-9-]+\.vpce\.amazonaws\.com",
        "it should be the DNS name of an interface endpoint for `execute-api`, like"
        " vpce-0a1b-2c3d.execute-api.eu-central-1.vpce.amazonaws.com; a private API is reached by no other",
    ),
]


class Vpc(Section):
    """Where the canary runs to reach a private API; of the stack's region and the monitor account.

    `endpoint` is the DNS name of the VPC's endpoint where that has no private DNS.
    """

    subnets: Annotated[tuple[Subnet, ...], Field(min_length=1)]
    security_groups: Annotated[tuple[SecurityGroup, ...], Field(min_length=1)]
    endpoint: EndpointHost | None = None


Milliseconds = Annotated[int, Field(ge=100, le=MOST_MS)]
Secrets = Annotated[
    Mapping[Annotated[str, form(SECRET_NAME.pattern, NO_VALUE)], Annotated[str, Field(min_length=1)]],
    Field(repr=False),
]
Locations = Annotated[tuple[RegionName, ...], Field(max_length=MOST_LOCATIONS)]


def _one_way(places: Sequence[str], vpc: Vpc | None) -> None:
    """Raises ValueError where probes cannot be sent from all that is said."""
    if len(set(places)) != len(places):
        raise ValueError("`locations` names a region twice; it is probed from once. Remove one")
    if vpc and places:
        raise ValueError(
            "a VPC is of one region, so `vpc` and `locations` do not go together; remove one of them"
        )


class CanaryOf(Section):
    """What is otherwise for one watched service.

    Its `secrets` come on top of the others' and before those of the same name; with `locations` or a `vpc` of
    its own it has neither of the others'.
    """

    timeout_ms: Milliseconds | None = None
    secrets: Secrets = {}  # noqa: RUF012  # frozen
    locations: Locations | None = None
    vpc: Vpc | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        _one_way(self.locations or (), self.vpc)
        return self


class Canary(Section):
    """The probes, once a minute, and how long each may take from its first step to its last answer.

    `secrets` are values by the names that probes use. `locations` are further regions of the monitor account
    from which they are sent, besides the stack's own. `each` is what is otherwise for one service, by its
    stack as it stands in `watches`.
    """

    timeout_ms: Milliseconds = 5000
    secrets: Secrets = {}  # noqa: RUF012  # frozen
    locations: Locations = ()
    vpc: Vpc | None = None
    each: Mapping[StackName, CanaryOf] = {}

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        _one_way(self.locations, self.vpc)
        return self

    def of(self, stack: str) -> Self:
        """What holds for one service."""
        own = self.each.get(stack, CanaryOf())
        placed = own.vpc is not None or own.locations is not None
        return self.model_copy(
            update={
                "timeout_ms": own.timeout_ms or self.timeout_ms,
                "secrets": {**self.secrets, **own.secrets},
                "locations": (own.locations or ()) if placed else self.locations,
                "vpc": own.vpc if placed else self.vpc,
                "each": {},
            }
        )

    @property
    def has_secrets(self) -> bool:
        """Whether any value is a secret."""
        return bool(self.secrets) or any(own.secrets for own in self.each.values())
