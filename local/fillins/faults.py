"""Faults that the local run switches on and off: what breaks, and how, is decided where the call passes.

- `model-slow`: the model answers `delay_ms` later (default 1000).
- `model-down`: the endpoint's container is gone.
- `model-wrong`: the model answers with another label than it predicted.
- `table-throttled`: DynamoDB refuses every call of its data plane.
"""

from typing import Any

from local.fillins.control import ControlError, operation

DEFAULTS: dict[str, dict[str, Any]] = {
    "model-slow": {"delay_ms": 1000},
    "model-down": {},
    "model-wrong": {},
    "table-throttled": {},
}
_active: dict[str, dict[str, Any]] = {}


@operation("fault")
def set_fault(name: str, **params: Any) -> None:
    """Switch a fault on; unknown faults and parameters are refused."""
    if name not in DEFAULTS:
        raise ControlError(f"No fault {name!r}; there are {', '.join(DEFAULTS)}.")
    unknown = set(params) - set(DEFAULTS[name])
    if unknown:
        raise ControlError(f"Fault {name!r} has no parameter {', '.join(sorted(unknown))}.")
    _active[name] = DEFAULTS[name] | params


@operation("clear_faults")
def clear_faults() -> None:
    """Switch every fault off."""
    _active.clear()


def active(name: str) -> dict[str, Any] | None:
    """The fault's parameters while it is on, else None."""
    return _active.get(name)
