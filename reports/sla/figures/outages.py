"""How long outages lasted, as probes bound it: a probe a minute sees no second in between."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.sla.figures.engine import Row
from reports.sla.figures.windows import Watch, minutes_within
from reports.sla.period import MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Downtime:
    """Minutes: between failed probes a minute apart, and from the probe before an outage to the one after."""

    least: int
    most: int


def downtime(rows: Sequence[Row], watch: Watch) -> Downtime:
    """`rows` are of `outages.sql`, of one service.

    What no probe bounds lasted at most from the minute before the service was watched, and until its end.
    """
    least = most = 0
    for row in rows:
        before = row["minute_before"] or watch.begins - MINUTE
        length = row["minute"] - before
        least += bool(row["down"] and row["down_before"] and length == MINUTE)
        most += length // MINUTE - minutes_within(watch.excluded, before, row["minute"])
    if rows and rows[-1]["down"]:
        most += watch.expected(rows[-1]["minute"], watch.ends)
    return Downtime(least=least, most=most)
