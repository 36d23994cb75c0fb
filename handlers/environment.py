"""Reads settings from environment variables, once, when a function starts.

Deliberately no defaults: what a function needs is set by its component, and a function that lacks a
value fails when it starts, not at its first customer.
"""

from collections.abc import Mapping


class SettingsError(ValueError):
    """The environment is wrong; the message names variable, consequence and fix."""


def text(environ: Mapping[str, str], name: str) -> str:
    """The variable's value. Raises `SettingsError` when it is not set or empty."""
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set, so the function cannot start; set it in its component.")
    return value


def optional(environ: Mapping[str, str], name: str) -> str | None:
    """The variable's value, None where it is not set: a component sets it only where it is needed."""
    return environ.get(name) or None


def whole_number(environ: Mapping[str, str], name: str, *, minimum: int) -> int:
    """The variable as a whole number of at least `minimum`. Raises `SettingsError` when it is not."""
    value = text(environ, name)
    if not (value.isascii() and value.isdigit() and int(value) >= minimum):
        raise SettingsError(
            f"{name}={value!r} is no whole number from {minimum} up, so the function cannot start; "
            "correct it in its component."
        )
    return int(value)
