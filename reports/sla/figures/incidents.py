"""Incidents: runs of bad minutes, and who noticed them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from reports.sla.figures.engine import LATE, Row
from reports.sla.figures.windows import Window, minutes_within
from reports.sla.period import MINUTE
from reports.sla.result import Incident, Signal


def incidents(
    rows: Iterable[Row], signals: Sequence[Row], excluded: Sequence[Window]
) -> tuple[Incident, ...]:
    """The incidents of one service in order.

    `rows` are of `incidents.sql`, `signals` of `transitions.sql`; `excluded` is announced maintenance. A
    signal belongs to the incident that began last before it, up to an hour after that one's end.
    """
    runs = [list(run) for _, run in groupby(rows, key=itemgetter("run"))]
    begins = [min(row["first_minute"] for row in run) for run in runs]
    found = []
    for run, start, after in zip(runs, begins, [*begins[1:], None], strict=False):
        until = max(row["last_minute"] for row in run) + MINUTE
        limit = until + LATE if after is None else min(until + LATE, after)
        own = [signal for signal in signals if start <= signal["noted_at"] < limit]
        found.append(_incident(run, start, until, own, minutes_within(excluded, start, until)))
    return tuple(found)


def _incident(
    run: list[Row], begins: datetime, ends: datetime, own: Sequence[Row], left_out: int
) -> Incident:
    def total(name: str) -> int:
        return sum(int(row[name]) for row in run)

    alarms, pages = (
        tuple(
            Signal(
                name=row["alarm"],
                target=row["target"],
                at=row["noted_at"],
                after_s=(row["noted_at"] - begins).total_seconds(),
            )
            for row in own
            if row["kind"] == kind
        )
        for kind in ("state", "page")
    )
    first = min((*alarms, *pages), key=lambda signal: signal.at, default=None)
    minutes = (ends - begins) // MINUTE
    down, failing = total("down_minutes"), total("failing_minutes")
    return Incident(
        begins=begins,
        ends=ends,
        minutes=minutes,
        down_minutes=down,
        failing_minutes=failing,
        unseen_minutes=minutes - left_out - total("bad_minutes"),
        seen_by=(*(("canary",) if down else ()), *(("requests",) if failing else ())),
        reasons={
            row["reason"]: int(row["down_minutes"]) for row in run if row["reason"] and row["down_minutes"]
        },
        failed_probes=total("failed_probes"),
        requests=total("requests"),
        failed=total("failed"),
        refused=total("refused"),
        detected_by=first.name if first else None,
        detected_after_s=first.after_s if first else None,
        alarms=alarms,
        pages=pages,
    )
