"""AWS's published rows.

Source: "Configuring how CloudWatch alarms treat missing data", Amazon CloudWatch User Guide
(alarms-and-missing-data.html), in its revision of 2026. 0 is within the threshold, X breaches, - is missing.
"""

import pytest

from monitoring.spec import MissingData, State
from rehearsal.cloudwatch.evaluate import STATES, state_at, timeline
from tests.rehearsal.builders import alarm, one_metric

KEEP = "Retain current state"
INSUFFICIENT = "INSUFFICIENT_DATA"
TREATMENTS: tuple[MissingData, ...] = ("missing", "ignore", "breaching", "notBreaching")

# "In the first table, Datapoints to Alarm and Evaluation Periods are both 3 ... 5 is the evaluation range".
TABLE_1 = {
    "0 - X - X": ("OK", "OK", "OK", "OK"),
    "0 - - - -": ("OK", "OK", "OK", "OK"),
    "- - - - -": (INSUFFICIENT, KEEP, "ALARM", "OK"),
    "0 X X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "- - X - -": ("ALARM", KEEP, "ALARM", "OK"),
}
# "This is a 2 out of 3, M out of N alarm. The evaluation range is 5."
TABLE_2 = {
    "0 - X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 0 X 0 X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 - X - -": ("OK", "OK", "ALARM", "OK"),
    "- - - - 0": ("OK", "OK", "ALARM", "OK"),
    "- - - X -": ("ALARM", KEEP, "ALARM", "OK"),
}
# "Avoiding premature transitions to alarm state": not immediately ALARM, Datapoints to Alarm is 3. The states
# are those of the page's revision of 2019 (awsdocs/amazon-cloudwatch-user-guide, 05fd32f), table 1, row 5.
PREMATURE = {
    "- - - - X": (INSUFFICIENT, KEEP, "ALARM", "OK"),
    "- - - X -": (INSUFFICIENT, KEEP, "ALARM", "OK"),
}
# Same section: "when the next data point is non-breaching and causes the data to be ...".
PREMATURE_AVERTED = {
    "- - - X 0": ("OK", "OK", "OK", "OK"),
    "- - X - 0": ("OK", "OK", "OK", "OK"),
}
# The 2019 revision, table 1, row 6: "the oldest evaluated data point is breaching and there aren't any
# non-breaching data points".
OLDEST = {"X - - - -": ("ALARM", KEEP, "ALARM", "OK")}

ROWS = [
    pytest.param(row, to_alarm, treatment, expected, id=f"{to_alarm} of 3, {row}, {treatment}")
    for table, to_alarm in (
        (TABLE_1, 3),
        (TABLE_2, 2),
        (PREMATURE, 3),
        (PREMATURE_AVERTED, 3),
        (OLDEST, 3),
    )
    for row, states in table.items()
    for treatment, expected in zip(TREATMENTS, states, strict=True)
]
POINT = {"0": 0.0, "X": 1.0, "-": None}


@pytest.mark.parametrize("previous", STATES)
@pytest.mark.parametrize(("row", "to_alarm", "treatment", "expected"), ROWS)
def test_a_published_row_gives_its_state(
    row: str, to_alarm: int, treatment: MissingData, expected: str, previous: State
) -> None:
    points = [POINT[mark] for mark in row.split()]
    spec = alarm(of=3, to_alarm=to_alarm, missing_data=treatment)
    assert state_at(points, spec, previous) == (previous if expected == KEEP else expected)


@pytest.mark.parametrize(("row", "to_alarm", "treatment", "expected"), ROWS)
def test_a_published_row_gives_the_same_state_on_a_timeline(
    row: str, to_alarm: int, treatment: MissingData, expected: str
) -> None:
    """Five healthy minutes first, so that the state before the row is OK where there is one to keep."""
    before: list[float | None] = [0.0] * 6 + [None] * 6
    points = [POINT[mark] for mark in row.split()]
    spec = alarm(of=3, to_alarm=to_alarm, missing_data=treatment)
    line = timeline([spec], one_metric(before + points))
    previous = line.state("a", len(before) + len(points) - 2)
    assert line.state("a", len(before) + len(points) - 1) == (previous if expected == KEEP else expected)


def test_missing_for_five_minutes_fires_after_seven() -> None:
    """`breaching`, 5 of 5, one-minute periods: the last real point stays in the evaluation range of 7."""
    spec = alarm(of=5, missing_data="breaching", threshold=1.0, comparison="LessThanThreshold")
    line = timeline([spec], one_metric([1.0] * 10 + [None] * 10))
    assert line.changes("a") == [(0, "OK"), (16, "ALARM")]
