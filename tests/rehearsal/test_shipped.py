"""The gate: every shipped scenario's expectations hold for the catalogue over the suite's own stack."""

from typing import Any

import pytest

import config
from rehearsal.incident.scenario import FOLDER, load_all
from rehearsal.report.coverage import cover
from rehearsal.run import Result, run
from rehearsal.sources import stack


@pytest.mark.parametrize("key", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_the_scenario_s_expectations_hold(shipped: dict[str, Result], key: str) -> None:
    failures = [f"{f.where}: expected {f.expected}, but {f.happened}" for f in shipped[key].failures]
    assert failures == []


def test_every_alarm_is_tripped_by_some_scenario(shipped: dict[str, Result]) -> None:
    assert cover(list(shipped.values())).untripped == []


def test_every_fault_that_ought_to_page_is_noticed(shipped: dict[str, Result]) -> None:
    found = cover(list(shipped.values()))
    missed = {fault.kind: fault.missed_in for fault in found.faults if fault.missed_in}
    assert missed == {"cpu-busy": ["cpu-busy"]}  # five minutes of it, which are not to page
    assert (found.harmful_noticed, found.noise) == (found.harmful, 0)


def test_an_incident_sends_few_pages(shipped: dict[str, Result]) -> None:
    """Rule 4: one incident, few pages."""
    pages = {key: len(result.sent) for key, result in shipped.items()}
    assert {key for key, count in pages.items() if count > 4} == set()


def test_more_than_two_critical_pages_are_several_symptoms_and_none_goes_out_twice_but_one_that_hovers(
    shipped: dict[str, Result],
) -> None:
    critical = {
        key: [page.key for page in result.sent if page.level == "critical"] for key, result in shipped.items()
    }
    assert {key: pages for key, pages in critical.items() if len(pages) > 2} == {
        "model-slow": [
            "page-dependency-latency",
            "page-promise-latency-critical",
            "page-capacity-critical",
        ],
        "refused-flood": [
            "page-api-errors",
            "page-dependency-latency",
            "page-promise-latency-critical",
        ],
        "slow-failures": [
            "page-capacity-critical",
            "page-function-errors",
            "page-function-latency",
            "page-slo-burn-1h",
        ],
    }
    assert {key for key, pages in critical.items() if len(set(pages)) < len(pages)} == {"slow-tail"}


def test_every_metric_that_the_catalogue_reads_is_simulated(shipped: dict[str, Result]) -> None:
    assert {result.unknown_metrics for result in shipped.values()} == {()}


# Other teams' promises, each with what its stack then needs; the second has GPUs.
OTHERS: dict[str, dict[str, Any]] = {
    "99.5-500": {"slo": {"availability_pct": 99.5, "latency_p90_ms": 500}},
    "99.9-1000": {
        "slo": {"availability_pct": 99.9, "latency_p90_ms": 1000},
        "inference": {"reserved_concurrency": 200},
        "model": {"instances": {"type": "ml.g4dn.12xlarge"}},
    },
    "99.99-150": {"slo": {"availability_pct": 99.99, "latency_p90_ms": 150}},
}


@pytest.mark.parametrize("name", OTHERS)
def test_every_scenario_follows_the_stack_s_own_promise(name: str) -> None:
    raw = config.read_stack("prod")
    for section, changes in OTHERS[name].items():
        raw[section] = {**raw.get(section, {}), **changes}
    others = stack.of_settings(name, config.parse(raw))
    found = [run(scenario, others, doubt=False) for scenario in load_all([FOLDER])]
    assert [(result.scenario.key, f) for result in found for f in result.failures] == []
    assert {result.unknown_metrics for result in found} == {()}
    assert len(found) == len(list(FOLDER.glob("*.yaml"))) > 30


def test_the_quotas_of_the_account_are_rehearsed_beyond_their_limit_and_silent(
    shipped: dict[str, Result],
) -> None:
    made = {key: result for key, result in shipped.items() if key.startswith("kpi-quota-")}
    assert set(made) == {
        *(f"kpi-quota-{key}" for key in ("concurrency", "instances-c6i-large", "api-requests")),
        *(f"kpi-quota-{key}-silent" for key in ("concurrency", "instances-c6i-large")),
    }
    for key, result in made.items():
        assert [f"{f.expected}, but {f.happened}" for f in result.failures] == [], key
