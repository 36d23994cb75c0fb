"""What a creator is given and what it returns: plain inputs, the account's clients, real attributes.

Knows Pulumi's names and AWS's spelling. Creates nothing itself.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.deployer.accounts import Provider

NAME_LENGTH = 7  # of the random suffix that Pulumi gives to a resource without a physical name


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One resource to create: Pulumi's camelCase inputs, plain (no secrets, whole numbers are ints)."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    provider: Provider
    root: Path
    endpoint: str

    @property
    def account(self) -> str:
        """The account it is created in."""
        return self.provider.account

    @property
    def region(self) -> str:
        """Its own region where it names one, else its provider's."""
        return str(self.inputs.get("region") or self.provider.region)

    @property
    def tags(self) -> dict[str, str]:
        """Its tags over the provider's default tags."""
        return {**self.provider.default_tags, **self.inputs.get("tags", {})}

    def client(self, service: str) -> Any:
        """A boto3 client of its account and region."""
        return self.provider.client(service, self.region)

    def physical_name(self, key: str = "name") -> str:
        """The given name, or one made of the logical name, as Pulumi does."""
        return str(self.inputs.get(key) or f"{self.name}-{secrets.token_hex(NAME_LENGTH)[:NAME_LENGTH]}")

    def arn(self, service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
        """`arn:aws:{service}:{region}:{account}:{resource}`."""
        where, who = self.region if region else "", self.account if account else ""
        return f"arn:aws:{service}:{where}:{who}:{resource}"

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the named inputs that the program set."""
        return {name: self.inputs[name] for name in names if self.inputs.get(name) is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Created:
    """The physical id, the attributes beyond the inputs, and which of those are secret."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Creator:
    """How one resource type is created.

    `handles` are the input properties that `create` understands, `ignores` those without a meaning here,
    each with its reason. Any other input property is an error: nothing is dropped silently.
    """

    create: Callable[[Request], Created]
    handles: frozenset[str]
    ignores: Mapping[str, str] = field(default_factory=dict)


def creator(
    create: Callable[[Request], Created], handles: str, ignores: Mapping[str, str] | None = None
) -> Creator:
    """A `Creator`; `handles` is a space-separated list. `region` and `tags` belong to every request."""
    return Creator(
        create=create, handles=frozenset(handles.split()) | {"region", "tags"}, ignores=ignores or {}
    )


def pascal(value: Any, names: Mapping[str, str] | None = None) -> Any:
    """camelCase keys in AWS's PascalCase, at every depth; `names` holds the exceptions.

    Botocore refuses a parameter that it does not know, so nothing that is converted gets lost. Not for
    maps whose keys are data (tags, variables, dimensions): convert those apart.
    """
    if isinstance(value, Mapping):
        return {
            (names or {}).get(key) or key[0].upper() + key[1:]: pascal(item, names)
            for key, item in value.items()
        }
    return [pascal(item, names) for item in value] if isinstance(value, list) else value


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as the list of pairs that most APIs take."""
    return [{key: name, value: text} for name, text in sorted(tags.items())]


def document(value: Any) -> str:
    """A policy or other JSON document: a string as it is, a structure as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
