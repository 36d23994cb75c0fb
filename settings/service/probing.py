"""A service's probes and samples with what its contract says of them."""

from collections.abc import Mapping
from typing import Any

from settings.probes import exported as probes
from settings.probes.authorization import SIGNED, Authorization
from settings.probes.definition import Example
from settings.probes.wire import Sent
from settings.service.reading import Service
from settings.service.sending import sent


def exported(service: Service, default: Authorization = SIGNED) -> str:
    """Its probes, as the service stack exports them; see `settings.probes.exported`."""
    return probes.exported(service.definition.probes, lambda call: _wired(service, call), default)


def described(service: Service, example: Example) -> dict[str, Any]:
    """A request and its expected answer, independent of the service's files."""
    return probes.described(example, *_wired(service, example))


def _wired(service: Service, example: Example) -> tuple[Sent, Mapping[str, Any] | None]:
    operation = service.operation(example) if example.operation else None
    schema = operation.answer_schema(example.expect.status) if operation else None
    return sent(service, example), schema
