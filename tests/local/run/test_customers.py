"""Customers of the deployed service: the right plan, a role of their own, a curl that works."""

import json
import shlex
import shutil
import subprocess
import threading

import pytest
from botocore.credentials import Credentials

from handlers.canary.probes import Probe
from local.emulator import SERVICE_ACCOUNT
from local.run.client import Target
from local.run.customers import (
    NoPlanError,
    Plan,
    choose_plan,
    curl,
    customer,
)
from local.run.traffic import Phase, drive
from tests.local.asking import ask
from tests.local.deployed import Stacks

BASE = "inference-dev"


def target(stacks: Stacks, role: str, keys: tuple[str, ...]) -> Target:
    outputs = stacks.service.outputs
    return customer(
        stacks.emulator,
        SERVICE_ACCOUNT,
        role=role,
        invoke_arn=f"arn:aws:execute-api:{outputs['api_region']}:{SERVICE_ACCOUNT}:{outputs['api_id']}/live/POST/v1/predictions",
        url=outputs["api_url"],
        region=outputs["api_region"],
        keys=keys,
    )


@pytest.fixture(scope="module")
def plan(stacks: Stacks) -> Plan:
    return choose_plan(stacks.emulator, SERVICE_ACCOUNT, stacks.service.outputs["api_id"], BASE)


def test_customers_take_the_fastest_plan_and_never_the_canarys(stacks: Stacks, plan: Plan, key: str) -> None:
    assert (plan.name, plan.quota, len(plan.keys)) == ("partners", 50_000, 2)
    assert key not in plan.keys
    deployed = {each["name"]: each["quota"] for each in stacks.service.outputs["watched"]["usage_plans"]}
    assert deployed["partners"]["limit"] == plan.quota


def test_the_pace_leaves_room_below_the_plans_and_the_stages_rate() -> None:
    plan = Plan(name="gold", rate_per_s=10.0, quota=None, keys=("a", "b"))
    assert plan.pace_per_s(100.0) == pytest.approx(18.0)
    assert plan.pace_per_s(5.0) == pytest.approx(4.5)


def test_an_api_without_a_plan_is_an_error_that_says_what_to_do(stacks: Stacks) -> None:
    with pytest.raises(NoPlanError, match=r"no usage plan with a key.*usage_plans"):
        choose_plan(stacks.emulator, SERVICE_ACCOUNT, "another-api", BASE)


def test_the_customers_own_role_calls_the_api_and_gets_its_prediction(stacks: Stacks, plan: Plan) -> None:
    one = Phase(name="all well", sent=(ask(),), requests=1, seconds=20, per_s=None)
    (sample,) = drive(target(stacks, "customer-a", plan.keys), one, 1, stop=threading.Event())
    assert (sample.status, sample.code) == (200, "")


def test_without_a_key_of_the_plan_the_customer_is_refused(stacks: Stacks) -> None:
    one = Phase(name="all well", sent=(ask(),), requests=1, seconds=20, per_s=None)
    wrong = ("no-key-of-any-plan-whatsoever",)
    (sample,) = drive(target(stacks, "customer-b", wrong), one, 1, stop=threading.Event())
    assert (sample.status, sample.code) == (403, "forbidden")


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_the_curl_that_keep_shows_works_as_printed(stacks: Stacks, plan: Plan) -> None:
    command = curl(target(stacks, "customer-c", plan.keys), ask())
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603, S607  # our own words
    assert json.loads(done.stdout)["prediction"] == "barolo"


def test_the_curl_is_one_command_that_a_shell_reads_as_meant(stacks: Stacks, plan: Plan) -> None:
    given = target(stacks, "customer-d", plan.keys)
    words = shlex.split(curl(given, ask("it's")))
    assert words[0] == "curl"
    assert words[-1] == given.url + "/v1/predictions"
    assert json.loads(words[words.index("-d") + 1])["id"] == "it's"


def test_a_body_of_bytes_comes_from_a_pipe_as_it_is() -> None:
    given = Target(
        url="http://127.0.0.1:1/live", region="r", credentials=Credentials("a", "b", "c"), api_keys=("k",)
    )
    image = Probe(name="i", method="POST", target="/v1/images", content_type="image/png", body=b"\x89'PNG")
    command = curl(given, image).replace("curl -sS", "cat #")
    words = ["bash", "-c", command.partition("#")[0]]
    done = subprocess.run(words, capture_output=True, check=True, timeout=30)  # noqa: S603  # our own words
    assert done.stdout == b"\x89'PNG"


def test_a_request_without_a_body_sends_none() -> None:
    given = Target(
        url="http://127.0.0.1:1/live", region="r", credentials=Credentials("a", "b", "c"), api_keys=("k",)
    )
    words = shlex.split(curl(given, Probe(name="g", method="GET", target="/v1/x?a=1")))
    assert (words[:4], words[-1]) == (["curl", "-sS", "-X", "GET"], "http://127.0.0.1:1/live/v1/x?a=1")
    assert "-d" not in words
