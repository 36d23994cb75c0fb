"""Scenarios and expectations for services that do not have every part."""

from dataclasses import replace
from pathlib import Path

import pytest

import config
from rehearsal.errors import RehearsalError
from rehearsal.incident import promise
from rehearsal.incident.fitting import fitting
from rehearsal.incident.scenario import Scenario, load
from rehearsal.incident.simulation import Shape
from rehearsal.run import run
from rehearsal.sources.stack import AlarmSet, of_settings
from settings.slo import Slo

HEAD = "name: n\nwhy: w\nduration: 2h\n"
API = {"id": "a1b2c3d4e5", "name": "Orders API", "stage": "prod", "rate_limit_per_s": 200}
FUNCTION = {"name": "read", "timeout_ms": 3000}


def scenario(folder: Path, text: str) -> Scenario:
    path = folder / "one.yaml"
    path.write_text(HEAD + text)
    return load(path)


def theirs(**existing: object) -> AlarmSet:
    raw = {**config.read_stack("their-api"), "existing": {"api": API, **existing}}
    return of_settings("theirs", config.parse(raw))


@pytest.mark.parametrize(
    ("faults", "lacks"),
    [
        ("{fault: model-down, at: 1m}", "endpoint for model-down"),
        ("{fault: cpu-busy, at: 1m, to: 97}", "instances for cpu-busy"),
        ("{fault: table-slow, at: 1m, factor: 3}", "table for table-slow"),
        ("{fault: quota-burn, at: 1m, to: 97}", "quota for quota-burn"),
        ('{fault: metric-missing, at: 1m, metrics: "AWS/DynamoDB *"}', "alarm on AWS/DynamoDB *"),
        ("{fault: errors, at: 1m, share: 1}", None),
        ("{fault: canary-stopped, at: 1m}", None),
    ],
)
def test_what_a_service_does_not_have_cannot_befall_it(
    tmp_path: Path, faults: str, lacks: str | None
) -> None:
    fits = scenario(tmp_path, "expect: {pages: []}")
    given = scenario(tmp_path, f"faults: [{faults}]\nexpect: {{pages: []}}")
    kept, alarms = fitting([fits, given], theirs(functions=[FUNCTION]))
    assert len(kept) == (1 if lacks else 2)
    assert list(alarms.notes) == ([f"one is left out: theirs has no {lacks}"] if lacks else [])


@pytest.mark.parametrize(("timeout_ms", "fits"), [(90_000, True), (100_000, False)])
def test_what_hangs_for_less_than_functions_may_take_is_left_out(
    tmp_path: Path, timeout_ms: int, fits: bool
) -> None:
    text = "faults: [{fault: slow-failures, at: 1m, share: 1, seconds: 90}]\nexpect: {pages: []}"
    given = [scenario(tmp_path, "expect: {pages: []}"), scenario(tmp_path, text)]
    slow = {"name": "slow", "timeout_ms": timeout_ms}
    kept, alarms = fitting(given, theirs(functions=[FUNCTION, slow]))
    told = "one is left out: theirs has functions that may take longer than the 90 s of slow-failures"
    assert (len(kept), list(alarms.notes)) == ((2, []) if fits else (1, [told]))


def test_customers_send_no_more_than_a_low_throttle_lets_through(tmp_path: Path) -> None:
    usual, few = (
        scenario(tmp_path, f"{traffic}expect: {{pages: []}}")
        for traffic in ("", "traffic: {per_minute: 30}\n")
    )
    kept, alarms = fitting([usual, few], theirs(api={**API, "rate_limit_per_s": 5}))
    assert [each.traffic.per_minute for each in kept] == [120, 30]
    assert list(alarms.notes) == [
        "customers send 120 requests a minute at most: the throttle of theirs is low"
    ]
    assert fitting([usual], theirs())[0][0].traffic == usual.traffic


def test_each_variant_of_an_endpoint_is_rehearsed_with_its_own_cores(tmp_path: Path) -> None:
    types = ("ml.m5.large", "ml.m5.4xlarge")
    alarms = theirs(
        endpoints=[
            {"name": "e", "variant": kind[3:].replace(".", "-"), "instance_type": kind} for kind in types
        ]
    )
    (given,), alarms = fitting(
        [scenario(tmp_path, "faults: [{fault: cpu-busy, at: 1m, to: 97}]\nexpect: {pages: []}")], alarms
    )
    found = run(given, alarms).series.metrics
    highest = {
        dict(key.dimensions)["VariantName"]: metric.value.max()
        for key, metric in found.items()
        if key.metric == "CPUUtilization"
    }
    assert highest == {"m5-large": 2 * 97, "m5-4xlarge": 16 * 97}


def test_a_series_that_no_alarm_reads_is_left_out(tmp_path: Path) -> None:
    given = scenario(
        tmp_path, 'series: [{metric: AWS/DynamoDB SystemErrors, values: "1x9"}]\nexpect: {pages: []}'
    )
    with pytest.raises(RehearsalError, match="theirs has no alarm on AWS/DynamoDB SystemErrors"):
        fitting([given], theirs(functions=[FUNCTION]))
    assert len(fitting([given], theirs(tables=[{"name": "t"}]))[0]) == 1


def test_only_what_its_own_alarms_can_show_is_expected(tmp_path: Path) -> None:
    given = scenario(
        tmp_path,
        """expect:
  pages:
    - {alarm: page-api-down, by: 1h}
    - {alarm: page-dependency-errors, by: 1h}
    - {alarm: page-capacity-critical, by: 1h, if_alarm: "function-*concurrency-critical"}
    - {alarm: no-such-alarm, by: 1h}
  allow: [page-usage-warn, page-traffic]
  silent: [endpoint-cpu-warn, "page-*-errors"]
  states:
    - {alarm: table-silent, is: OK, by: 1h}
    - {alarm: function-silent, is: OK, by: 1h, if_alarm: function-silent}
""",
    )
    (kept,), _ = fitting([given], theirs(functions=[FUNCTION]))
    assert [page.alarm for page in kept.expect.pages or ()] == ["page-api-down", "no-such-alarm"]
    assert (kept.expect.allow, kept.expect.silent) == (["page-traffic"], ["page-*-errors"])
    assert [state.alarm for state in kept.expect.states] == ["function-silent"]
    (reserved,), _ = fitting([given], theirs(functions=[{**FUNCTION, "reserved_concurrency": 5}]))
    assert [page.alarm for page in reserved.expect.pages or ()][1] == "page-capacity-critical"


def test_of_a_file_s_service_nothing_is_known_so_all_is_rehearsed(tmp_path: Path) -> None:
    alarms = replace(theirs(functions=[FUNCTION]), parts=None)
    given = scenario(tmp_path, "faults: [{fault: model-down, at: 1m}]\nexpect: {pages: []}")
    assert fitting([given], alarms) == ([given], alarms)


def test_a_surge_can_be_sized_by_the_api_s_own_throttle() -> None:
    shape = Shape(usual_per_minute=60, rate_limit_per_s=theirs(functions=[FUNCTION]).rate_limit_per_s)
    assert promise.sized("surge", {"limits": 2.0}, Slo(), shape) == {"factor": 400.0}
    assert promise.sized("surge", {"factor": 3.0}, Slo(), shape) == {"factor": 3.0}


def test_the_time_budget_is_the_gateway_s_or_the_function_s() -> None:
    assert theirs(functions=[FUNCTION]).budget_ms == 29_000
    assert of_settings("dev", config.parse(config.read_stack("dev"))).budget_ms == 1500
