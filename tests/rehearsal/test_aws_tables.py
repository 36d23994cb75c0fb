"""AWS's published rows, on a single evaluation and on a timeline."""

import pytest

from monitoring.spec import State
from rehearsal.cloudwatch.evaluate import STATES, state_at, timeline
from rehearsal.fidelity import tables
from tests.rehearsal.builders import alarm, one_metric

ROWS = [
    pytest.param(row, id=f"{row.table.to_alarm} of 3, {row.points}, {row.treatment}") for row in tables.rows()
]


@pytest.mark.parametrize("previous", STATES)
@pytest.mark.parametrize("row", ROWS)
def test_a_published_row_gives_its_state(row: tables.Row, previous: State) -> None:
    points = [tables.POINTS[mark] for mark in row.points.split()]
    spec = alarm(of=3, to_alarm=row.table.to_alarm, missing_data=row.treatment)
    assert state_at(points, spec, previous) == (previous if row.expected == tables.KEEP else row.expected)


@pytest.mark.parametrize("row", ROWS)
def test_a_published_row_gives_the_same_state_on_a_timeline(row: tables.Row) -> None:
    """Five healthy minutes first, so that the state before the row is OK where there is one to keep."""
    before: list[float | None] = [0.0] * 6 + [None] * 6
    points = [tables.POINTS[mark] for mark in row.points.split()]
    spec = alarm(of=3, to_alarm=row.table.to_alarm, missing_data=row.treatment)
    line = timeline([spec], one_metric(before + points))
    previous = line.state("a", len(before) + len(points) - 2)
    assert line.state("a", len(before) + len(points) - 1) == (
        previous if row.expected == tables.KEEP else row.expected
    )


def test_missing_for_five_minutes_fires_after_seven() -> None:
    """`breaching`, 5 of 5, one-minute periods: the last real point stays in the evaluation range of 7."""
    spec = alarm(of=5, missing_data="breaching", threshold=1.0, comparison="LessThanThreshold")
    line = timeline([spec], one_metric([1.0] * 10 + [None] * 10))
    assert line.changes("a") == [(0, "OK"), (16, "ALARM")]
