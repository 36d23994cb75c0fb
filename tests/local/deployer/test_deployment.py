"""Running a program: exports, secrets, the record, progress, and what stays separate."""

import asyncio
import threading
from pathlib import Path

import pulumi
import pulumi_aws as aws

from local.deployer import Resource, deploy
from local.deployer.deployment import run
from local.emulator import Emulator
from tests.local.deployer.support import MONITOR, SERVICE, account, deployed, trust


def test_exports_are_plain_values_and_secret_ones_are_named(emulator: Emulator) -> None:
    def program() -> None:
        pulumi.export("nested", {"list": [pulumi.Output.from_input(1), 2.5], "text": "x"})
        pulumi.export("hidden", pulumi.Output.secret({"a": 1}))
        pulumi.export("none", None)

    deployment = deployed(emulator, program)
    assert deployment.outputs == {"nested": {"list": [1, 2.5], "text": "x"}, "hidden": {"a": 1}, "none": None}
    assert deployment.secret_outputs == {"hidden"}
    assert deployment.resources == ()


def test_resources_are_recorded_and_reported_one_at_a_time(emulator: Emulator) -> None:
    class Group(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:group:Group", "group")

    seen: list[Resource] = []
    busy = threading.Lock()

    def report(resource: Resource) -> None:
        assert busy.acquire(blocking=False)
        seen.append(resource)
        busy.release()

    def program() -> None:
        opts = pulumi.ResourceOptions.merge(account(MONITOR), pulumi.ResourceOptions(parent=Group()))
        for number in range(20):
            aws.sqs.Queue(f"queue-{number}", name=f"recorded-{number}", opts=opts)

    deployment = run(program, emulator, on_resource=report)
    assert deployment.resources == tuple(seen)
    assert {r.name: (r.type, r.account) for r in seen} == {
        f"queue-{number}": ("aws:sqs/queue:Queue", MONITOR) for number in range(20)
    }
    assert seen[0].id == f"{emulator.url}/{MONITOR}/{seen[0].name.replace('queue', 'recorded')}"


def test_a_secret_input_makes_a_secret_attribute(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        role = aws.iam.Role(
            "role",
            name="secretive",
            description=pulumi.Output.secret("hush"),
            assume_role_policy=trust("a.amazonaws.com"),
            opts=opts,
        )
        pulumi.export("description", role.description)
        pulumi.export("arn", role.arn)

    deployment = deployed(emulator, program)
    assert deployment.outputs["description"] == "hush"
    assert deployment.secret_outputs == {"description"}


def test_default_tags_of_the_provider_go_on_every_resource(emulator: Emulator) -> None:
    def program() -> None:
        provider = aws.Provider(
            "tagged",
            region="eu-west-1",
            allowed_account_ids=[SERVICE],
            default_tags={"tags": {"team": "a", "kept": "yes"}},
        )
        topic = aws.sns.Topic(
            "topic", name="tagged", tags={"team": "b"}, opts=pulumi.ResourceOptions(provider=provider)
        )
        pulumi.export("arn", topic.arn)
        pulumi.export("tags", topic.tags_all)

    outputs = deployed(emulator, program).outputs
    assert outputs == {
        "arn": f"arn:aws:sns:eu-west-1:{SERVICE}:tagged",
        "tags": {"team": "b", "kept": "yes"},
    }


def test_a_stack_reference_answers_with_the_outputs_given_and_knows_the_secret_ones(
    emulator: Emulator,
) -> None:
    def service() -> None:
        pulumi.export("url", "http://x")
        pulumi.export("key", pulumi.Output.secret("hush"))

    upstream = deployed(emulator, service)

    def monitor() -> None:
        reference = pulumi.StackReference("organization/project/dev")
        pulumi.export("url", reference.require_output("url"))
        pulumi.export("key", reference.require_output("key"))
        pulumi.export("missing", reference.get_output("missing"))

    deployment = run(monitor, emulator, upstream=lambda _: (upstream.outputs, upstream.secret_outputs))
    assert deployment.outputs == {"url": "http://x", "key": "hush", "missing": None}
    assert deployment.secret_outputs == {"key"}


def test_warnings_of_the_program_are_kept(emulator: Emulator) -> None:
    def program() -> None:
        pulumi.log.warn("take care")
        pulumi.log.info("never mind")

    assert deployed(emulator, program).warnings == ("take care",)


def test_a_run_leaves_the_callers_pulumi_and_event_loop_alone(emulator: Emulator) -> None:
    async def inside() -> str:
        def program() -> None:
            pulumi.export("stack", pulumi.get_stack())

        deployment = run(program, emulator, stack="own")
        return str(deployment.outputs["stack"])

    before = pulumi.get_stack()
    assert asyncio.run(inside()) == "own"
    assert pulumi.get_stack() == before
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("deployer")] == []


def test_a_programs_folder_is_run_as_the_pulumi_cli_would(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("{name: tiny, config: {size: {default: 3}}}")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {tiny:labels: {a: one}}")
    (tmp_path / "__main__.py").write_text(
        "import pulumi\n"
        "config = pulumi.Config()\n"
        "assert __name__ == '__main__'\n"
        "pulumi.export('config', [config.require_int('size'), config.require_object('labels')])\n"
        "pulumi.export('where', [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])\n"
    )
    deployment = deploy("dev", emulator, root=tmp_path, overrides={"labels.b": "two"})
    assert deployment.outputs == {
        "config": [3, {"a": "one", "b": "two"}],
        "where": ["organization", "tiny", "dev"],
    }
