"""Deployment from GitHub: where the state is, and which jobs of which repository may act in an account."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import Section, form

EnvName = Annotated[
    str,
    form(
        r"(?!monitor$)[a-z][a-z0-9]{1,7}",
        "it should be an `env` of your stacks, like prod: the GitHub environment of that name may deploy it",
    ),
]
BaseName = Annotated[
    str,
    form(
        r"[a-z]([a-z0-9]|-(?!-)){0,22}[a-z0-9]",
        "it should be a `name` of your stacks; resources of other names are refused to whoever deploys",
    ),
]


class Delivery(Section):
    """Roles for GitHub's OIDC tokens, and the state that they read and write.

    Without `repository` there are no roles, without `state` in the monitor account no bucket and key.
    `state_key_arn` is the key's ARN, which the service account has to be told. `oidc_provider` is switched
    off where the account has GitHub's already.
    """

    state: bool = False
    state_key_arn: Annotated[str, Field(pattern=r"^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[\w-]+$")] | None = None
    repository: (
        Annotated[
            str,
            form(
                r"[A-Za-z0-9-]{1,39}/[\w.-]{1,100}",
                "it should be <owner>/<name> as GitHub spells it; tokens of another repository are refused",
            ),
        ]
        | None
    ) = None
    oidc_provider: bool = True
    environments: Annotated[tuple[EnvName, ...], Field(min_length=1)] = ("dev", "prod")
    names: Annotated[tuple[BaseName, ...], Field(min_length=1)] = ("inference",)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name, listed in (("environments", self.environments), ("names", self.names)):
            if len(set(listed)) < len(listed):
                raise ValueError(f"`{name}` names one twice; name each once")
        return self

    def bases(self, env: str) -> tuple[str, ...]:
        """The names that everything of an environment begins with."""
        return tuple(f"{name}-{env}" for name in self.names)


def state_bucket(monitor_account_id: str, region: str) -> str:
    """The bucket of the stacks' state: one a monitor account and region."""
    return f"inference-watch-state-{monitor_account_id}-{region}"
