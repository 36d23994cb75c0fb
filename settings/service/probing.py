"""A service's probes and samples with what its contract says of them."""

from collections.abc import Mapping
from typing import Any

from settings.probes import exported as probes
from settings.probes.authorization import SIGNED, Authorization
from settings.probes.definition import Call, Example
from settings.probes.exported import Wired
from settings.service.contract import Operation
from settings.service.reading import Service
from settings.service.sending import sent


def exported(service: Service) -> str:
    """Its probes, as the service stack exports them; see `settings.probes.exported`."""
    return probes.exported(service.definition.probes, lambda call: _wired(service, call))


def described(service: Service, example: Example) -> dict[str, Any]:
    """A request and its expected answer, independent of the service's files."""
    return probes.described(example, sent(service, example), _schema(service, example))


def asked_for(operation: Operation) -> Authorization:
    """What the contract asks of a caller, without a token, whose secret only the probe can name."""
    return Authorization(iam=bool(operation.security.signature), api_key=bool(operation.security.api_key))


def _wired(service: Service, call: Call) -> Wired:
    authorization = asked_for(service.operation(call)) if call.operation else SIGNED
    return Wired(sent=sent(service, call), schema=_schema(service, call), authorization=authorization)


def _schema(service: Service, example: Example) -> Mapping[str, Any] | None:
    if not example.operation:
        return None
    return service.operation(example).answer_schema(example.expect.status)
