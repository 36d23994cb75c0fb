"""Asks one account, call by call: what is refused is noted and left out, and the rest goes on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

# Throttled calls are tried again, ever slower.
CONFIG = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, connect_timeout=5, read_timeout=30)
REFUSED = (
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "AuthorizationError",
    "NotAuthorized",
    "ForbiddenException",
)
NO_CREDENTIALS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
)
FORBIDDEN = 403
UNREACHED = (ConnectionError, HTTPClientError)  # no such service in the region, or no way to it
ABSENT = ("NotFoundException", "ResourceNotFoundException", "NoSuchEntity", "ValidationException", "404")

GONE: dict[str, Any] = {}  # the answer about what is not there


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One kind of call: boto3's client and method, the IAM action and the resources that it needs.

    In `resources`, `{region}`, `{account}` and `{api}` are filled in.
    """

    service: str
    operation: str
    action: str
    resources: tuple[str, ...] = ("*",)


@dataclass(kw_only=True)
class Account:
    """`unseen` collects what was refused or is not there, a sentence each."""

    session: boto3.Session
    region: str
    unseen: list[str] = field(default_factory=list)
    _clients: dict[str, Any] = field(default_factory=dict)

    def note(self, sentence: str) -> None:
        """Remember what could not be seen, once. It stands in comments, so it has one line."""
        if (line := " ".join(sentence.split())) not in self.unseen:
            self.unseen.append(line)

    def ask(
        self, call: Call, lost: str, *, maybe: bool = False, hidden: bool = False, **parameters: Any
    ) -> dict[str, Any] | None:
        """The answer; None where it is refused or there is nothing, with a note.

        `lost` says what is not known then; of what is `maybe` there, its absence is not noted, and the answer
        is `GONE`; what is asked for is not repeated where it is `hidden`; a parameter that is None is left
        out. Raises botocore's errors where nothing can be asked at all.
        """
        method = getattr(self._client(call.service), call.operation)
        try:
            answer: dict[str, Any] = method(**{k: v for k, v in parameters.items() if v is not None})
        except UNREACHED:
            self._unreached(call, lost)
            return None
        except ClientError as error:
            shown = {} if hidden else parameters
            return GONE if self._noted(error, call, lost, shown, maybe=maybe) else None
        return answer

    def pages(self, call: Call, key: str, lost: str, **parameters: Any) -> list[Any] | None:
        """All items below `key` over all pages; None where that is refused, as in `ask`."""
        client = self._client(call.service)
        if not client.can_paginate(call.operation):
            answer = self.ask(call, lost, **parameters)
            return None if answer is None else list(answer.get(key) or ())
        try:
            pages = client.get_paginator(call.operation).paginate(**parameters)
            return [item for page in pages for item in page.get(key) or ()]
        except UNREACHED:
            self._unreached(call, lost)
        except ClientError as error:
            self._noted(error, call, lost, parameters)
        return None

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            create: Any = self.session.client
            self._clients[service] = create(service, region_name=self.region, config=CONFIG)
        return self._clients[service]

    def _noted(
        self, error: ClientError, call: Call, lost: str, parameters: Mapping[str, Any], *, maybe: bool = False
    ) -> bool:
        """Note what is lost; True where it is only not there, as `maybe` allows."""
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        given = [value for value in parameters.values() if isinstance(value, str)]
        path = call.resources[0].partition("::/")[2]  # API Gateway's actions are all the same, on paths
        of = f"/{path.format(api=''.join(given[:1]))}" if path else ", ".join(given)
        asked = f"{call.action}{f' of {of}' if of else ''}"
        if code in REFUSED or status == FORBIDDEN:
            self.note(f"{asked} is not allowed, so {lost}")
        elif code in ABSENT and maybe:
            return True
        elif code in ABSENT:
            self.note(f"{asked} found nothing, so {lost}")
        elif code in NO_CREDENTIALS:
            raise error
        else:
            message = error.response.get("Error", {}).get("Message", "")
            self.note(f"{asked} failed ({code}: {message}), so {lost}")
        return False

    def _unreached(self, call: Call, lost: str) -> None:
        self.note(f"{call.service} cannot be reached in {self.region}, so {lost}")


def policy_text(calls: tuple[Call, ...], *, region: str, account: str, api: str) -> str:
    """The least IAM policy for these calls, as JSON: a statement a set of resources."""
    wanted: dict[tuple[str, ...], set[str]] = {}
    for call in calls:
        filled = tuple(
            resource.format(region=region, account=account, api=api) for resource in call.resources
        )
        wanted.setdefault(filled, set()).add(call.action)
    statements = []
    for resources, actions in wanted.items():
        resource = resources[0] if len(resources) == 1 else list(resources)
        statements.append({"Effect": "Allow", "Action": sorted(actions), "Resource": resource})
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
