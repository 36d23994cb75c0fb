"""The rehearsal's benchmark measures what it says it measures."""

from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import rehearsal
from monitoring.spec import MetricAlarm
from rehearsal.sources import stack


def test_a_scenario_of_any_length_has_its_incident(tmp_path: Path) -> None:
    found = rehearsal.scenario(30 * 1440, tmp_path)
    assert (found.duration, found.history, [fault.kind for fault in found.faults]) == (43_200, 0, ["errors"])


def test_it_times_the_catalogue_s_alarms(tmp_path: Path) -> None:
    alarm_set = stack.of_stack("prod")
    alarms = [alarm for alarm in alarm_set.alarms if isinstance(alarm, MetricAlarm)][: rehearsal.ALARMS]
    assert len(alarms) == rehearsal.ALARMS == 60
    timing = rehearsal.measure(1, alarms, alarm_set, tmp_path)
    assert (timing.days, timing.alarms) == (1, 60)
    assert 0 < timing.seconds < rehearsal.TARGET_S


def test_an_unknown_benchmark_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nothing"]) == 2
    assert "no benchmark nothing" in capsys.readouterr().err
