"""The rows of `daily.sql` added up: whole numbers, so that every sum is exact."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

from reports.sla.figures.engine import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """Sums over some minutes; `busiest` is the highest number of requests in one of them."""

    minutes: int = 0
    probed_minutes: int = 0
    dark_minutes: int = 0
    down_minutes: int = 0
    attempts: int = 0
    successes: int = 0
    probes_in_time: int = 0
    requests: int = 0
    refused: int = 0
    failed: int = 0
    busiest: int = 0
    timed: int = 0
    in_time: int = 0
    answered: int = 0
    answered_in_time: int = 0
    unlogged_minutes: int = 0
    unlogged_timed: int = 0
    unlogged_in_time: int = 0
    unlogged_unanswered: int = 0

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Add up rows; of none everything is 0."""
        listed = list(rows)
        names = [field.name for field in fields(cls) if field.name != "busiest"]
        sums = {name: sum(int(row[name]) for row in listed) for name in names}
        return cls(busiest=max((int(row["busiest"]) for row in listed), default=0), **sums)


def percent(part: float, whole: float) -> float | None:
    """In percent, None of nothing."""
    return 100 * part / whole if whole else None
