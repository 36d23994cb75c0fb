"""How a request proves who sends it: kinds, and the names of secrets. Never a secret's value."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from settings.forms import Text
from settings.probes.forms import KEPT, HeaderName, Https, Part, Visible

SECRET_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,63}")
WORDS: dict[str, dict[str, bool]] = {"none": {}, "iam": {"iam": True}, "api_key": {"api_key": True}}
NO_VALUE = (
    "it should be the name of a secret, 1 to 64 letters, digits, `-` and `_`, a letter first; its value is"
    " set in the monitor stack: pulumi config set --secret --path 'inference-watch:canary.secrets.NAME'"
)


def _secret(value: Any) -> Any:
    """The name itself; what is none may be a secret, and is not repeated."""
    if not (isinstance(value, str) and SECRET_NAME.fullmatch(value)):
        raise ValueError(NO_VALUE)
    return value


def _own_or_secret(value: Any) -> Any:
    return value if isinstance(value, bool) else _secret(value)


SecretName = Annotated[str, BeforeValidator(_secret)]


class HeaderSecret(Part):
    """A header whose value is a secret."""

    name: HeaderName
    secret: SecretName

    @model_validator(mode="after")
    def _is_free(self) -> Self:
        if self.name.lower() in KEPT:
            raise ValueError(f"the canary writes the header {self.name} itself; name another one")
        return self


class OAuth(Part):
    """Client credentials (RFC 6749, 4.4): a token of `token_url`, kept until it expires.

    `client_secret` names a secret. It is sent as the standard has it (`basic`), or in the form (`form`) as
    some servers want; `parameters` are sent along, such as an audience.
    """

    token_url: Https
    client_id: Visible
    client_secret: SecretName
    scope: Visible | None = None
    client_authentication: Literal["basic", "form"] = "basic"
    parameters: dict[Text, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        own = {"grant_type", "scope", "client_id", "client_secret"}
        if twice := sorted(own & self.parameters.keys()):
            raise ValueError(f"`parameters` has `{twice[0]}`, which is sent anyway; remove it there")
        return self


class Authorization(Part):
    """What a request carries; nothing set is none.

    `iam` signs with the canary's role. `api_key` true is the key that the service's stack made for the
    canary, a text the name of a secret.
    """

    iam: bool = False
    api_key: Annotated[bool | str, BeforeValidator(_own_or_secret)] = False
    bearer: SecretName | None = None
    header: HeaderSecret | None = None
    oauth: OAuth | None = None

    @model_validator(mode="after")
    def _one_a_header(self) -> Self:
        own = [name for name in ("iam", "bearer", "oauth") if getattr(self, name)]
        name = self.header.name.lower() if self.header else ""
        if name == "authorization":
            own.append("header")
        if len(own) > 1:
            raise ValueError(
                f"`{own[0]}` and `{own[1]}` both write the header Authorization and one is sent; remove one"
            )
        if name == "x-api-key" and self.api_key:
            raise ValueError("`header` and `api_key` both write the header X-Api-Key; remove one")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that it needs, without the service's own API key."""
        names = [
            self.api_key if isinstance(self.api_key, str) else None,
            self.bearer,
            self.header.secret if self.header else None,
            self.oauth.client_secret if self.oauth else None,
        ]
        return tuple(name for name in names if name)


def _spelled(value: Any) -> Any:
    if isinstance(value, Authorization):
        return value
    known = isinstance(value, Mapping) or (isinstance(value, str) and value in WORDS)
    # Not repeated: it may be a secret. A mapping that says nothing is a slip, and `none` has a word.
    if not known or (isinstance(value, Mapping) and all(part is False for part in value.values())):
        raise ValueError(
            "it should be `none`, `iam`, `api_key`, or a mapping of iam, api_key, bearer, header, oauth"
        )
    return WORDS[value] if isinstance(value, str) else value


Authorized = Annotated[Authorization, BeforeValidator(_spelled)]
SIGNED = Authorization(iam=True, api_key=True)  # what this program's own APIs want
