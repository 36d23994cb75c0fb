"""What the rehearsal refuses, and why. Every message names the consequence and the fix."""


class RehearsalError(ValueError):
    """The alarms, the scenario or the data are wrong; nothing was evaluated."""


class UnsupportedError(RehearsalError):
    """CloudWatch can do this and the rehearsal cannot: refused by name, so that no wrong answer comes out."""
