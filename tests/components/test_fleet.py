"""One monitor stack over several services: side by side, apart, and each as if it were alone."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from tests.components.harness import ACCOUNTS, Run, policy_documents, run_stack, unwrap
from tests.components.test_stack_outputs import compared
from tests.components.test_stacks import physical_names

ORG = "acme/inference-watch"
ONCALL = {"protocol": "email", "endpoint": "oncall@example.com"}
FRAUD = {"protocol": "email", "endpoint": "fraud@example.com"}
OTHER_ACCOUNT = "333333333333"
Outputs = Mapping[str, Any]


@pytest.fixture(scope="module")
def outputs(dev: Run) -> dict[str, Outputs]:
    """A service, its staging copy, and another one in an account of its own."""
    other = {"service": OTHER_ACCOUNT, "monitor": "222222222222"}
    staging = run_stack("dev", {"env": "staging", "notifications": {"critical": [ONCALL]}})
    fraud = run_stack(
        "dev",
        {"name": "fraud", "accounts": other, "notifications": {"critical": [ONCALL, FRAUD], "warn": [FRAUD]}},
    )
    return {
        f"{ORG}/dev": dev.outputs,
        f"{ORG}/staging": staging.outputs,
        "acme/others/fraud": fraud.outputs,
    }


ALL = ("dev", "staging", "acme/others/fraud")
NAMES = {"dev": "inference-dev", "staging": "inference-staging", "acme/others/fraud": "fraud-dev"}


def watch(outputs: Mapping[str, Outputs], *watches: str, preview: bool = False, **changes: Any) -> Run:
    return run_stack(
        "dev-monitor",
        {"watches": list(watches), **changes},
        by_stack=outputs,
        name="watch",
        preview=preview,
    )


@pytest.fixture(scope="module")
def fleet(outputs: dict[str, Outputs]) -> Run:
    return watch(outputs, *ALL)


def resources(run: Run) -> dict[str, str]:
    """What the engine would compare, by name; the overview and the evidence are of all and so of none."""
    return {
        m.name: compared(m.inputs)
        for m in run.made
        if m.type.startswith("aws:") and "overview" not in m.name and "-evidence" not in m.name
    }


def test_each_service_has_its_own_and_the_rest_is_there_once(fleet: Run) -> None:
    assert {m.inputs["name"] for m in fleet.of("Function").values()} == {
        "inference-dev-evidence",
        *(f"{name}-canary" for name in NAMES.values()),
    }
    assert {m.inputs["dashboardName"] for m in fleet.of("Dashboard").values()} == {
        "inference-dev-monitor-overview",
        *(f"{name}-monitor" for name in NAMES.values()),
    }
    assert {m.inputs["name"] for m in fleet.of("Topic").values()} == {
        "inference-dev-monitor-critical",
        "inference-dev-monitor-warn",
    }
    assert len(fleet.of("Key")) == 1
    assert sorted(fleet.references) == [f"{ORG}/dev", f"{ORG}/staging", "acme/others/fraud"]
    assert set(fleet.outputs["services"]) == set(NAMES.values())


def test_no_two_services_share_a_physical_name(fleet: Run) -> None:
    named = [m for m in fleet.made if m.type.startswith("aws:")]
    assert len({m.name for m in named}) == len(named)
    alarms = [fleet.outputs["services"][name]["alarms"] for name in NAMES.values()]
    assert len({alarm for own in alarms for alarm in own}) == sum(map(len, alarms)) > 3 * 20
    assert len(physical_names(fleet)) > len(alarms)


def test_a_service_is_watched_alike_alone_and_among_others(outputs: dict[str, Outputs], fleet: Run) -> None:
    together = resources(fleet)
    for stack in ALL:
        alone = resources(watch(outputs, stack))
        assert alone.items() <= together.items()
        own = {name for name in together if name.startswith(f"{NAMES[stack]}-") and "monitor" not in name}
        assert len(own) > 40


@pytest.mark.parametrize("gone", ALL)
def test_taking_one_away_changes_nothing_of_the_others(
    outputs: dict[str, Outputs], fleet: Run, gone: str
) -> None:
    left = resources(watch(outputs, *(stack for stack in ALL if stack != gone)))
    before = resources(fleet)
    assert left.items() <= before.items()
    own = {name for name in before if name.startswith(f"{NAMES[gone]}-")}
    taken = before.keys() - left.keys()
    assert {name for name in taken if "notifications" not in name} <= own
    assert f"{NAMES[gone]}-canary-function" in taken


def test_the_canary_of_a_service_in_another_account_may_call_that_and_nothing_else(fleet: Run) -> None:
    policy = policy_documents(fleet)["fraud-dev-canary-policy"]
    (invoke,) = (s for s in policy["Statement"] if s["Action"] == "execute-api:Invoke")
    assert invoke["Resource"].startswith(f"arn:aws:execute-api:eu-central-1:{OTHER_ACCOUNT}:")
    for service, account in (("fraud-dev", OTHER_ACCOUNT), ("inference-dev", ACCOUNTS["service"])):
        burn = fleet.of("MetricAlarm")[f"{service}-alarms-api-burn-1h-long"].inputs["metricQueries"]
        assert {query["accountId"] for query in burn if "metric" in query} == {account}


def test_each_subscriber_of_any_service_hears_of_all_once(fleet: Run) -> None:
    found = [
        (unwrap(m.inputs["topic"]).rsplit("-", 1)[1], unwrap(m.inputs["endpoint"]))
        for m in fleet.of("TopicSubscription").values()
    ]
    assert sorted(found) == [
        ("critical", "fraud@example.com"),
        ("critical", "oncall@example.com"),
        ("warn", "fraud@example.com"),
    ]


def test_the_overview_has_a_row_a_service_in_the_configured_order(fleet: Run) -> None:
    body = json.loads(fleet.of("Dashboard")["inference-dev-overview-dashboard"].inputs["dashboardBody"])
    rows = [w["properties"]["markdown"] for w in body["widgets"] if w["type"] == "text"]
    assert [row.partition("]")[0] for row in rows[1:]] == [
        "## [inference-dev",
        "## [inference-staging",
        "## [fraud-dev",
    ]


EAST, WEST = "us-east-1", "eu-west-1"
VPC = {"subnets": ["subnet-0123456789abcdef0"], "security_groups": ["sg-0123456789abcdef0"]}


def test_what_is_otherwise_for_one_service_is_so_for_no_other(outputs: dict[str, Outputs]) -> None:
    each = {"staging": {"locations": [WEST], "timeout_ms": 9000}, "acme/others/fraud": {"vpc": VPC}}
    run = watch(outputs, *ALL, canary={"timeout_ms": 4000, "locations": [EAST], "each": each})
    found = {
        (made.inputs["name"], variables.get("LOCATION", "")): (
            variables["TIMEOUT_MS"],
            "vpcConfig" in made.inputs,
        )
        for made in run.of("Function").values()
        if "-canary" in made.name
        for variables in (unwrap(made.inputs["environment"]["variables"]),)
    }
    home = "eu-central-1"
    assert found == {
        ("inference-dev-canary", home): ("4000", False),
        ("inference-dev-canary", EAST): ("4000", False),
        ("inference-staging-canary", home): ("9000", False),
        ("inference-staging-canary", WEST): ("9000", False),
        ("fraud-dev-canary", ""): ("4000", True),
    }
    assert sorted(made.provider.split("::")[-2] for made in run.of("Key").values() if "-1-" in made.name) == [
        f"inference-dev-{WEST}",
        f"inference-dev-{EAST}",
    ]
    alarms = {made.inputs["name"] for made in run.of("MetricAlarm").values()}
    assert {name for name in alarms if name.endswith("-silent") and "-canary-" in name} == {
        f"inference-dev-monitor-canary-{home}-silent",
        f"inference-dev-monitor-canary-{EAST}-silent",
        f"inference-staging-monitor-canary-{home}-silent",
        f"inference-staging-monitor-canary-{WEST}-silent",
    }


def test_two_services_of_one_name_are_refused_with_both_stacks(outputs: dict[str, Outputs]) -> None:
    twins = {**outputs, f"{ORG}/twin": outputs[f"{ORG}/dev"]}
    message = f"Stacks '{ORG}/dev' and '{ORG}/twin' both are service 'inference-dev'"
    with pytest.raises(pulumi.RunError, match=message):
        watch(twins, "dev", "twin")


def test_a_service_of_another_region_is_refused(outputs: dict[str, Outputs]) -> None:
    elsewhere = {"watched": {**outputs[f"{ORG}/dev"]["watched"], "region": "us-east-1"}}
    with pytest.raises(pulumi.RunError, match="'acme/inference-watch/far' is in us-east-1 and this one in"):
        watch({**outputs, f"{ORG}/far": {**outputs[f"{ORG}/dev"], **elsewhere}}, "far", "staging")


@pytest.mark.parametrize(
    ("watches", "message"),
    [
        (("dev", "dev"), r"watches\[1\]: dev is there twice; it is watched once. Remove one."),
        (("dev", f"{ORG}/dev"), r"watches\[1\]: 'acme/inference-watch/dev' is there twice"),
        (("dev", "watch"), r"watches\[1\]: 'acme/inference-watch/watch' is this stack itself"),
    ],
)
def test_a_stack_twice_or_this_one_itself_is_refused(
    outputs: dict[str, Outputs], watches: tuple[str, ...], message: str
) -> None:
    with pytest.raises(pulumi.RunError, match=message):
        watch(outputs, *watches)


@pytest.mark.parametrize("missing", ["watched", "api_url", "subscriptions"])
def test_a_broken_service_takes_no_other_ones_alarms_away(
    outputs: dict[str, Outputs], fleet: Run, missing: str
) -> None:
    broken = {**outputs, f"{ORG}/staging": {**outputs[f"{ORG}/staging"], missing: None}}
    preview = watch(broken, *ALL, preview=True)
    (warning,) = (w for w in preview.warnings if "NOBODY" not in w)
    assert warning.startswith(f"Stack '{ORG}/staging' has no output '{missing}' yet")
    for name in ("inference-dev", "fraud-dev"):
        own = {n for n in resources(fleet) if n.startswith(f"{name}-")}
        assert {n for n in own if "-monitor" not in n} <= {m.name for m in preview.made}
    with pytest.raises(pulumi.RunError, match=f"Stack '{ORG}/staging' has no output '{missing}' yet"):
        watch(broken, *ALL)


def test_a_service_whose_alarms_cannot_be_is_named_before_anything_is_made(
    outputs: dict[str, Outputs],
) -> None:
    watched = outputs[f"{ORG}/staging"]["watched"]
    tuned = {**watched, "tuning": {"each": {"no-such-alarm": {"enabled": False}}}}
    broken = {**outputs, f"{ORG}/staging": {**outputs[f"{ORG}/staging"], "watched": tuned}}
    with pytest.raises(pulumi.RunError, match=f"Stack '{ORG}/staging' cannot be watched") as refused:
        watch(broken, *ALL)
    assert "no-such-alarm" in str(refused.value)
