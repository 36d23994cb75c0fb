"""Whole alarms against a table that was read: nothing of any alarm changes unnoticed."""

import yaml

from tests.monitoring.expected_alarms import FILE, table

RENEW = "if the change is meant, run `python -m tests.monitoring.expected_alarms` and read its diff"


def test_every_alarm_is_as_the_table_says() -> None:
    expected = yaml.safe_load(FILE.read_text())
    found = table()
    for account, alarms in found.items():
        changed = {key: row for key, row in alarms.items() if row != expected[account].get(key)}
        assert changed == {key: expected[account].get(key) for key in changed}, RENEW
        assert list(alarms) == list(expected[account]), RENEW
    assert list(found) == list(expected)
