"""What linting costs stays in proportion to the number of alarms."""

from bench import lint


def test_a_thousand_alarms_take_less_than_two_seconds_and_no_more_each_than_a_few() -> None:
    found = lint.measure(sizes=(200, 1000), repeats=1)
    assert found[1000] <= lint.TARGET_S
    assert found[1000] <= 10 * found[200]
