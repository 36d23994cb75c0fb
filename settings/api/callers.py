"""Who of other accounts may call the API."""

import re
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import AccountId, PlanName, Section, Text, form

# Of IAM's `path` and `roleName` (CreateRole, IAM API reference); a wildcard is in neither.
ROLE = r"(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64}"
ROLE_ARN = re.compile(rf"arn:aws:iam::(\d{{12}}):role/({ROLE})", re.ASCII)
RoleName = Annotated[
    str,
    form(
        rf"(?a:{ROLE}|{ROLE_ARN.pattern})",
        "it should be one role, by its name with its path (`backend`, `team/backend`) or by its ARN, without"
        " wildcards: whoever can make a role that matches would be let in. A user or a session is no role",
    ),
    Field(examples=["backend"]),
]


class Caller(Section):
    """Roles of another account that may call the API, all of its signed operations or those named.

    Their own account has to allow it, too; the output `callers` has the policy to attach there.
    """

    name: PlanName
    account: Annotated[AccountId, Field(examples=["333333333333"])]
    roles: Annotated[tuple[RoleName, ...], Field(min_length=1)]
    operations: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _roles_and_operations_are_its_own(self) -> Self:
        for role in self.roles:
            arn = ROLE_ARN.fullmatch(role)
            if arn and arn[1] != self.account:
                raise ValueError(
                    f"role {role} is not of account {self.account}, so the policy would let nobody in; name"
                    " the account that it is in, in a caller of its own"
                )
        for what, named in (("role", self.role_arns), ("operation", self.operations)):
            for number, one in enumerate(named):
                if one in named[:number]:
                    raise ValueError(f"{what} {one} is named twice; name it once")
        return self

    @property
    def role_arns(self) -> tuple[str, ...]:
        """The roles' ARNs."""
        names = (role.partition(":role/")[2] or role for role in self.roles)
        return tuple(f"arn:aws:iam::{self.account}:role/{name}" for name in names)
