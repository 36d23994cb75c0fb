"""Faults that the local run switches on and off.

What breaks, and how, is decided where the call passes: there each is declared, once.
"""

from typing import Any

from local.fillins.control import ControlError, operation


class Fault:
    """A fault by its name, with the parameters it takes and what they are unless told otherwise."""

    def __init__(self, name: str, **defaults: Any) -> None:
        self.defaults = defaults
        self.params: dict[str, Any] | None = None
        _declared[name] = self

    @property
    def active(self) -> bool:
        """Whether it is on."""
        return self.params is not None


_declared: dict[str, Fault] = {}


@operation("fault")
def set_fault(name: str, **params: Any) -> None:
    """Switch a fault on; unknown faults and parameters are refused."""
    if name not in _declared:
        raise ControlError(f"No fault {name!r}; there are {', '.join(sorted(_declared))}.")
    fault = _declared[name]
    unknown = set(params) - set(fault.defaults)
    if unknown:
        raise ControlError(f"Fault {name!r} has no parameter {', '.join(sorted(unknown))}.")
    fault.params = fault.defaults | params


@operation("clear_faults")
def clear_faults() -> None:
    """Switch every fault off."""
    for fault in _declared.values():
        fault.params = None
