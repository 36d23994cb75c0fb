"""A tuned window is the alarm's in every respect: queries, counts, warm-up, description, who waits for it."""

import math
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.alarms import silence
from monitoring.alarms.rule import Entry
from monitoring.kpi import Window
from monitoring.spec import Expression, MetricAlarm, MetricStat
from tests.monitoring.builders import GPU_INSTANCES, composite, entries, tuned, watched

PERIODS = (60, 120, 180, 300, 600, 900, 1800, 3600)
COUNTS = {
    *(
        f"{kind}-{level}"
        for kind in ("api-requests", "function-invocations")
        for level in ("warn", "critical")
    ),
    *("endpoint-invocations-warn", "endpoint-invocations-critical", "api-requests-low"),
}
OWNERS = {
    "api-silent",
    "function-silent",
    "table-silent",
    "endpoint-silent",
    "canary-success",
    "canary-attempts",
}


@cache
def usual() -> dict[str, Entry]:
    """The alarms whose window can be tuned, by key, as they are without."""
    return {
        key: entry
        for key, entry in entries(watched(endpoint=GPU_INSTANCES)).items()
        if isinstance(entry.alarm, MetricAlarm) and "-burn-" not in key
    }


def gate(alarm: MetricAlarm) -> int | None:
    """The fewest samples in a period that its expression asks for."""
    last = alarm.queries[-1]
    found = re.search(r"IF\(\(?.*?\)? >= (\d+), ", last.expression) if isinstance(last, Expression) else None
    return int(found[1]) if found else None


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_tuned_window_is_the_alarm_s_in_every_respect(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(usual())))
    period_s = data.draw(st.sampled_from(PERIODS))
    periods = data.draw(st.integers(1, 24))
    to_alarm = data.draw(st.integers(1, periods))
    window = {"period_s": period_s, "evaluation_periods": periods, "datapoints_to_alarm": to_alarm}
    service = tuned(each={key: window}).model_copy(update={"endpoints": (GPU_INSTANCES,)})
    entry, before = entries(service)[key], usual()[key].alarm
    alarm = entry.alarm
    assert isinstance(alarm, MetricAlarm)
    assert isinstance(before, MetricAlarm)

    assert {query.period_s for query in alarm.queries if isinstance(query, MetricStat)} == {period_s}
    assert (alarm.evaluation_periods, alarm.datapoints_to_alarm) == (periods, to_alarm)
    said = str(Window(**window))
    assert f"for {said}" in alarm.description or f"in {said}" in alarm.description

    times = period_s / before.period_s if key in COUNTS else 1
    assert alarm.threshold == (None if before.threshold is None else round(before.threshold * times, 6))
    paced = period_s / before.period_s if key.startswith("canary-latency") else 1
    samples = gate(before)
    assert gate(alarm) == (None if samples is None else math.ceil(samples * paced))

    length = math.ceil(period_s * periods / 60)
    if key in OWNERS or key.endswith("-silent"):
        assert alarm.warm_up_min == max(silence.WARM_UP_MIN, length)
    else:
        assert alarm.warm_up_min == (length if key == "outside-blind" else 0)


@pytest.mark.parametrize(("period_s", "samples"), [(60, 1), (300, 3), (1800, 15), (7200, 60)])
def test_probes_come_at_a_fixed_pace_so_a_shorter_period_needs_fewer(period_s: int, samples: int) -> None:
    found = entries(tuned(each={"canary-latency-warn": {"period_s": period_s}}))["canary-latency-warn"].alarm
    assert isinstance(found, MetricAlarm)
    assert gate(found) == samples


def test_a_window_tuned_in_its_period_alone_keeps_its_number_of_periods() -> None:
    for key, entry in usual().items():
        alarm = entries(
            tuned(each={key: {"period_s": 3600}}).model_copy(update={"endpoints": (GPU_INSTANCES,)})
        )[key]
        before = entry.alarm
        assert isinstance(alarm.alarm, MetricAlarm)
        assert isinstance(before, MetricAlarm)
        assert alarm.alarm.evaluation_periods == before.evaluation_periods
        assert alarm.alarm.datapoints_to_alarm == before.datapoints_to_alarm


@pytest.mark.parametrize(
    ("key", "window", "waits"),
    [
        ("canary-success", {"evaluation_periods": 10}, {"page-slo-burn-1h": 720, "page-api-down": 60}),
        ("canary-success", {"period_s": 120}, {"page-slo-burn-1h": 720, "page-api-down": 60}),
        ("canary-success", {"evaluation_periods": 2}, {"page-slo-burn-1h": 240, "page-api-down": 120}),
        ("canary-attempts", {"evaluation_periods": 8}, {"page-api-down": 240, "page-canary-down": 120}),
        ("canary-attempts", {"evaluation_periods": 1}, {"page-api-down": 60, "page-canary-down": 360}),
        ("outside-blind", {"datapoints_to_alarm": 9}, {"page-canary-down": 480}),
    ],
)
def test_a_page_waits_for_the_tuned_window_of_what_mutes_it(
    key: str, window: dict[str, int], waits: dict[str, int]
) -> None:
    service = tuned(each={key: window})
    assert {page: composite(page, service).wait_s for page in waits} == waits
