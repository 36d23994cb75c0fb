"""Alarms beside each other."""

from tests.rehearsal.lint.builders import TICKET
from tests.rehearsal.lint.faults import of
from tests.rehearsal.lint.presets import api_latency, errors

WARN = "warning"
ONE = errors(AlarmName="shop-errors")
SOFT = errors(AlarmName="shop-errors-warning", Threshold=5.0, AlarmActions=[TICKET])
HARD = errors(AlarmName="shop-errors-critical", Threshold=20.0)
SLOW = api_latency(AlarmName="shop-slow")

FAULTS = [
    of("a name twice", [ONE, SLOW], [ONE, {**SLOW, "AlarmName": "shop-errors"}], "duplicate-name"),
    of("an alarm twice", [ONE, SLOW], [ONE, {**ONE, "AlarmName": "shop-errors-2"}], "always-together", WARN),
    of(
        "two thresholds for the same people",
        [SOFT, HARD],
        [{**SOFT, "AlarmActions": HARD["AlarmActions"]}, HARD],
        "always-together",
        WARN,
    ),
    of(
        "critical before the warning",
        [SOFT, HARD],
        [{**SOFT, "Threshold": 50.0}, HARD],
        "levels-swapped",
        WARN,
    ),
]
