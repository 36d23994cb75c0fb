"""The canary as it is deployed: what probes need, in one region or in several, in a VPC or not."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.monitor.canary import through
from handlers.canary import settings as handler
from tests.components.harness import Made, Run, run_stack, unwrap
from tests.components.test_stacks import plain_texts

EAST = "us-east-1"
OWN = "inference-dev-canary"
PROBE: dict[str, Any] = {
    "name": "orders",
    "method": "GET",
    "target": "/orders/${id}",
    "content_type": None,
    "body": None,
    "status": 200,
    "schema": None,
    "values": [],
    "max_ms": None,
}
TOKEN = {**PROBE, "authorization": {"bearer": "crm"}, "heartbeat": "hc"}
SECRETS = {"crm": "t0ken-that-nobody-may-see", "hc": "https://hc.example.com/u", "unused": "x"}


def monitor(dev: Run, canary: Mapping[str, Any], *probes: Mapping[str, Any], **outputs: Any) -> Run:
    exports = {**dev.outputs, **({"probes": json.dumps(probes)} if probes else {}), **outputs}
    return run_stack("dev-monitor", {"canary": canary}, exports)


def policy(run: Run, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(unwrap(run.of("RolePolicy")[name].inputs["policy"]))["Statement"]
    return found


def canaries(run: Run) -> list[Made]:
    return [made for made in run.of("Function").values() if "-canary" in made.name]


def variables(function: Made) -> dict[str, str]:
    found: dict[str, str] = unwrap(function.inputs["environment"]["variables"])
    return found


def test_the_canary_has_time_for_its_key_and_its_metrics_beside_the_slowest_answer(dev_monitor: Run) -> None:
    (function,) = canaries(dev_monitor)
    assert function.inputs["timeout"] == int(variables(function)["TIMEOUT_MS"]) / 1000 + 25


@pytest.fixture(scope="module")
def token(dev: Run) -> Run:
    return monitor(dev, {"secrets": SECRETS}, TOKEN, canary_api_key=None)


def test_only_the_secrets_that_probes_name_are_kept_as_one(token: Run) -> None:
    secret, version = token.one("Secret"), token.one("SecretVersion")
    assert secret.inputs["name"] == "inference-dev-canary-secrets"
    assert json.loads(unwrap(version.inputs["secretString"])) == {
        name: SECRETS[name] for name in ("crm", "hc")
    }
    (function,) = canaries(token)
    assert variables(function)["SECRETS_ARN"] == secret.outputs["arn"]
    assert "API_KEY_SECRET_ARN" not in variables(function)
    assert set(variables(function)) == {*handler.ENVIRONMENT, *handler.SECRETS_ENVIRONMENT}


def test_no_value_of_a_secret_stands_anywhere_in_plain_text(token: Run) -> None:
    for secret in (SECRETS["crm"], SECRETS["hc"]):
        for made in token.made:
            assert secret not in "".join(plain_texts(made.inputs)), made.name
        assert secret not in json.dumps(token.outputs, default=str)
        version = token.one("SecretVersion")
        assert secret in json.dumps(version.inputs), "it is kept, in an envelope of the engine's"


def test_what_nothing_signs_for_the_role_may_not_call(token: Run) -> None:
    actions = [statement["Action"] for statement in policy(token, f"{OWN}-policy")]
    assert "execute-api:Invoke" not in actions
    assert actions[2:] == ["secretsmanager:GetSecretValue", "kms:Decrypt", "cloudwatch:PutMetricData"]


def test_a_signed_call_of_a_path_that_varies_is_allowed_for_what_varies(dev: Run) -> None:
    run = monitor(dev, {}, PROBE)
    (invoke,) = (s for s in policy(run, f"{OWN}-policy") if s["Action"] == "execute-api:Invoke")
    assert invoke["Resource"].startswith("arn:aws:execute-api:eu-central-1:111111111111:")
    assert invoke["Resource"].endswith("/live/GET/orders/*")


def test_a_probe_whose_secret_is_not_set_stops_the_deployment_with_key_and_fix(dev: Run) -> None:
    with pytest.raises(
        pulumi.RunError, match=r"canary\.secrets\.hc: it is not set, and probe 'orders' of inference-dev"
    ) as raised:
        monitor(dev, {"secrets": {"crm": "t"}}, TOKEN)
    assert "pulumi config set --secret --path 'inference-watch:canary.secrets.hc'" in str(raised.value)


def test_a_heartbeats_address_that_could_not_be_called_stops_the_deployment_unshown(
    dev: Run,
) -> None:
    said = r"canary\.secrets\.hc: it is no https address, so the heartbeat of probe 'orders' of inference-dev"
    with pytest.raises(pulumi.RunError, match=said) as raised:
        monitor(dev, {"secrets": {**SECRETS, "hc": "http://hc.example.com/u-1"}}, TOKEN)
    assert "hc.example.com" not in str(raised.value)


@pytest.fixture(scope="module")
def places(dev: Run) -> Run:
    return monitor(dev, {"locations": [EAST, "eu-west-1"], "secrets": SECRETS}, {**PROBE, "heartbeat": "hc"})


def test_each_location_has_all_of_a_canary_but_its_role_in_its_own_region(places: Run) -> None:
    for kind in (
        "Function",
        "Alias",
        "LogGroup",
        "Secret",
        "SecretVersion",
        "Schedule",
        "FunctionEventInvokeConfig",
    ):
        there = [m for m in places.of(kind).values() if f"canary-{EAST}" in m.name]
        here = [
            m
            for m in places.of(kind).values()
            if OWN in m.name and "-west-" not in m.name and EAST not in m.name
        ]
        assert len(there) == len(here) > 0, kind
        assert {m.provider.split("::")[-2] for m in there} == {f"inference-dev-{EAST}"}
    roles = {made.inputs["name"] for name, made in places.of("Role").items() if name.endswith("canary-role")}
    assert roles == {OWN}
    schedules = {made.inputs["name"] for name, made in places.of("Schedule").items() if "canary" in name}
    assert schedules == {OWN, f"{OWN}-{EAST}", f"{OWN}-eu-west-1"}


def test_every_canary_publishes_at_home_with_its_location(places: Run) -> None:
    found = {
        (variables(function)["LOCATION"], variables(function)["METRICS_REGION"])
        for function in canaries(places)
    }
    assert found == {(place, "eu-central-1") for place in ("eu-central-1", EAST, "eu-west-1")}
    assert {variables(f)["API_REGION"] for f in canaries(places)} == {"eu-central-1"}
    assert len({made.inputs["name"] for made in canaries(places)}) == 1


def test_a_location_reads_the_secrets_of_its_own_region_with_its_own_key(places: Run) -> None:
    statements = policy(places, f"{OWN}-{EAST}-policy")
    assert [s["Action"] for s in statements[2:]] == ["secretsmanager:GetSecretValue", "kms:Decrypt"]
    keys = [made for made in places.of("Key").values() if EAST in made.name]
    layers = [made for made in places.of("LayerVersion").values() if EAST in made.name]
    assert {m.provider.split("::")[-2] for m in (*keys, *layers)} == {f"inference-dev-{EAST}"}
    assert [s["Resource"] for s in statements[3:]] == [key.outputs["arn"] for key in keys]
    assert f"logs.{EAST}.amazonaws.com" in unwrap(keys[0].inputs["policy"])


def test_the_alarms_know_the_locations(places: Run) -> None:
    alarms = {made.inputs["name"] for made in places.of("MetricAlarm").values()}
    for place in ("eu-central-1", EAST, "eu-west-1"):
        assert f"inference-dev-monitor-canary-{place}-silent" in alarms
    assert "inference-dev-monitor-page-canary-location" in {
        made.inputs["alarmName"] for made in places.of("CompositeAlarm").values()
    }


VPC = {
    "subnets": ["subnet-0123456789abcdef0"],
    "security_groups": ["sg-0123456789abcdef0"],
    "endpoint": "vpce-0a-1b.execute-api.eu-central-1.vpce.amazonaws.com",
}


def test_in_a_vpc_a_private_api_is_reached_through_the_endpoints_name(dev: Run) -> None:
    run = monitor(dev, {"vpc": VPC})
    (function,) = canaries(run)
    assert function.inputs["vpcConfig"] == {
        "subnetIds": VPC["subnets"],
        "securityGroupIds": VPC["security_groups"],
    }
    assert variables(function)["API_URL"] == f"https://{VPC['endpoint']}/live"
    assert variables(function)["PRIVATE_API_ID"] == dev.outputs["api_id"]
    allowed, looked, denied = (s for s in policy(run, f"{OWN}-policy") if "ec2:" in str(s["Action"]))
    assert allowed["Resource"] == "arn:aws:ec2:eu-central-1:222222222222:*/*"
    assert looked["Action"] == ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    assert denied["Effect"] == "Deny"
    own = "arn:aws:lambda:eu-central-1:222222222222:function:inference-dev-canary"
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": own}}


def test_with_private_dns_the_address_stays(dev: Run) -> None:
    run = monitor(dev, {"vpc": {key: VPC[key] for key in ("subnets", "security_groups")}})
    (function,) = canaries(run)
    assert variables(function)["API_URL"] == dev.outputs["api_url"]
    assert "PRIVATE_API_ID" not in variables(function)


def test_an_address_keeps_its_stage_through_an_endpoint() -> None:
    assert (
        through("https://abc.execute-api.eu-central-1.amazonaws.com/prod", "vpce-1") == "https://vpce-1/prod"
    )


def test_an_api_without_an_id_is_probed_where_nothing_signs_for_it(dev: Run) -> None:
    run = monitor(dev, {"secrets": SECRETS}, TOKEN, api_id=None, canary_api_key=None)
    (canary,) = canaries(run)
    assert variables(canary)["API_URL"] == dev.outputs["api_url"]
    with pytest.raises(pulumi.RunError, match="has no output 'api_id'"):
        monitor(dev, {}, PROBE, api_id=None)
