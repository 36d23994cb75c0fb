"""What is said of wrong inputs: at which of them, before anything is made, and what is made of right ones."""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pulumi
import pytest

import package
from package.host import Package
from tests.components.harness import Recorder, run_program

TOPICS = {level: f"arn:aws:sns:eu-central-1:111111111111:{level}" for level in ("warn", "critical")}
FUNCTION = {"name": "orders-api", "timeoutMs": 3000.0}  # numbers arrive as floats
SERVICE = {
    "name": "orders-prod",
    "accountId": "111111111111",
    "region": "eu-central-1",
    "functions": [FUNCTION],
}
API = {"name": "orders", "stage": "prod", "rateLimitPerS": 50.0}
PROBE = "authorization: none\nprobes:\n  - {name: list, path: /x}\n"
TOKEN = "authorization: {bearer: token}\nprobes:\n  - {name: list, path: /x}\n"
KEY = "authorization: {iam: true, api_key: true}\nprobes:\n  - {name: list, path: /x}\n"
FILE = "authorization: none\nprobes:\n  - {name: list, path: /x, request: {file: picture.png}}\n"
Inputs = Callable[[], dict[str, Any]]


def kpis(**parts: Any) -> Inputs:
    return lambda: {"topics": TOPICS, "parts": {"name": "orders", "functions": [FUNCTION], **parts}}


def canary(**inputs: Any) -> Inputs:
    url = "https://api.example.com/prod"
    return lambda: {
        "service": SERVICE,
        "accountId": "222222222222",
        "apiUrl": url,
        "probes": PROBE,
        **inputs,
    }


def later(value: Any) -> pulumi.Output[Any]:
    """Not known in a preview."""
    unknown = pulumi.runtime.is_dry_run()
    output: pulumi.Output[Any] = pulumi.Output.from_input(pulumi.UNKNOWN if unknown else value)
    return output


@pytest.fixture(scope="module", autouse=True)
def left_behind() -> Iterator[None]:
    """What a run that fails leaves behind is collected here, where nobody reads of it."""
    yield
    logger = logging.getLogger("asyncio")
    logger.disabled = True
    gc.collect()
    logger.disabled = False


@pytest.fixture(scope="module")
def provider() -> Package:
    return package.provider()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def construct(provider: Package, recorder: Recorder) -> Callable[..., None]:
    def run(component: str, inputs: Inputs, *, preview: bool = False) -> None:
        token = f"{package.NAME}:index:{component}"
        run_program(lambda: provider.construct("it", token, inputs()), recorder, preview=preview)

    return run


def told(construct: Callable[..., None], component: str, inputs: Inputs) -> Mapping[str, str]:
    """What is wrong, by place as the schema spells it."""
    with pytest.raises((pulumi.InputPropertyError, pulumi.InputPropertiesError)) as raised:
        construct(component, inputs)
    match raised.value:
        case pulumi.InputPropertyError() as error:
            return {error.property_path: error.reason}
        case pulumi.InputPropertiesError(errors=errors):
            return {detail["property_path"]: detail["reason"] for detail in errors or ()}
    raise AssertionError


WRONG: dict[str, tuple[str, Inputs, str, str]] = {
    "nothing to tell": ("KpiAlarms", lambda: {"parts": {"name": "it"}}, "topics", "Missing required input"),
    "nothing to watch": (
        "KpiAlarms",
        lambda: {"topics": TOPICS, "parts": {"name": "it"}},
        "parts",
        "give an api, function",
    ),
    "an unknown input": ("KpiAlarms", lambda: {**kpis()(), "topcis": 1}, "topcis", "Did you mean `topics`?"),
    "an unknown part of one": (
        "KpiAlarms",
        kpis(functions=[{**FUNCTION, "reservedConcurency": 3.0}]),
        "parts.functions[0].reservedConcurency",
        "would have no effect. Did you mean `reservedConcurrency`?",
    ),
    "a part without a name": (
        "KpiAlarms",
        kpis(functions=[{"timeoutMs": 1.0}]),
        "parts.functions[0].name",
        "Missing required input",
    ),
    "a fraction": (
        "KpiAlarms",
        kpis(functions=[{**FUNCTION, "timeoutMs": 0.5}]),
        "parts.functions[0].timeoutMs",
        "fractional part",
    ),
    "another kind of API": (
        "KpiAlarms",
        kpis(api={**API, "kind": "websocket"}),
        "parts.api.kind",
        "it should be one of 'rest' or 'http'",
    ),
    "an HTTP API without its id": (
        "KpiAlarms",
        kpis(api={**API, "kind": "http", "traced": False}),
        "parts.api",
        "an HTTP API reports under its id; without `id`",
    ),
    "a number that is known later": (
        "KpiAlarms",
        lambda: {
            "topics": TOPICS,
            "parts": {"name": "it", "functions": [{"name": "it", "timeoutMs": later(3)}]},
        },
        "parts.functions[0].timeoutMs",
        "Give them plainly.",
    ),
    "parts that are an output": (
        "KpiAlarms",
        lambda: {"topics": TOPICS, "parts": later({"name": "it"})},
        "parts",
        "Give them plainly.",
    ),
    "no topic": (
        "KpiAlarms",
        lambda: {**kpis()(), "topics": {**TOPICS, "critical": "me@example.com"}},
        "topics.critical",
        "it should be the ARN of an SNS topic",
    ),
    "a promise of no API": (
        "SloAlarms",
        lambda: {"topics": TOPICS, "service": SERVICE},
        "service",
        "an SLO is of an API's requests; give it",
    ),
    "no region": (
        "Dashboard",
        lambda: {"service": {**SERVICE, "region": "mars"}},
        "service.region",
        "it should be a region of AWS's commercial partition",
    ),
    "a name that is too long for AWS": (
        "Canary",
        canary(service={**SERVICE, "name": "n" * 49}),
        "service.name",
        "1 to 48 letters",
    ),
    "no account": ("Canary", canary(accountId="nope"), "accountId", "an account id has 12 digits"),
    "no address": ("Canary", canary(apiUrl="api.example.com"), "apiUrl", "it should be an address like"),
    "a time that no probe can keep": ("Canary", canary(timeoutMs=50.0), "timeoutMs", "at least 100"),
    "a retention that CloudWatch has not": (
        "Canary",
        canary(logRetentionDays=31.0),
        "logRetentionDays",
        "it should be one of 1, 3, 5",
    ),
    "probes that are none": ("Canary", canary(probes="{"), "probes", "probes:1: expected the node content"),
    "a wrong probe": (
        "Canary",
        canary(probes=PROBE.replace("list", "LIST")),
        "probes",
        "probes:3: probes[0].name: it should be 1 to 32 lower-case letters",
    ),
    "a file of the program's": (
        "Canary",
        canary(probes=FILE),
        "probes",
        "probes:3: probes[0].request.file: picture.png is not there, for the text of the probes came alone."
        " Write it as `base64`.",
    ),
    "a secret that is not given": (
        "Canary",
        canary(probes=TOKEN),
        "secrets.token",
        "probe 'list' could not be sent without it. Give it.",
    ),
    "an API key that is not given": (
        "Canary",
        canary(probes=KEY, apiId="a1b2c3d4e5"),
        "apiKey",
        "a probe sends the API key and none is given. Give it.",
    ),
    "an API that is not named": (
        "Canary",
        canary(probes=KEY, apiKey="a-key"),
        "apiId",
        "a probe signs with IAM, and of which API is not said. Give it.",
    ),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_at_its_place_and_makes_nothing_that_is_known_to_fail(
    construct: Callable[..., None], recorder: Recorder, case: str
) -> None:
    component, inputs, place, said = WRONG[case]
    problems = told(construct, component, inputs)
    assert list(problems) == [place]
    assert said in problems[place]
    made = {one.type.rsplit(":", 1)[1] for one in recorder.made if one.type.startswith("aws:")}
    assert not made & {"Function", "Schedule", "CompositeAlarm", "Dashboard"}


def test_everything_that_is_wrong_is_told_at_once(construct: Callable[..., None]) -> None:
    wrong = {**SERVICE, "accountId": "12", "functions": [{**FUNCTION, "timeoutMs": -3.0}]}
    problems = told(construct, "Dashboard", lambda: {"service": wrong})
    assert set(problems) == {"service.accountId", "service.functions[0].timeoutMs"}


@pytest.mark.parametrize("preview", [True, False])
def test_a_preview_says_that_it_does_not_show_what_hangs_on_a_text_that_is_not_known_yet(
    construct: Callable[..., None], recorder: Recorder, *, preview: bool
) -> None:
    inputs = kpis()
    construct(
        "KpiAlarms",
        lambda: {**inputs(), "parts": {**inputs()["parts"], "runbookUrl": later("https://wiki.example.com")}},
        preview=preview,
    )
    alarms = [one for one in recorder.made if one.type.endswith("Alarm")]
    assert bool(alarms) != preview
    assert [said.partition(":")[0] for said in recorder.warnings] == ["parts"] * preview


def test_secrets_of_a_canary_go_into_secrets_manager_alone(
    construct: Callable[..., None], recorder: Recorder
) -> None:
    secrets = {"token": "hunter2"}
    construct("Canary", lambda: canary(probes=TOKEN)() | {"secrets": pulumi.Output.secret(secrets)})
    holds = [one for one in recorder.made if "hunter2" in str(one.inputs)]
    assert [one.type for one in holds] == ["aws:secretsmanager/secretVersion:SecretVersion"]
