"""The pages' own commands, followed in order: a shell, the real CLI and engine, a stand-in for AWS.

README's "Deploy it for real" is followed from nothing, with state in files; every other page goes on from a
copy of what it leaves. Where docs/delivery.md moves the state, bucket and key are the emulator's. The
commands that are not followed here are judged by tests/docs/test_commands.py.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.emulator.process import Emulator
from tests.docs.commands import ALL, BLANK, ROOT, Command
from tests.engine import language
from tests.engine.cloud import Cloud, Thing
from tests.engine.project import STATES, Project
from tests.engine.values import believable

pytestmark = pytest.mark.walk
SERVICE, MONITOR, REGION = "555555555555", "444444444444", "eu-west-1"
IMAGE = f"{SERVICE}.dkr.ecr.{REGION}.amazonaws.com/inference-prod-model@sha256:{'0123456789abcdef' * 4}"
FILLED = {  # what a reader writes in place of what stands there
    "<service account>": SERVICE,
    "<monitor account>": MONITOR,
    "<region>": REGION,
    "<https://…>": "https://hooks.example.com/of-a-test",
    "<https://hooks.slack.com/services/…>": "https://hooks.slack.com/services/of-a-test",
    "<what it printed>": IMAGE,
    "<as in Pulumi.prod.yaml>": "passphrase",
}
MEANWHILE = {  # what happens before a command
    ("docs/delivery.md", "rm "): "cp prod.json ../exported",
    ("docs/operations.md", "pulumi stack init prod"): f"rm ../{STATES}/inference-watch/prod.json",
}
OTHERS = {  # what another test does, by another way to the same
    "pulumi package add": "tests/engine/test_package.py",
    "pulumi preview -s prod --policy-pack policy": "tests/engine/test_policy.py",
}
START = "README.md"
FOLLOWED = ("pulumi", "cd", "export", "perl", "rm")


def follows(command: Command) -> bool:
    """Whether the command is followed here: what changes stacks or their files, and what it stands on."""
    program = command.plain.split()[0]
    ours = program in FOLLOWED or "$(pulumi " in command.plain
    return ours and not command.needs and not command.plain.startswith(tuple(OTHERS))


def script(page: str) -> str:
    """The page's commands, each at its own line, so that what fails is named by its line of the page."""
    own = {command.line: command for command in ALL if command.page == page and follows(command)}
    lines = [f"trap 'echo FAILED: {page}:$LINENO' ERR"]
    for number in range(2, max(own) + 1):
        text = own[number].text if number in own else ""
        for (where, begins), meanwhile in MEANWHILE.items():
            text = f"{meanwhile}; {text}" if page == where and text.startswith(begins) else text
        for blank, filled in FILLED.items():
            text = text.replace(blank, filled)
        if page != START:  # as somebody who has seen the preview, which takes as long again
            text = re.sub(r"pulumi (up|refresh) ", r"pulumi \1 --skip-preview ", text)
        assert not BLANK.search(text), f"{own[number].place}: what does a reader write there?"
        lines.append(text)
    return "\n".join(lines)


def follow(project: Project, page: str, environment: Mapping[str, str]) -> str:
    """Follow the page in one shell, as somebody who says yes to each update; returns what is to be read."""
    installed = {name: value for name, value in project.environment.items() if name != "PULUMI_BACKEND_URL"}
    person = {"PULUMI_SKIP_CONFIRMATIONS": "true", "PULUMI_CONFIG_PASSPHRASE": "of a test"}
    with language.serve(lambda place: project.sources.run(place.relative_to(project.root.resolve()))) as host:
        done = subprocess.run(  # noqa: S603  # the pages' own commands
            ["bash", "-eEuo", "pipefail", "-c", script(page)],  # noqa: S607
            cwd=project.root,
            env={**os.environ, **installed, **person, "PULUMI_DEBUG_LANGUAGES": host, **environment},
            input="of a test\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    assert done.returncode == 0, "\n".join(
        re.findall(r"^.*(?:error:|FAILED:|- inference-watch:).*$", done.stdout, re.MULTILINE)
    )
    return done.stdout


def here(project: Project) -> dict[str, str]:
    """Where `pulumi login` goes: not to Pulumi Cloud, but to files."""
    return {"PULUMI_BACKEND_URL": project.environment["PULUMI_BACKEND_URL"]}


def blocks(page: str) -> list[Any]:
    """The page's YAML, with this reader's accounts and region."""
    text = (ROOT / page).read_text().replace("111111111111", SERVICE).replace("222222222222", MONITOR)
    found = re.findall(r"^```yaml\n(.*?)^```", text.replace("eu-central-1", REGION), re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(block) for block in found]


def names(project: Project, account: str) -> set[str]:
    """What an account has of the pair `prod`."""
    own = (thing for thing in project.cloud.things.values() if thing.account == account)
    return {f"{thing.kind} {thing.name}" for thing in own if thing.name.startswith("inference-prod")}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, str]]:
    """What README's commands left, and what they said. Not to be changed: `fork` it."""
    with closing(Project.create(tmp_path_factory.mktemp("started"))) as project:
        yield project, follow(project, START, here(project))


@pytest.fixture
def copy(started: tuple[Project, str], tmp_path: Path) -> Iterator[Project]:
    """A copy of it, this test's own."""
    with closing(started[0].fork(tmp_path / "copy")) as project:
        yield project


def test_get_started_leaves_both_stacks_deployed_in_the_accounts_that_were_named(
    started: tuple[Project, str],
) -> None:
    project, said = started
    homes = {(thing.account, thing.region) for thing in project.cloud.things.values()}
    assert homes == {(SERVICE, REGION), (MONITOR, REGION)}
    assert "warning: model.image is not set: no endpoint is deployed" in said
    assert "NOBODY IS PAGED" not in said
    assert not {"state-bucket", "github-provider"} & {thing.name for thing in project.cloud.things.values()}
    assert said.endswith("\ninference-prod-monitor-overview\n")
    assert [endpoint.account for endpoint in project.cloud.of("Endpoint")] == [SERVICE]
    (link,), (sink,) = project.cloud.of("Link"), project.cloud.of("Sink")
    assert (link.account, link.inputs["sinkIdentifier"]) == (SERVICE, sink.outputs["arn"])
    assert "Function inference-prod-canary-function" in names(project, MONITOR)


def test_the_state_goes_to_a_bucket_its_secrets_to_a_key_and_nothing_is_left_to_do(
    started: tuple[Project, str], tmp_path: Path
) -> None:
    with Emulator(region=REGION) as emulator:
        s3, kms = (emulator.client(service, MONITOR) for service in ("s3", "kms"))

        def make(thing: Thing, cloud: Cloud) -> None:
            """What the state is kept in is there, too."""
            believable(thing, cloud)
            if thing.name == "state-bucket":
                place = {"LocationConstraint": REGION}
                s3.create_bucket(Bucket=thing.inputs["bucket"], CreateBucketConfiguration=place)
            elif thing.name == "state-key":
                thing.outputs["arn"] = kms.create_key()["KeyMetadata"]["Arn"]

        with closing(started[0].fork(tmp_path / "copy", make)) as project:
            profile = f"[profile monitor]\naws_access_key_id = {MONITOR}\naws_secret_access_key = of a test\n"
            (tmp_path / "aws").write_text(profile)
            assert project.cli("login", here(project)["PULUMI_BACKEND_URL"]).returncode == 0
            aws = {"AWS_CONFIG_FILE": str(tmp_path / "aws"), "AWS_ENDPOINT_URL": emulator.url}
            follow(project, "docs/delivery.md", aws)
            bucket, (key,) = f"inference-watch-state-{MONITOR}-{REGION}", kms.list_keys()["Keys"]
            for stack in ("prod", "prod-monitor", "bootstrap/monitor", "bootstrap/service"):
                program = "inference-watch-bootstrap" if "/" in stack else "inference-watch"
                at = f".pulumi/stacks/{program}/{Path(stack).name}.json"
                state = json.load(s3.get_object(Bucket=bucket, Key=at)["Body"])["checkpoint"]["latest"]
                encrypted = state["secrets_providers"]["state"]["url"]
                assert encrypted.startswith(f"awskms:///{key['KeyArn']}?")
                assert yaml.safe_load(project.file(stack).read_text())["secretsprovider"] == encrypted
            assert not [*project.root.glob("**/*.json")]
            assert "of-a-test" not in (project.folder / "exported").read_text()
            for account in (SERVICE, MONITOR):
                roles = {role.name for role in project.cloud.of("Role", account)}
                assert roles >= {"github-preview", "github-deploy-dev", "github-deploy-prod"}


@pytest.mark.skipif(shutil.which("jq") is None, reason="No jq on the PATH: docs/callers.md was not followed.")
def test_another_account_gets_its_policy_and_the_api_a_name(copy: Project) -> None:
    api: dict[str, Any] = {}
    for block in blocks("docs/callers.md"):
        for key, value in block.get("config", block).items():
            if key == "inference-watch:usage_plans":
                copy.set("prod", {"usage_plans": value})
            elif key == "inference-watch:api" and "authorizers" not in value:
                api |= value
    copy.set("prod", {"api": api})
    said = follow(copy, "docs/callers.md", here(copy))
    (statement, *_) = json.loads((copy.root / "inference.json").read_text())["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    assert "CustomDomain" in said


def test_who_is_told_is_set_and_every_address_is_a_secret(copy: Project) -> None:
    follow(copy, "docs/notifications.md", here(copy))
    told = yaml.safe_load(copy.file("prod").read_text())["config"]["inference-watch:notifications"]
    found = {level: [each["protocol"] for each in told[level]] for level in told}
    assert found == {"critical": ["pagerduty"], "warn": ["slack"]}
    assert all(each["endpoint"].keys() == {"secure"} for level in told.values() for each in level)


@pytest.mark.parametrize(
    ("page", "stack", "path"),
    [
        ("docs/canary.md", "prod-monitor", ("canary", "secrets", "shop-key")),
        ("docs/tracing.md", "prod", ("tracing", "otlp", "headers", "x-api-key")),
    ],
)
def test_a_secret_is_asked_for_and_kept_encrypted(
    page: str, stack: str, path: tuple[str, ...], copy: Project
) -> None:
    follow(copy, page, here(copy))
    found = yaml.safe_load(copy.file(stack).read_text())["config"]
    for key in (f"inference-watch:{path[0]}", *path[1:]):
        found = found[key]
    assert found.keys() == {"secure"}


def test_what_exists_is_watched_from_both_accounts(copy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INFERENCE_WATCH_STACKS")  # the copy's own probes
    stack, probes = blocks("docs/watch.md")
    given = stack["config"]
    same = {
        f"inference-watch:{key}": given[f"inference-watch:{key}"]
        for key in ("name", "env", "region", "accounts")
    }
    monitor = {"config": {"inference-watch:role": "monitor", **same}}
    folder = copy.own_sources() / "probes"
    folder.mkdir(exist_ok=True)
    for path, content in (
        (copy.file("orders-prod"), stack),
        (copy.file("orders-prod-monitor"), monitor),
        (folder / "orders-prod.yaml", probes),
    ):
        path.write_text(yaml.safe_dump(content))
    follow(copy, "docs/watch.md", here(copy))
    made = {(t.kind, t.account) for t in copy.cloud.things.values() if t.name.startswith("orders-prod")}
    assert {("CompositeAlarm", SERVICE), ("CompositeAlarm", MONITOR), ("Function", MONITOR)} <= made
    assert not {("RestApi", SERVICE), ("Function", SERVICE), ("Table", SERVICE)} & made


def test_a_state_that_is_lost_is_imported_and_nothing_is_left_to_do(copy: Project) -> None:
    before = names(copy, SERVICE)
    follow(copy, "docs/operations.md", here(copy))
    assert names(copy, SERVICE) == before


def test_another_service_is_chosen(copy: Project) -> None:
    follow(copy, "docs/your-service.md", here(copy))
    assert yaml.safe_load(copy.file("prod").read_text())["config"]["inference-watch:service"] == "avocado"


def test_a_service_is_taken_down_on_purpose(copy: Project) -> None:
    follow(copy, "docs/deployment.md", here(copy))
    monitor = yaml.safe_load(copy.file("prod-monitor").read_text())["config"]
    assert monitor["inference-watch:watches"] == ["prod", "acme/fraud/prod"]
    assert names(copy, SERVICE) == {  # a rolled-back update would go on using the old ones
        "EndpointConfiguration inference-prod-model-configuration",
        "Model inference-prod-model-model",
    }


def test_every_command_that_changes_a_stack_is_followed() -> None:
    text = Path(__file__).read_text()
    assert {command.place for command in ALL if follows(command) and f'"{command.page}"' not in text} == set()
    assert {begin for begin in OTHERS if not any(each.plain.startswith(begin) for each in ALL)} == set()
