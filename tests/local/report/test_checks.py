"""What has to hold for a run to pass, and that nothing else passes."""

from dataclasses import replace
from typing import Any

import pytest

from local.emulator import MONITOR_ACCOUNT
from local.report import checks
from local.report.checks import summarise
from local.run.client import Sample
from local.run.findings import Findings
from local.run.watching import Page
from local.summary import Summary, Target
from tests.local.made import START, faulty, findings, phase, probe, sample

TARGET = Target(availability_pct=99.95, p90_ms=200.0)
FAULTS = {
    "model-slow": ("time_budget_exceeded", 504, "status"),
    "model-down": ("model_failure", 502, "status"),
    "model-wrong": ("wrong_value", 200, "value"),
    "table-throttled": ("throttled", 503, "status"),
    "quota-exhausted": ("too_many_requests", 429, None),
}


def broken(summary: Summary) -> list[str]:
    return [check.name for check in summary.checks if not check.held]


def test_a_good_run_holds_and_says_what_was_checked() -> None:
    summary = summarise(findings())
    assert (summary.held, broken(summary)) == (True, [])
    assert [check.name for check in summary.checks] == [
        "No request failed",
        "p90 below 200 ms",
        "The canary's schedule fired and every probe succeeded",
        "Every trace is complete, from the API into the model",
        "Usage was published for every plan",
    ]


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"phases": (phase("all well", 1001),)}, "No request failed"),
        ({"probes": ()}, "The canary's schedule fired and every probe succeeded"),
        (
            {"probes": (probe(60, "timeout"), probe(120))},
            "The canary's schedule fired and every probe succeeded",
        ),
        ({"usage": {}}, "Usage was published for every plan"),
        ({"segments": ()}, "Every trace is complete, from the API into the model"),
    ],
)
def test_a_run_fails_by_the_one_thing_that_did_not_hold(changes: dict[str, Any], check: str) -> None:
    summary = summarise(findings(**changes))
    assert (summary.held, broken(summary)) == (False, [check])


def test_one_failed_request_in_a_thousand_fails_the_run() -> None:
    good = findings().samples
    samples = (*good[:-1], replace(good[-1], status=502, code="model_failure"))
    summary = summarise(findings(samples=samples))
    (check,) = (each for each in summary.checks if not each.held)
    assert (check.name, check.detail) == ("No request failed", "1 of 1,000 failed (1 x model_failure)")
    assert (summary.failed, summary.availability_pct) == (1, 99.9)


def test_requests_that_were_not_sent_in_time_fail_the_run_unless_their_number_was_open() -> None:
    short = checks.no_failure([sample()], 3)
    assert (short.held, short.detail) == (False, "0 of 1 failed; 2 of 3 were not sent in time")
    assert checks.no_failure([sample()], None).held
    assert not checks.no_failure([], None).held


def test_a_p90_at_the_target_is_not_below_it() -> None:
    assert checks.fast([sample(latency_ms=199.9)] * 100, TARGET).held
    at_the_target = checks.fast([sample(latency_ms=200.0)] * 100, TARGET)
    said = "p90 was 200 ms; on a busy or small machine take fewer --clients"
    assert (at_the_target.held, at_the_target.detail) == (False, said)


def test_requests_without_an_answer_are_no_fast_ones() -> None:
    assert not checks.fast([sample(status=0, code="timeout")], TARGET).held


def test_usage_that_counts_nobody_is_not_published_usage() -> None:
    used = findings().usage["partners"]
    empty = checks.usage_published({"partners": used.model_copy(update={"requests": 0})}, ["partners"])
    assert (empty.held, empty.detail) == (False, "0 requests of customers counted")
    missing = checks.usage_published({"partners": used}, ["partners", "trial"])
    assert (missing.held, missing.detail) == (
        False,
        "1,000 requests of customers counted; nothing published for trial",
    )


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_that_shows_as_described_passes(name: str) -> None:
    summary = summarise(faulty(name, *FAULTS[name]))
    assert (summary.held, broken(summary)) == (True, [])
    assert summary.fault is not None
    assert (summary.fault.name, summary.fault.as_expected) == (name, True)
    assert summary.p90_ms is not None


def test_a_stopped_canary_passes_when_no_probe_came_since() -> None:
    silent = replace(faulty("canary-stopped", "", 200, None), probes=(probe(1),))
    assert summarise(silent).held
    assert not summarise(replace(silent, probes=(probe(1), probe(60)))).held


def test_a_fault_that_does_not_show_fails_the_run() -> None:
    summary = summarise(faulty("model-down", "", 200, None))
    assert broken(summary) == ["The fault model-down shows as it should"]


def test_a_failure_before_the_fault_fails_the_run() -> None:
    found: Findings = faulty("model-down", *FAULTS["model-down"])
    first = replace(found.samples[0], status=503, code="throttled")
    summary = summarise(replace(found, samples=(first, *found.samples[1:])))
    assert broken(summary) == ["No request failed before the fault"]


def test_the_summary_holds_what_was_found() -> None:
    summary = summarise(findings())
    assert (summary.requests, summary.failed, summary.availability_pct) == (1000, 0, 100.0)
    assert (summary.service, summary.region, summary.clients) == ("inference-dev", "eu-central-1", 8)
    assert summary.started_at == "2025-11-24T14:03:20+00:00"
    assert summary.canary.model_dump() == {"probes": 1, "succeeded": 1, "reasons": {}}
    assert summary.resources.model_dump() == {"service": 3, "monitor": 1}
    assert summary.alarms == {"inference-dev-availability": "OK"}
    assert summary.statuses == {"200": 1000}
    assert (summary.fault, summary.wall_s) == (None, 78.0)


def test_the_summary_counts_why_probes_failed() -> None:
    probes = (probe(1), probe(2, "timeout"), probe(3, "value"), probe(4, "timeout"))
    canary = summarise(findings(probes=probes)).canary
    assert (canary.probes, canary.succeeded) == (4, 1)
    assert list(canary.reasons.items()) == [("timeout", 2), ("value", 1)]


def test_a_p90_of_fewer_than_a_hundred_answers_is_not_judged() -> None:
    slow = checks.fast([sample(latency_ms=900.0)] * 99, TARGET)
    assert (slow.held, slow.detail) == (True, "not judged: 99 answers, a p90 needs 100")
    assert not checks.fast([sample(latency_ms=900.0)] * 100, TARGET).held


def of(right: int, *, wrong: int = 0, code: str = "model_failure", latency_ms: float = 50.0) -> list[Sample]:
    return [sample(latency_ms=latency_ms)] * right + [sample(code=code, status=502)] * wrong


@pytest.mark.parametrize(
    ("samples", "kept"),
    [
        (of(9995, wrong=5), True),
        (of(9994, wrong=6), False),
        (of(100, latency_ms=199.9), True),
        (of(100, latency_ms=200.0), False),
        (of(10, wrong=900, code="too_many_requests"), True),
        ([], False),
    ],
)
def test_the_slo_is_kept_or_not_by_availability_and_p90_and_quotas_do_not_count(
    samples: list[Sample], kept: bool
) -> None:
    assert checks.slo_kept(samples, TARGET) is kept


def test_the_summary_says_what_went_off_and_which_pages_it_led_to() -> None:
    made = findings()
    alarm = replace(made.alarms[0], went_off=((START + 60, START + 120), (START + 180, None)))
    page = Page(
        at=START + 60,
        alarm=alarm.name,
        account=alarm.account,
        level="critical",
        topic="inference-dev-critical",
        to=("team@example.org",),
        muted_by=None,
    )
    summary = summarise(findings(alarms=(alarm,), pages=(page,)))
    assert [(one.alarm, one.at, one.until) for one in summary.went_off] == [
        (alarm.name, "2025-11-24T14:04:20+00:00", "2025-11-24T14:05:20+00:00"),
        (alarm.name, "2025-11-24T14:06:20+00:00", None),
    ]
    assert [one.model_dump() for one in summary.pages] == [
        {
            "at": "2025-11-24T14:04:20+00:00",
            "alarm": alarm.name,
            "account": MONITOR_ACCOUNT,
            "level": "critical",
            "topic": "inference-dev-critical",
            "to": ["team@example.org"],
            "muted_by": None,
            "pending": False,
        }
    ]
