"""What is made once an account and region, and that no service stack makes it as well."""

import json
from typing import Any

import pytest

import config
from bootstrap.account import AccountSettings
from tests.components.harness import (
    ACCOUNTS,
    BOOTSTRAP,
    Run,
    run_bootstrap,
    run_stack,
    unwrap,
    yaml_of,
)

SINK = "arn:aws:oam:eu-central-1:222222222222:sink/abc"
LOG_ROLE = "api-gateway-logs-eu-central-1"


def kinds(run: Run) -> dict[str, str]:
    """Kind by logical name, of AWS resources."""
    return {m.name: m.type.split(":")[-1] for m in run.made if m.type.startswith("aws:")}


@pytest.fixture(scope="module")
def monitor() -> Run:
    return run_bootstrap("monitor")


@pytest.fixture(scope="module")
def service(monitor: Run) -> Run:
    return run_bootstrap("service", {"observability": {"sink_arn": monitor.outputs["sink_arn"]}})


def test_the_monitor_account_gets_a_sink_with_its_policy_and_the_role_that_sees_shared_alarms(
    monitor: Run,
) -> None:
    assert kinds(monitor) == {
        "observability-sink": "Sink",
        "observability-policy": "SinkPolicy",
        "sharing-role": "ServiceLinkedRole",
    }
    assert monitor.one("ServiceLinkedRole").inputs == {
        "awsServiceName": "cloudwatch-crossaccount.amazonaws.com"
    }
    assert monitor.one("SinkPolicy").inputs["sinkIdentifier"] == monitor.outputs["sink_arn"]


def test_the_sink_takes_links_from_the_service_accounts_for_three_kinds_of_telemetry() -> None:
    run = run_bootstrap("monitor", {"further_sources": ["333333333333"]})
    (statement,) = json.loads(run.one("SinkPolicy").inputs["policy"])["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::333333333333:root"]},
        "Action": ["oam:CreateLink", "oam:UpdateLink"],
        "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": {
                "oam:ResourceTypes": [
                    "AWS::CloudWatch::Metric",
                    "AWS::Logs::LogGroup",
                    "AWS::XRay::Trace",
                ]
            }
        },
    }


def test_the_service_account_gets_the_gateways_log_role_the_sharing_role_and_its_one_link(
    service: Run, monitor: Run
) -> None:
    assert kinds(service) == {
        "api-logging-role": "Role",
        "api-logging-policy": "RolePolicy",
        "api-logging-account": "Account",
        "sharing-role": "Role",
        "sharing-policy": "RolePolicy",
        "observability-link": "Link",
    }
    link = service.one("Link").inputs
    assert link["sinkIdentifier"] == monitor.outputs["sink_arn"]
    assert "linkConfiguration" not in link
    roles = {name: made.inputs["name"] for name, made in service.of("Role").items()}
    assert roles == {"api-logging-role": LOG_ROLE, "sharing-role": "CloudWatch-CrossAccountSharingRole"}
    assert service.one("Account").inputs["cloudwatchRoleArn"] == (
        f"arn:aws:role:eu-central-1:111111111111:{LOG_ROLE}"
    )


def test_every_resource_is_made_in_its_own_account_and_protected(monitor: Run, service: Run) -> None:
    for role, run in (("monitor", monitor), ("service", service)):
        assert {m.account for m in run.made if m.type.startswith("aws:")} == {ACCOUNTS[role]}
        assert set(kinds(run)) <= run.protected
    assert not run_bootstrap("monitor", {"deletion_protection": False}).protected


@pytest.mark.parametrize(
    ("role", "changes", "missing"),
    [
        ("monitor", {"sharing": False}, {"sharing-role"}),
        ("monitor", {"observability": {"sink_arn": SINK}}, {"observability-sink", "observability-policy"}),
        (
            "service",
            {"api_gateway_logs": False},
            {"api-logging-role", "api-logging-policy", "api-logging-account"},
        ),
        ("service", {"sharing": False}, {"sharing-role", "sharing-policy"}),
    ],
)
def test_what_exists_already_is_not_made(role: str, changes: dict[str, Any], missing: set[str]) -> None:
    assert set(kinds(run_bootstrap(role))) - set(kinds(run_bootstrap(role, changes))) == missing


def test_a_sink_that_exists_is_handed_on() -> None:
    assert run_bootstrap("monitor", {"observability": {"sink_arn": SINK}}).outputs == {"sink_arn": SINK}


def test_the_link_shares_what_its_filters_let_through() -> None:
    filters = {"metric_filter": "Namespace LIKE 'AWS/%'", "log_filter": "LogGroupName LIKE '/aws/%'"}
    run = run_bootstrap("service", {"observability": {"sink_arn": SINK, **filters}})
    assert run.one("Link").inputs["linkConfiguration"] == {
        "metricConfiguration": {"filter": "Namespace LIKE 'AWS/%'"},
        "logGroupConfiguration": {"filter": "LogGroupName LIKE '/aws/%'"},
    }


def test_a_service_account_without_a_link_says_so_with_the_command(service: Run) -> None:
    run = run_bootstrap("service", preview=True)
    (warning,) = run.warnings
    assert warning.startswith("NO LINK")
    command = (
        'config set -s service --path observability.sink_arn "$(pulumi stack output -s monitor sink_arn)"'
    )
    assert command in warning
    assert not run.of("Link")
    assert service.warnings == ()


def problems(**settings: Any) -> str:
    raw = {"role": "service", "region": "eu-central-1", "accounts": ACCOUNTS, **settings}
    with pytest.raises(config.ConfigError) as caught:
        config.parse_as(AccountSettings, BOOTSTRAP, raw)
    return str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"further_sources": ["333333333333"]}, "`further_sources` has no effect in a service account"),
        (
            {"role": "monitor", "observability": {"sink_arn": SINK, "log_filter": "LogGroupName = 'a'"}},
            "a filter has no effect in a monitor account",
        ),
        ({"role": "monitor", "api_gateway_logs": False}, "`api_gateway_logs` has no effect in a monitor"),
        (
            {"observability": {"sink_arn": SINK.replace("eu-central-1", "us-east-1")}},
            "is not in eu-central-1",
        ),
        ({"observability": {"sink_arn": "arn:aws:sns:eu-central-1:222222222222:topic"}}, "sink_arn: String"),
        ({"observability": {"metric_filter": "Namespace = 'a'"}}, "a filter without `sink_arn`"),
        ({"observability": {"sink_arn": SINK, "metric_filter": "AWS/Lambda"}}, "metric_filter: String"),
        ({"observability": {"sink_arn": SINK, "log_filter": "aws"}}, "log_filter: String"),
        ({"sharing_role": True}, "Did you mean `sharing`?"),
    ],
)
def test_a_setting_that_would_have_no_effect_or_be_refused_is_refused(
    settings: dict[str, Any], message: str
) -> None:
    assert message in problems(**settings)


SINGLETONS = {"Account", "Sink", "SinkPolicy", "Link", "ServiceLinkedRole"}


def test_no_service_or_monitor_stack_makes_what_an_account_has_once(
    dev: Run, dev_monitor: Run, prod: Run, prod_monitor: Run
) -> None:
    for run in (dev, dev_monitor, prod, prod_monitor):
        assert not SINGLETONS & set(kinds(run).values())
        assert "CloudWatch-CrossAccountSharingRole" not in {r.inputs["name"] for r in run.of("Role").values()}


def test_protection_covers_what_cannot_be_made_again_and_goes_with_its_setting(prod: Run, dev: Run) -> None:
    assert prod.protected == {
        "inference-prod-encryption-key",
        "inference-prod-model-repository",
        "inference-prod-reference-data-table",
        "inference-prod-api-api",
        "inference-prod-evidence-reader-heads",
    }
    assert not dev.protected


def test_a_monitor_stack_cannot_be_destroyed_with_the_evidence_that_it_keeps(
    prod_monitor: Run, dev_monitor: Run
) -> None:
    assert prod_monitor.protected == {"inference-prod-encryption-key", "inference-prod-evidence-store-bucket"}
    assert not dev_monitor.protected


def test_reserved_concurrency_can_be_off() -> None:
    for off in (None, False, "off"):
        run = run_stack("dev", {"inference": {"reserved_concurrency": off}})
        function = run.of("Function")["inference-dev-inference-function"]
        assert "reservedConcurrentExecutions" not in unwrap(function.inputs)
        assert run.outputs["watched"]["functions"][0]["reserved_concurrency"] is None
        assert not [n for n in run.of("MetricAlarm") if "function-concurrency" in n]


def test_the_project_file_declares_every_setting_with_the_default_the_program_has() -> None:
    declared = yaml_of("bootstrap/Pulumi.yaml")["config"]
    assert set(declared) == set(AccountSettings.model_fields)
    required = {name for name, field in AccountSettings.model_fields.items() if field.is_required()}
    assert {name for name, entry in declared.items() if "default" not in entry} == required
    bare = {"role": "service", "region": "eu-central-1", "accounts": ACCOUNTS}
    defaults = {name: entry["default"] for name, entry in declared.items() if "default" in entry}
    assert config.parse_as(AccountSettings, BOOTSTRAP, {**defaults, **bare}) == config.parse_as(
        AccountSettings, BOOTSTRAP, bare
    )
