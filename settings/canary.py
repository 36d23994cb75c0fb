"""The canary, which is the monitor stack's."""

from typing import Annotated

from pydantic import Field

from settings.forms import Section


class Canary(Section):
    """The probe, once a minute, and how long it waits for each answer."""

    timeout_ms: Annotated[int, Field(ge=100, le=30_000)] = 5000
