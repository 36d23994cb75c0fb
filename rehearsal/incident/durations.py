"""Times in scenarios: `90m`, `2h`, `1d`, `1h30m`, in whole minutes."""

import re

PATTERN = r"^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?$"
SIGNED = r"^-?(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?$"
_UNITS = {"d": 1440, "h": 60, "m": 1}


def minutes(text: str) -> int:
    """`1d2h5m` -> 1565, `-5m` -> -5. The text must match `PATTERN` or `SIGNED`."""
    sign = -1 if text.startswith("-") else 1
    return sign * sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([dhm])", text))


def text(count: int) -> str:
    """1565 -> `1d2h5m`; 0 is `0m`."""
    if count < 0:
        return f"-{text(-count)}"
    parts = []
    for unit, size in _UNITS.items():
        if count >= size:
            parts.append(f"{count // size}{unit}")
            count %= size
    return "".join(parts) or "0m"
