"""AWS's published tables of how alarms treat missing data.

Source: "Configuring how CloudWatch alarms treat missing data", Amazon CloudWatch User Guide
(alarms-and-missing-data.html), in its revision of 2026. 0 is within the threshold, X breaches, - is missing;
the evaluation range is 5. States come in the order of TREATMENTS; KEEP is "Retain current state".
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from monitoring.spec import MissingData

PAGE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
REVISION_2019 = "https://github.com/awsdocs/amazon-cloudwatch-user-guide/tree/05fd32f"
KEEP = "Retain current state"
INSUFFICIENT = "INSUFFICIENT_DATA"
TREATMENTS: tuple[MissingData, ...] = ("missing", "ignore", "breaching", "notBreaching")
POINTS: Mapping[str, float | None] = {"0": 0.0, "X": 1.0, "-": None}


class Table(NamedTuple):
    """Rows of one section: datapoints, oldest first, and the state that each treatment gives."""

    title: str
    source: str
    to_alarm: int
    rows: Mapping[str, tuple[str, str, str, str]]


class Row(NamedTuple):
    """One published state: `to_alarm` of 3 datapoints."""

    table: Table
    points: str
    treatment: MissingData
    expected: str


TABLES = (
    Table(
        "Datapoints to Alarm and Evaluation Periods are both 3",
        PAGE,
        3,
        {
            "0 - X - X": ("OK", "OK", "OK", "OK"),
            "0 - - - -": ("OK", "OK", "OK", "OK"),
            "- - - - -": (INSUFFICIENT, KEEP, "ALARM", "OK"),
            "0 X X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
            "- - X - -": ("ALARM", KEEP, "ALARM", "OK"),
        },
    ),
    Table(
        "2 out of 3",
        PAGE,
        2,
        {
            "0 - X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
            "0 0 X 0 X": ("ALARM", "ALARM", "ALARM", "ALARM"),
            "0 - X - -": ("OK", "OK", "ALARM", "OK"),
            "- - - - 0": ("OK", "OK", "ALARM", "OK"),
            "- - - X -": ("ALARM", KEEP, "ALARM", "OK"),
        },
    ),
    # Not immediately ALARM, Datapoints to Alarm is 3; the states are those of table 1, row 5, in 2019.
    Table(
        "Avoiding premature transitions to alarm state",
        REVISION_2019,
        3,
        {
            "- - - - X": (INSUFFICIENT, KEEP, "ALARM", "OK"),
            "- - - X -": (INSUFFICIENT, KEEP, "ALARM", "OK"),
        },
    ),
    Table(
        "The same, when the next data point is not breaching",
        PAGE,
        3,
        {
            "- - - X 0": ("OK", "OK", "OK", "OK"),
            "- - X - 0": ("OK", "OK", "OK", "OK"),
        },
    ),
    Table(
        "The oldest evaluated data point is breaching and there are no others",
        REVISION_2019,
        3,
        {"X - - - -": ("ALARM", KEEP, "ALARM", "OK")},
    ),
)


def rows() -> Iterator[Row]:
    """Every published state."""
    for table in TABLES:
        for points, states in table.rows.items():
            for treatment, expected in zip(TREATMENTS, states, strict=True):
                yield Row(table, points, treatment, expected)
