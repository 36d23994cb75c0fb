"""Odd alarms that are right give no error."""

import pytest

from tests.rehearsal.lint.builders import SOURCES, judged
from tests.rehearsal.lint.odd import ODD


@pytest.mark.parametrize("name", ODD)
def test_an_odd_alarm_that_is_right_is_no_error(name: str) -> None:
    for source in SOURCES:
        errors = [one for one in judged(ODD[name], source) if one.severity == "error"]
        if source in ("plan", "preview", "template") and any("AlarmArn" in entry for entry in ODD[name]):
            continue  # these are in another region than the file
        assert errors == []
