"""AWS providers of the program: which account and region a resource is created in, as the account's root."""

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
HANDLES = {"region", "allowedAccountIds", "defaultTags", "version"}
IGNORES = {
    "profile": "credentials here are account ids",
    "skipCredentialsValidation": "locally the account is always checked",
    "skipRegionValidation": "every region exists locally",
    "skipRequestingAccountId": "locally the account is always checked",
    "skipMetadataApiCheck": "there is no instance metadata locally",
}


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
    """One account in one region, as its root, and the tags that go on every resource."""

    account: str
    region: str
    endpoint: str
    session: boto3.Session
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
                )
            return self._clients[key]

    def close(self) -> None:
        """Close the clients' connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


def provider(inputs: Mapping[str, Any], *, emulator: Emulator) -> Provider:
    """A Pulumi AWS provider's inputs (plain; structures are JSON strings) as a working one.

    Raises `Unsupported` for inputs it does not know, for a missing region, and for any number of
    `allowedAccountIds` but one.
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
    if len(allowed) != 1:
        raise Unsupported(
            f"the provider is for accounts {allowed}; name the one account in `allowed_account_ids`"
        )
    return Provider(
        account=allowed[0],
        region=region,
        endpoint=emulator.url,
        session=emulator.session(allowed[0]),
        default_tags=(_structure(inputs.get("defaultTags")) or {}).get("tags", {}),
    )


def _structure(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value
