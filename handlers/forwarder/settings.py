"""What the forwarder reads from its environment. The address is not in it, only where to find it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from handlers.environment import SettingsError, text
from handlers.forwarder.shapes import SHAPES

ENVIRONMENT: tuple[str, ...] = ("CHANNEL", "ADDRESS_SECRET_ARN")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`channel` is what takes the messages: a key of `SHAPES`."""

    channel: str
    address_secret_arn: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `ENVIRONMENT`. Raises `SettingsError`."""
        channel = text(environ, "CHANNEL")
        if channel not in SHAPES:
            raise SettingsError(
                f"CHANNEL={channel!r} is none of {', '.join(SHAPES)}, so nobody would be told; correct it in"
                " its component."
            )
        return cls(channel=channel, address_secret_arn=text(environ, "ADDRESS_SECRET_ARN"))
