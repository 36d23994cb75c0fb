"""Invariants of both stacks as wholes."""

import base64
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from components.service.evidence_reader import LONGEST_DAYS
from handlers.canary.metrics import NAMESPACE as CANARY_NAMESPACE
from handlers.canary.settings import API_KEY_ENVIRONMENT as CANARY_API_KEY_ENVIRONMENT
from handlers.canary.settings import ENVIRONMENT as CANARY_ENVIRONMENT
from handlers.inference import settings as inference
from handlers.usage_reporter.metrics import NAMESPACE as USAGE_NAMESPACE
from handlers.usage_reporter.settings import ENVIRONMENT as USAGE_REPORTER_ENVIRONMENT
from monitoring.names import NAMESPACE
from reports.sla.collect.deployed import ENVIRONMENT as COLLECTOR_ENVIRONMENT
from tests.components.harness import (
    ACCOUNTS,
    SECRET,
    SECRET_OUTPUTS,
    SIGNATURE,
    Made,
    Run,
    api_key,
    policy_documents,
    run_stack,
    unwrap,
)

WATCHING = ("MetricAlarm", "CompositeAlarm")  # the catalogue's tests count these


def kinds(run: Run) -> Counter[str]:
    """How many of each AWS type, alarms left out."""
    counts = Counter(m.type.split(":")[-1] for m in run.made if m.type.startswith("aws:"))
    return Counter({kind: n for kind, n in counts.items() if kind not in WATCHING})


SERVICE = Counter(
    Alias=3,  # the key's, and one a function
    ApiKey=4,
    Dashboard=1,
    Deployment=1,
    Endpoint=1,
    EndpointConfiguration=1,
    Function=2,
    FunctionEventInvokeConfig=1,
    Group=2,
    Key=1,
    LayerVersion=1,
    LifecyclePolicy=1,
    LogGroup=6,
    LogMetricFilter=1,
    MethodSettings=1,
    Model=1,
    Permission=1,
    Queue=1,
    Repository=1,
    RestApi=1,
    Role=5,
    RolePolicy=7,
    SamplingRule=1,
    Schedule=1,
    Stage=1,
    Table=1,
    TableItem=1,
    Topic=2,
    TopicPolicy=2,
    UsagePlan=3,
    UsagePlanKey=4,
)
CANARY_AND_TOPICS = Counter(
    Alias=2,
    Dashboard=2,  # of the service, and over all
    Function=1,
    FunctionEventInvokeConfig=1,
    Key=1,
    LayerVersion=1,
    LogGroup=1,
    Role=2,
    RolePolicy=2,
    Schedule=1,
    Secret=1,
    SecretVersion=1,
    Topic=2,
    TopicPolicy=2,
)
EVIDENCE = Counter(
    Alias=1,
    Bucket=1,
    BucketLifecycleConfiguration=1,
    BucketObjectLockConfiguration=1,
    BucketPolicy=1,
    BucketPublicAccessBlock=1,
    BucketServerSideEncryptionConfiguration=1,
    BucketVersioning=1,
    Function=1,
    FunctionEventInvokeConfig=1,
    LayerVersion=1,
    LogGroup=1,
    Queue=1,
    Role=2,
    RolePolicy=2,
    Schedule=1,
)
MONITOR = CANARY_AND_TOPICS + EVIDENCE


def test_the_dev_service_stack_makes_exactly_these_resources(dev: Run) -> None:
    assert kinds(dev) == SERVICE


def test_the_prod_service_stack_adds_scaling_provisioned_concurrency_sampling_and_a_web_acl(
    prod: Run,
) -> None:
    more = Counter(
        ProvisionedConcurrencyConfig=1, SamplingRule=2, Target=1, Policy=1, WebAcl=1, WebAclAssociation=1
    )
    # prod's image comes from the harness's dev repository, so prod makes no repository of its own
    assert kinds(prod) == SERVICE + more


def test_both_monitor_stacks_make_exactly_these_resources(dev_monitor: Run, prod_monitor: Run) -> None:
    assert kinds(dev_monitor) == MONITOR
    assert kinds(prod_monitor) == MONITOR


def test_every_aws_resource_has_an_explicit_provider_of_the_right_account(
    dev: Run, dev_monitor: Run, prod: Run, prod_monitor: Run, their_api: Run
) -> None:
    for run, role in (
        (their_api, "service"),
        (dev, "service"),
        (prod, "service"),
        (dev_monitor, "monitor"),
        (prod_monitor, "monitor"),
    ):
        for made in run.made:
            if made.type.startswith("aws:"):
                assert made.account == ACCOUNTS[role], made.name
        assert [m.name for m in run.made if m.type == "pulumi:providers:aws"] == ["account"]


def environment(run: Run, function: str) -> Mapping[str, Any]:
    (made,) = (m for m in run.of("Function").values() if m.inputs["name"] == function)
    variables: Mapping[str, Any] = unwrap(made.inputs["environment"])["variables"]
    return variables


def test_the_environment_of_each_function_is_exactly_what_its_handler_reads(
    dev: Run, dev_monitor: Run
) -> None:
    assert set(environment(dev, "inference-dev-inference")) == {
        *inference.ENVIRONMENT,
        *inference.REFERENCE_ENVIRONMENT,
        *inference.MODEL_ENVIRONMENT,
    }
    assert set(environment(dev, "inference-dev-usage-reporter")) == set(USAGE_REPORTER_ENVIRONMENT)
    assert set(environment(dev_monitor, "inference-dev-canary")) == {
        *CANARY_ENVIRONMENT,
        *CANARY_API_KEY_ENVIRONMENT,
    }
    assert set(environment(dev_monitor, "inference-dev-evidence")) == set(COLLECTOR_ENVIRONMENT)


def plain_texts(value: Any) -> list[str]:
    """Every string that stands outside a secret envelope."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return []
        return [text for inner in value.values() for text in plain_texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in plain_texts(inner)]
    return [value] if isinstance(value, str) else []


SECRET_PARTS = ("value-of-", "s3cr3t-token")
WEBHOOK = "https://pager.example/integration/s3cr3t-token"


@pytest.fixture(scope="module")
def with_secrets() -> tuple[Run, Run]:
    subscribers = {"critical": [{"protocol": "https", "endpoint": WEBHOOK}]}
    service = run_stack("dev", {"notifications": subscribers})
    return service, run_stack("dev-monitor", stack_outputs=service.outputs)


def test_no_secret_stands_in_plain_text_in_any_input_or_output(with_secrets: tuple[Run, Run]) -> None:
    service, monitor = with_secrets
    for run in with_secrets:
        texts = "\n".join(f"{m.name} {text}" for m in run.made for text in [m.name, *plain_texts(m.inputs)])
        assert not [part for part in SECRET_PARTS if part in texts]
    assert service.secret_outputs == SECRET_OUTPUTS
    assert service.outputs["canary_api_key"] == api_key("inference-dev-canary")
    assert "value-of-" not in json.dumps(
        {k: v for k, v in service.outputs.items() if k not in SECRET_OUTPUTS}
    )
    assert monitor.secret_outputs == frozenset()
    assert unwrap(monitor.one("SecretVersion").inputs["secretString"]) == api_key("inference-dev-canary")
    assert unwrap(monitor.one("TopicSubscription").inputs["endpoint"]) == WEBHOOK


def test_no_secret_stands_in_the_state_whichever_output_it_comes_back_in(
    with_secrets: tuple[Run, Run],
) -> None:
    hidden = set()
    for made in (made for run in with_secrets for made in run.made if made.type.startswith("aws:")):
        for name, value in made.outputs.items():
            if any(part in repr(unwrap(value)) for part in SECRET_PARTS):
                # The engine keeps an input's secrecy for the output of the same name, and that alone.
                marked = name in made.options.additionalSecretOutputs
                assert marked or not plain_texts(made.inputs.get(name, "plain")), f"{made.name}: {name}"
                hidden.add((made.type.split(":")[-1], name))
    assert hidden == {
        ("ApiKey", "value"),
        ("UsagePlanKey", "value"),
        ("SecretVersion", "secretString"),
        ("TopicSubscription", "endpoint"),
    }


# Where AWS offers nothing narrower than "*", and the condition that narrows it where there is one.
WILDCARDS = {
    ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    ("cloudwatch:PutMetricData",),
    ("ecr:GetAuthorizationToken",),
    ("cloudwatch:DescribeAlarmHistory", "cloudwatch:GetMetricData"),
    ("cloudwatch:DescribeAlarmHistory", "cloudwatch:GetMetricData", "logs:GetQueryResults"),
}


def statements(run: Run) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, s) for name, doc in policy_documents(run).items() for s in doc["Statement"]]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_no_role_policy_has_a_wildcard_action(prod: Run, prod_monitor: Run, their_api: Run) -> None:
    for run in (prod, prod_monitor, their_api):
        for name, statement in statements(run):
            assert not [a for a in listed(statement["Action"]) if "*" in a], name


def test_resource_wildcards_stand_only_where_aws_offers_nothing_narrower(
    prod: Run, prod_monitor: Run, their_api: Run
) -> None:
    for run in (prod, prod_monitor, their_api):
        for name, statement in statements(run):
            if "*" in listed(statement["Resource"]):
                actions = tuple(sorted(listed(statement["Action"])))
                assert actions in WILDCARDS, name
                if actions == ("cloudwatch:PutMetricData",):
                    assert statement["Condition"]["StringEquals"]["cloudwatch:namespace"], name


def test_every_log_group_keeps_its_lines_for_the_configured_time_and_is_encrypted(
    prod: Run, prod_monitor: Run, their_api: Run
) -> None:
    for run in (prod, prod_monitor, their_api):
        for name, group in run.of("LogGroup").items():
            # Heads of the evidence are kept as long as AWS keeps: they prove that it was not changed.
            kept = LONGEST_DAYS if name.endswith("-evidence-reader-heads") else 90
            assert group.inputs["retentionInDays"] == kept, name
            assert ":key:" in unwrap(group.inputs["kmsKeyId"]), name


def test_everything_that_stores_or_queues_is_encrypted_with_the_stacks_key(
    prod: Run, prod_monitor: Run, their_api: Run
) -> None:
    for run in (prod, prod_monitor, their_api):
        for made in [*run.of("Topic").values(), *run.of("Queue").values()]:
            assert ":key:" in unwrap(made.inputs["kmsMasterKeyId"]), made.name
    assert ":key:" in prod.one("Table").inputs["serverSideEncryption"]["kmsKeyArn"]
    assert ":key:" in prod_monitor.one("Secret").inputs["kmsKeyId"]


PHYSICAL = ("name", "functionName", "layerName", "ruleName", "groupName", "dashboardName", "alarmName", "acl")
# Names that belong to something named already, or that AWS scopes to a parent of ours.
SCOPED = (
    "RolePolicy",
    "Alias",
    "FunctionEventInvokeConfig",
    "Permission",
    "ProvisionedConcurrencyConfig",
    "Stage",
)


def physical_names(run: Run) -> set[tuple[str, str]]:
    names = set()
    for made in run.made:
        kind = made.type.split(":")[-1]
        if made.type.startswith("aws:") and (kind not in SCOPED or made.type.startswith("aws:kms")):
            names |= {(made.type, unwrap(made.inputs[key])) for key in PHYSICAL if key in made.inputs}
    return names


def test_the_monitor_stack_exports_what_people_look_at(dev_monitor: Run) -> None:
    outputs = dict(dev_monitor.outputs)
    ((name, service),) = outputs.pop("services").items()
    assert name == "inference-dev"
    evidence = outputs.pop("evidence")
    assert {*service.pop("alarms"), *evidence.pop("alarms")} == {
        *(made.inputs["name"] for made in dev_monitor.metric_alarms().values()),
        *(made.inputs["alarmName"] for made in dev_monitor.of("CompositeAlarm").values()),
    }
    assert service == {
        "canary_function_name": "inference-dev-canary",
        "dashboard_name": "inference-dev-monitor",
    }
    assert evidence == {
        "bucket_name": "inference-dev-evidence-store-bucket-id",
        "function_name": "inference-dev-evidence",
    }
    assert outputs == {
        "identity": {"name": "inference-dev", "region": "eu-central-1", "account": "222222222222"},
        "dashboard_name": "inference-dev-monitor-overview",
        "topics": {
            level: f"arn:aws:topic:eu-central-1:222222222222:inference-dev-monitor-{level}"
            for level in ("warn", "critical")
        },
    }


def test_a_second_service_in_the_same_accounts_collides_with_nothing(dev: Run, dev_monitor: Run) -> None:
    other = run_stack("dev", {"name": "fraud"})
    other_monitor = run_stack("dev-monitor", {"name": "fraud"}, stack_outputs=other.outputs)
    for first, second in ((dev, other), (dev_monitor, other_monitor)):
        assert len(physical_names(first)) > 10
        assert physical_names(first) & physical_names(second) == set()
        assert {m.name for m in first.made if m.type.startswith("aws:")} & {
            m.name for m in second.made if m.type.startswith("aws:")
        } == set()


def test_a_monitor_stack_that_names_another_service_is_refused(dev: Run) -> None:
    with pytest.raises(Exception, match="the service stack of its pair is \\('inference-dev'"):
        run_stack("dev-monitor", {"name": "fraud"}, stack_outputs=dev.outputs)


def test_the_monitor_stack_reads_the_service_stack_of_its_pair(dev_monitor: Run) -> None:
    assert not [m for m in dev_monitor.made if m.type.startswith("aws:apigateway")]
    with zipfile.ZipFile(
        dev_monitor.of("Function")["inference-dev-canary-function"].inputs["code"].path
    ) as package:
        (probe,) = json.loads(package.read("handlers/canary/generated/probes.json"))
    assert probe["target"] == "/v1/predictions"
    assert json.loads(base64.b64decode(probe["body"])) == {
        "id": "lot-001",
        "measurements": {"color_intensity": 5.64, "hue": 1.04, "proline": 1065.0},
    }


def test_a_service_stack_makes_a_link_of_its_own_where_its_configuration_names_a_sink(dev: Run) -> None:
    sink = "arn:aws:oam:eu-central-1:222222222222:sink/abc"
    run = run_stack("dev", {"observability": {"sink_arn": sink, "metric_filter": "Namespace LIKE 'AWS/%'"}})
    assert not dev.of("Link")
    assert run.one("Link").account == ACCOUNTS["service"]
    assert run.one("Link").inputs == {
        "labelTemplate": "$AccountName",
        "resourceTypes": ["AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"],
        "sinkIdentifier": sink,
        "linkConfiguration": {"metricConfiguration": {"filter": "Namespace LIKE 'AWS/%'"}},
    }


def resource_names(run: Run, kind: str) -> set[str]:
    return {unwrap(m.inputs["name"]) for m in run.of(kind).values() if isinstance(m, Made)}


def test_physical_names_are_those_that_monitoring_watches(dev: Run) -> None:
    watched = dev.outputs["watched"]
    assert watched["functions"][0]["name"] in resource_names(dev, "Function")
    assert watched["tables"][0]["name"] == dev.one("Table").inputs["name"]
    assert watched["endpoints"][0]["name"] == dev.one("Endpoint").inputs["name"]
    assert watched["api"]["name"] == dev.one("RestApi").inputs["name"]
    plans = {f"{watched['name']}-{plan['name']}" for plan in watched["usage_plans"]}
    assert plans < resource_names(dev, "UsagePlan")


def test_the_handlers_publish_where_the_alarms_look_and_the_roles_allow() -> None:
    assert CANARY_NAMESPACE == USAGE_NAMESPACE == NAMESPACE
