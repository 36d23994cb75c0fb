"""How the proof that the promise was kept is collected, kept and told; the monitor stack's."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from settings.forms import Section


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {name!r}, so nobody knows when a month of the contract begins; an example"
            " is Europe/Berlin"
        ) from None
    return name


class Athena(Section):
    """Athena over the evidence, for a fleet whose months outgrow one machine.

    A query that would scan more than `scan_limit_mb` is stopped by AWS; what queries leave behind is deleted
    after `results_days`.
    """

    scan_limit_mb: Annotated[int, Field(ge=10, le=7_000_000)] = 10_000
    results_days: Annotated[int, Field(ge=1, le=365)] = 7


class Evidence(Section):
    """What is collected daily of all watched services into a bucket that nobody can overwrite.

    It is on unless switched off: CloudWatch drops minutes after 15 days, and what nobody kept can never be
    proven. Until an object is `retention_days` old it cannot be deleted: with `compliance` by nobody, not
    even by AWS or with the account's root, and that cannot be taken back; with `governance` only by whoever
    may bypass it. `report` tells of the last month, by the days of `timezone`; `tell_heads` also sends each
    day's head of the chain to the topic of warnings. 1,000 services take the largest `memory_mb`.
    """

    collect: bool = True
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 400
    retention_mode: Literal["governance", "compliance"] = "governance"
    report: bool = True
    timezone: Annotated[str, AfterValidator(_zone), Field(examples=["Europe/Berlin"])] = "UTC"
    tell_heads: bool = True
    memory_mb: Annotated[int, Field(ge=1024, le=10_240)] = 2048
    storage_mb: Annotated[int, Field(ge=512, le=10_240)] = 2048
    athena: Athena | None = None
