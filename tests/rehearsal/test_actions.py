"""Which pages go out. The examples are those of "Suppressing composite alarm actions".

(Create_Composite_Alarm_Suppression.html, where WaitPeriod is 2 time units and ExtensionPeriod 3.) A unit is a
minute here and t2 is minute 2.
"""

import numpy as np
import pytest

from rehearsal.cloudwatch.actions import Page, pages
from rehearsal.cloudwatch.evaluate import Timeline
from tests.rehearsal.builders import START, alarm, composite

UNITS = 14


def sent(
    composite_in_alarm: range, suppressor_in_alarm: range, **fields: int
) -> list[tuple[int, str | None]]:
    """When pages went out, or were muted and by what."""
    main = composite(
        "main", "ALARM(a)", level="critical", suppressor="s", **{"wait_s": 120, "extension_s": 180, **fields}
    )
    states = {
        name: np.array([1 if t in when else 0 for t in range(UNITS)], dtype=np.int8)
        for name, when in (("main", composite_in_alarm), ("s", suppressor_in_alarm))
    }
    line = Timeline(start=START, minutes=UNITS, states=states)
    return [(page.minute, page.muted_by) for page in pages([main], line)]


def test_example_1_actions_are_not_suppressed_after_the_wait_period() -> None:
    assert sent(range(2, UNITS), range(0)) == [(4, None)]


def test_example_2_actions_are_suppressed_by_alarm_before_the_wait_period_expires() -> None:
    assert sent(range(2, UNITS), range(3, UNITS)) == [(2, "s")]


def test_example_3_a_change_during_the_wait_period_starts_a_new_one() -> None:
    assert sent(range(2, 3), range(0)) == [(3, "WaitPeriod")]  # the action at t5 is that for OK


def test_example_4_a_suppressor_already_in_alarm_stops_the_action() -> None:
    assert sent(range(2, 9), range(UNITS)) == [(9, "s")]


def test_example_5_actions_are_not_suppressed_after_the_extension_period() -> None:
    assert sent(range(2, UNITS), range(3, 6)) == [(9, None)]


def test_example_6_a_change_during_the_extension_period_discards_it() -> None:
    assert sent(range(2, 7), range(3, 6)) == [(7, "s")]


def test_a_page_already_sent_is_not_repeated_when_a_suppressor_comes_and_goes() -> None:
    assert sent(range(2, UNITS), range(5, 7)) == [(4, None)]


def test_without_a_wait_the_page_goes_out_at_once() -> None:
    assert sent(range(2, UNITS), range(0), wait_s=0) == [(2, None)]


@pytest.mark.parametrize(("level", "expected"), [("warn", [2, 5]), (None, [])])
def test_a_metric_alarm_pages_on_every_entry_into_alarm_if_it_has_a_level(
    level: str | None, expected: list[int]
) -> None:
    spec = alarm("a", level=level)
    line = Timeline(start=START, minutes=7, states={"a": np.array([0, 0, 1, 1, 2, 1, 0], dtype=np.int8)})
    assert [page.minute for page in pages([spec], line)] == expected


def test_a_page_knows_when_its_alarm_went_off_and_when_it_was_sent() -> None:
    main = composite("main", "ALARM(a)", level="warn", suppressor="s", wait_s=90)
    on = np.array([0, 1, 1, 1, 1], dtype=np.int8)
    line = Timeline(start=START, minutes=5, states={"main": on, "s": np.zeros(5, dtype=np.int8)})
    assert pages([main], line) == [Page(alarm="main", key="main", level="warn", entered=1, minute=3)]
