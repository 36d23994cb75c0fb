"""An API made by plain calls on the emulator, found by `discover`, watched by both stacks."""

import json
from dataclasses import dataclass

import pytest
from rich.console import Console

from config import ConfigError
from local.command import their_copy
from local.deployer import Deployment, bootstrap, deploy
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.run import their_api
from local.run.copies import Copy
from local.run.plan import Options
from local.run.progress import Steps
from local.run.served import Asked
from local.run.theirs import SECRET, STACK, Theirs

SERVES = ("RestApi", "Stage", "Table", "Endpoint", "Model", "UsagePlan", "ApiKey")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The service, and the kinds of resources that each stack made."""

    served: Theirs
    service: set[str]
    monitor: set[str]
    secret: dict[str, str]
    apis: list[str]


@pytest.fixture(scope="module")
def seen() -> Seen:
    with Emulator() as emulator:
        bootstrap(emulator, emulator.region)
        asked = Asked(copy=Copy(service="wine", stack=STACK), existing=True)
        served = Theirs(asked, Options(), Steps(Console(quiet=True)), emulator, alone=True)
        served.deploy()
        monitor = deploy(
            "dev-monitor",
            emulator,
            overrides={"watches": [STACK], **served.monitor_overrides},
            stack_outputs={STACK: served.deployment},
        )
        secrets = emulator.client("secretsmanager", MONITOR_ACCOUNT)
        kept = secrets.get_secret_value(SecretId="theirs-dev-canary-secrets")["SecretString"]
        gateway = emulator.client("apigateway", SERVICE_ACCOUNT)
        return Seen(
            served=served,
            service=kinds(served.deployment),
            monitor=kinds(monitor),
            secret=json.loads(kept),
            apis=[api["name"] for api in gateway.get_rest_apis()["items"]],
        )


def kinds(deployment: Deployment) -> set[str]:
    return {resource.type.split(":")[-1] for resource in deployment.resources}


def test_what_serves_it_is_found_with_its_limits(seen: Seen) -> None:
    found = seen.served.watched
    api, (function,), (table,), (endpoint,) = (
        found[kind] for kind in ("api", "functions", "tables", "endpoints")
    )
    assert (found["name"], found["account_id"]) == ("theirs-dev", SERVICE_ACCOUNT)
    assert (api["kind"], api["name"], api["stage"], api["traced"]) == ("rest", "Their API", "prod", True)
    assert api["time_budget_ms"] == 1000 * their_api.TIMEOUT_S
    assert (function["name"], function["timeout_ms"], function["reserved_concurrency"]) == (
        their_api.FUNCTION,
        3000,
        50,
    )
    assert (table["name"], table["operation"]) == (their_api.TABLE, "GetItem")
    assert (endpoint["name"], endpoint["variant"], endpoint["cores"]) == (
        their_api.ENDPOINT,
        "AllTraffic",
        None,
    )
    assert [(plan["name"], bool(plan["quota"])) for plan in found["usage_plans"]] == [
        ("Customers", True),
        ("Watchers", False),
    ]


def test_neither_stack_makes_what_serves_and_both_watch(seen: Seen) -> None:
    assert seen.apis == [their_api.NAME]
    assert not (seen.service | seen.monitor) & set(SERVES)
    assert {"MetricAlarm", "CompositeAlarm", "Dashboard", "Group"} <= seen.service
    assert {"MetricAlarm", "CompositeAlarm", "Dashboard", "Secret"} <= seen.monitor


def test_its_probes_are_the_service_s_own_with_the_key_by_name(seen: Seen) -> None:
    (probe,) = json.loads(seen.served.deployment.outputs["probes"])
    assert (probe["method"], probe["target"]) == ("POST", "/v1/predictions")
    assert probe["authorization"] == {"api_key": SECRET}
    assert seen.secret == seen.served.monitor_overrides["canary.secrets"]


def test_several_services_are_refused() -> None:
    copies = [Copy(service=name, stack=name) for name in ("wine", "digits")]
    with pytest.raises(ConfigError, match="--watch makes one API, and 2 were to run"):
        their_copy(copies)
