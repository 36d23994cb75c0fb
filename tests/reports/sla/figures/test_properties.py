"""Any minutes: the SQL's figures are those of a plain count."""

import tempfile
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.sla.evidence.keep import keep
from reports.sla.period import Period
from reports.sla.result import ServiceReport
from tests.reports.sla.months import KEPT_AT, MINUTE, Row, good, report, write_csv, write_jsonl

BEGINS = datetime(2026, 10, 1, 23, 30)
KINDS = ("good", "good", "good", "down", "unprobed", "silent", "failing", "missing", "flaky")


def row(kind: str, at: datetime, requests: int) -> Row | None:
    made = good(at, requests)
    if kind == "missing":
        return None
    if kind == "down":
        made.update(successes=None, failures=1, reason="timeout" if at.minute % 2 else "status")
        made.update(probes_in_time=None, failed=requests, in_time=0, answered=0, answered_in_time=0)
    if kind in ("unprobed", "silent"):
        made.update(attempts=None, successes=None, failures=None, probes_in_time=None)
    if kind == "silent":
        made.update(requests=None, refused=None, failed=None, timed=None, in_time=None)
        made.update(answered=0, answered_in_time=0)
    if kind == "failing":
        made.update(failed=min(3, requests), answered=requests - min(3, requests), answered_in_time=0)
    if kind == "flaky":
        made.update(attempts=2, successes=1)
    return made


@st.composite
def minutes(draw: st.DrawFn) -> list[tuple[str, int]]:
    runs = draw(
        st.lists(
            st.tuples(st.sampled_from(KINDS), st.integers(1, 12), st.integers(0, 8)), min_size=1, max_size=14
        )
    )
    return [(kind, requests) for kind, length, requests in runs for _ in range(length)]


def counted(rows: list[Row | None]) -> dict[str, Any]:
    """The figures by going through the minutes one by one."""
    there = [one for one in rows if one]
    attempts = sum(one["attempts"] or 0 for one in there)
    successes = sum(one["successes"] or 0 for one in there)
    incidents: list[list[datetime]] = []
    fresh = True
    for one in rows:
        if one is None or not (one["attempts"] or one["requests"]):
            continue  # nobody looked
        down = bool(one["attempts"]) and not one["successes"]
        failed, requests = one["failed"] or 0, one["requests"] or 0
        if down or (failed >= 3 and failed > requests / 100):
            if fresh:
                incidents.append([])
            incidents[-1].append(one["minute"])
        fresh = not (down or (failed >= 3 and failed > requests / 100))
    return {
        "attempts": attempts,
        "failed_probes": attempts - successes,
        "gap": len(rows) - sum(bool(one["attempts"]) for one in there),
        "down": sum(bool(one["attempts"]) and not one["successes"] for one in there),
        "requests": sum(one["requests"] or 0 for one in there),
        "failed": sum(one["failed"] or 0 for one in there),
        "answered": sum(one["answered"] for one in there),
        "in_time": sum(one["answered_in_time"] for one in there),
        "dark": sum(one is None or not (one["attempts"] or one["requests"]) for one in rows),
        "incidents": [(found[0], found[-1] + MINUTE) for found in incidents],
    }


def reported(rows: list[Row | None]) -> ServiceReport | None:
    there = [one for one in rows if one]
    if not there:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, root = Path(folder) / "tables", Path(folder) / "evidence"
        source.mkdir()
        write_csv(source / "minutes.csv", there)
        covers = (BEGINS, BEGINS + MINUTE * len(rows))
        # Each day needs a row to be kept; usage is one that touches no figure here.
        days = {(BEGINS + MINUTE * number).date() for number in range(len(rows))}
        write_jsonl(
            source / "usage.jsonl",
            [
                {
                    "service": there[0]["service"],
                    "counted_on": str(day),
                    "plan": "p",
                    "customer": "c",
                    "used": 0,
                    "period_used": 0,
                }
                for day in sorted(days)
            ],
        )
        keep(source, root, kept_at=KEPT_AT, covers=covers)
        last = (covers[1] - MINUTE).date()
        return report(root, Period(first=BEGINS.date(), last=last))


@settings(max_examples=15, deadline=timedelta(seconds=60), suppress_health_check=[HealthCheck.too_slow])
@given(minutes())
def test_the_figures_are_those_of_a_plain_count(kinds: list[tuple[str, int]]) -> None:
    rows = [row(kind, BEGINS + MINUTE * number, requests) for number, (kind, requests) in enumerate(kinds)]
    found = reported(rows)
    if found is None:
        return
    expected = counted(rows)
    probes, requests = found.probes, found.requests
    assert {
        "attempts": probes.total,
        "failed_probes": probes.failed,
        "gap": probes.gap_minutes,
        "down": probes.down_minutes,
        "requests": requests.total,
        "failed": requests.failed,
        "answered": found.latency.answered,
        "in_time": found.latency.in_time,
        "dark": found.span.dark_minutes,
        "incidents": [(incident.begins, incident.ends) for incident in found.incidents],
    } == expected
    assert found.span.expected_minutes == len(rows)
    assert sum(day.down_minutes for day in found.days) == expected["down"]
    assert sum(incident.down_minutes for incident in found.incidents) == expected["down"]
    total, failed, gap = probes.total, probes.failed, probes.gap_minutes
    if total:
        assert probes.lower_pct == float(100 * Fraction(total - failed, total + gap))
        assert probes.upper_pct == float(100 * Fraction(total + gap - failed, total + gap))
    assert probes.down_lower_minutes <= probes.down_minutes <= probes.down_upper_minutes
