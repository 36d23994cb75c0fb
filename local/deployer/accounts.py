"""AWS providers of the program: which account, region and credentials a resource is created with.

A 12-digit access key is an account's root in the emulator; a provider that assumes a role really does so,
through STS, and gets no more than the role allows.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.config import Config

from local.deployer.errors import Unsupported

CLIENT_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 1},
    max_pool_connections=16,
    inject_host_prefix=False,
)
HANDLES = {"region", "allowedAccountIds", "assumeRoles", "assumeRole", "defaultTags", "version"}
IGNORES = {
    "profile": "credentials here are account ids",
    "skipCredentialsValidation": "locally the account is always checked",
    "skipRegionValidation": "every region exists locally",
    "skipRequestingAccountId": "locally the account is always checked",
    "skipMetadataApiCheck": "there is no instance metadata locally",
}
ROLE_HANDLES = {"roleArn", "sessionName", "externalId", "policy"}
ROLE_IGNORES = {"duration": "a run is shorter than any session"}


class Emulator(Protocol):
    """What the deployer needs of `local.emulator.Emulator`."""

    @property
    def url(self) -> str:
        """Where every AWS service answers."""
        ...

    def session(self, account: str) -> boto3.Session:
        """A session with the root keys of an account, free of this machine's AWS configuration."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """The credentials of one account in one region, and the tags that go on every resource."""

    account: str
    region: str
    endpoint: str
    session: boto3.Session
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    default_tags: Mapping[str, str] = field(default_factory=dict)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service: str, region: str | None = None) -> Any:
        """A cached boto3 client; safe to call from several threads.

        `Any`, because its type depends on the service's name; botocore checks every parameter at run time.
        """
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                create: Callable[..., Any] = self.session.client
                self._clients[key] = create(
                    service,
                    region_name=key[1],
                    endpoint_url=self.endpoint,
                    config=CLIENT_CONFIG,
                    **self.credentials,
                )
            return self._clients[key]

    def close(self) -> None:
        """Close the clients' connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


def provider(inputs: Mapping[str, Any], *, emulator: Emulator, own_account: str) -> Provider:
    """A Pulumi AWS provider's inputs (plain; structures are JSON strings) as working credentials.

    `own_account` is the account the deploying engineer is signed in to: roles are assumed from there.
    Raises `Unsupported` for inputs it does not know, for a missing region or account, and when the
    credentials belong to an account that `allowedAccountIds` does not name, as the real provider does;
    botocore's `ClientError` when the role may not be assumed.
    """
    if unknown := set(inputs) - HANDLES - set(IGNORES):
        raise Unsupported(
            f"provider inputs {sorted(unknown)} are not understood; add them to local/deployer/accounts.py"
        )
    region = inputs.get("region")
    if not region:
        raise Unsupported(
            "the provider names no region; set `region`, so that nothing depends on the machine"
        )
    allowed = [str(account) for account in _structure(inputs.get("allowedAccountIds")) or []]
    if not allowed:
        raise Unsupported("the provider names no account; set `allowed_account_ids` to its one account")
    role = _role(inputs)
    tags = (_structure(inputs.get("defaultTags")) or {}).get("tags", {})
    if role:
        own = Provider(
            account=own_account, region=region, endpoint=emulator.url, session=emulator.session(own_account)
        )
        credentials = _assume(role, own)
        own.close()
    else:
        credentials = {}
    made = Provider(
        account=allowed[0],
        region=region,
        endpoint=emulator.url,
        session=emulator.session(own_account if role else allowed[0]),
        credentials=credentials,
        default_tags=tags,
    )
    account = made.client("sts").get_caller_identity()["Account"]
    if allowed != [account]:
        raise Unsupported(
            f"the credentials belong to account {account}, but allowed_account_ids is {allowed};"
            " name the one account that this provider is for"
        )
    return made


def _structure(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _role(inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    single = _structure(inputs.get("assumeRole"))
    chain = [*([single] if single else []), *(_structure(inputs.get("assumeRoles")) or [])]
    if len(chain) > 1:
        raise Unsupported("a chain of assumed roles is not supported; use one role")
    for role in chain:
        if unknown := set(role) - ROLE_HANDLES - set(ROLE_IGNORES):
            raise Unsupported(
                f"the assumed role has keys {sorted(unknown)}, which the AWS provider would not understand"
                " either; pass an aws.ProviderAssumeRoleArgs (keys of a plain dict are not translated here)"
            )
    return chain[0] if chain else None


def _assume(role: Mapping[str, Any], own: Provider) -> dict[str, str]:
    """The role's credentials, as keyword arguments of a boto3 client."""
    optional = {"ExternalId": role.get("externalId"), "Policy": role.get("policy")}
    answer = own.client("sts").assume_role(
        RoleArn=role["roleArn"],
        RoleSessionName=role.get("sessionName") or "pulumi",
        **{key: value for key, value in optional.items() if value},
    )["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }
