"""The values of one alarm's entry, checked. What is omitted or null is AWS's default."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeVar

from rehearsal.errors import UnsupportedError
from rehearsal.sources.found import Entry, Unknown

Choice = TypeVar("Choice", bound=str)


class Fields:
    """Reads an alarm's keys; wrong values are collected in `problems`, one sentence each, and read on as
    defaults.

    Raises `UnsupportedError` where the alarm lacks what its simulation needs.
    """

    def __init__(self, entry: Entry, where: str, problems: list[str]) -> None:
        self._entry = entry
        self._where = where
        self._problems = problems

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return self._entry.get(key) is not None

    def text(self, key: str) -> str:
        """A text that must be there."""
        return str(self._need(key))

    def optional(self, key: str) -> str | None:
        """A text, or None where it is not there."""
        return self.text(key) if self.has(key) else None

    def choice(self, key: str, valid: Sequence[Choice], default: Choice | None = None) -> Choice:
        """One of `valid`; without a default it must be there."""
        value = self._entry.get(key) if default is not None else self._need(key)
        if value is None and default is not None:
            return default
        for choice in valid:
            if choice == value:
                return choice
        self._wrong(key, value, ", ".join(valid))
        return valid[0]

    def number(self, key: str) -> float:
        """A number that must be there."""
        value = self._need(key)
        number = _number(value)
        if number is None:
            self._wrong(key, value, "a number")
        return number or 0.0

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`; without a default it must be there."""
        if default is not None and not self.has(key):
            return default
        return self.fitting(key, lambda n: low <= n <= high, f"a whole number from {low} to {high}", low)

    def fitting(self, key: str, fits: Callable[[int], bool], valid: str, instead: int) -> int:
        """A whole number that `fits`."""
        value = self._need(key)
        number = _number(value)
        if number is None or not number.is_integer() or not fits(int(number)):
            self._wrong(key, value, valid)
            return instead
        return int(number)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false, in JSON's or a template's spelling."""
        value = self._entry.get(key)
        if value is None or isinstance(value, Unknown):
            return default
        text = str(value).lower()
        if text not in ("true", "false"):
            self._wrong(key, value, "true, false")
        return text == "true"

    def mapping(self, key: str) -> "Fields":
        """The fields of a mapping within; empty if it is not there."""
        value = self._entry.get(key)
        if value is not None and not isinstance(value, Mapping):
            self._wrong(key, value, "a mapping")
        return Fields(value if isinstance(value, Mapping) else {}, f"{self._where}, {key}", self._problems)

    def mappings(self, key: str) -> "list[Fields]":
        """The fields of every mapping in a list; empty if it is not there."""
        value = self._entry.get(key)
        items = value if isinstance(value, list) else []
        if value is not None and (
            not isinstance(value, list) or not all(isinstance(i, Mapping) for i in items)
        ):
            if isinstance(value, Unknown) or any(isinstance(i, Unknown) for i in items):
                raise UnsupportedError(f"its {key} are only known once it is deployed")
            self._wrong(key, value, "a list of mappings")
        return [Fields(i, f"{self._where}, {key}", self._problems) for i in items if isinstance(i, Mapping)]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if it is not there."""
        value = self._entry.get(key)
        if isinstance(value, Unknown):
            return (value,)
        if value is not None and not isinstance(value, list):
            self._wrong(key, value, "a list")
        return tuple(str(item) for item in value if item is not None) if isinstance(value, list) else ()

    def wrong(self, key: str, valid: str) -> None:
        """Note that the key's value is none of the valid ones."""
        self._wrong(key, self._entry.get(key), valid)

    def _need(self, key: str) -> Any:
        value = self._entry.get(key)
        if value is None:
            raise UnsupportedError(f"no {key}; save what describes the alarm as a whole")
        if isinstance(value, Unknown) and key in NUMBERS:
            raise UnsupportedError(
                f"its {key} ({value}) is only known once it is deployed; give its parameter"
            )
        if isinstance(value, Mapping | list):
            raise UnsupportedError(f"its {key} is no plain value")
        return value

    def _wrong(self, key: str, value: Any, valid: str) -> None:
        if isinstance(value, Unknown):
            raise UnsupportedError(f"its {key} ({value}) is only known once it is deployed")
        shown = f'"{value}"' if isinstance(value, str) else value
        self._problems.append(f"{self._where}: {key}: {shown}; valid: {valid}")


NUMBERS = (
    "Threshold",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "ComparisonOperator",
    "TreatMissingData",
)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
