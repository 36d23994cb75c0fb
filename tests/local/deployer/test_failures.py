"""Failures: told so that they can be fixed, without secrets, and leaving nothing behind."""

import json
import os
import signal
import threading
import time
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import DeployError, Resource
from local.deployer.deployment import run
from local.emulator import Emulator
from tests.local.deployer.support import SERVICE, account, deployed, trust


def test_a_failed_creation_names_resource_account_error_and_meaning(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        role = aws.iam.Role("first", name="twice", assume_role_policy=trust("a.amazonaws.com"), opts=opts)
        second = aws.iam.Role(
            "second",
            name="twice",
            assume_role_policy=trust("a.amazonaws.com"),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
        )
        aws.iam.RolePolicy("after", role=second.name, policy=trust("a"), opts=opts)
        pulumi.export("arn", second.arn)

    with pytest.raises(DeployError) as caught:
        deployed(emulator, program)
    assert (caught.value.type, caught.value.name, caught.value.account) == (
        "aws:iam/role:Role",
        "second",
        SERVICE,
    )
    message = str(caught.value)
    assert message.startswith(
        "aws:iam/role:Role 'second' in account 111111111111 was not created: "
        "CreateRole answered EntityAlreadyExists"
    )
    assert "two resources share a physical name" in message


def test_a_failure_that_nobody_waits_for_still_fails_the_deployment(emulator: Emulator) -> None:
    def program() -> None:
        aws.iam.RolePolicy("lost", role="no-such-role", policy=trust("a"), opts=account())

    with pytest.raises(DeployError, match=r"RolePolicy 'lost'.*NoSuchEntity"):
        deployed(emulator, program)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            lambda: aws.ssm.Parameter("p", type="String", value="x", opts=account()),
            "aws:ssm/parameter:Parameter 'p'.*does not know this type",
        ),
        (
            lambda: aws.sqs.Queue("q", fifo_queue=True, opts=account()),
            r"aws:sqs/queue:Queue 'q'.*\['fifoQueue'\].*local/deployer/resources/messaging.py",
        ),
        (lambda: aws.sqs.Queue("q"), "no explicit AWS provider"),
        (lambda: aws.sqs.Queue.get("q", "some-id", opts=account()), "no resource to read"),
        (aws.get_caller_identity_output, "getCallerIdentity.*answers no lookups"),
    ],
)
def test_what_the_local_run_cannot_do_is_an_error(emulator: Emulator, program: Any, message: str) -> None:
    with pytest.raises(DeployError, match=message):
        deployed(emulator, program)


def test_no_secret_gets_into_an_error(emulator: Emulator) -> None:
    def program() -> None:
        secret = pulumi.Output.secret({"Statement": "swordfish"}).apply(json.dumps)
        aws.sns.TopicSubscription(
            "s", topic="not-an-arn", protocol="https", endpoint=secret, redrive_policy=secret, opts=account()
        )

    with pytest.raises(DeployError) as caught:
        deployed(emulator, program)
    assert "swordfish" not in str(caught.value)


def test_an_error_of_the_program_itself_comes_through_unchanged(emulator: Emulator) -> None:
    def program() -> None:
        aws.sqs.Queue("q", name="before-the-error", opts=account())
        raise ZeroDivisionError("in the program")

    with pytest.raises(ZeroDivisionError, match="in the program"):
        deployed(emulator, program)


def test_an_error_inside_an_apply_fails_the_deployment(emulator: Emulator) -> None:
    def program() -> None:
        queue = aws.sqs.Queue("q", name="applied", opts=account())
        queue.arn.apply(lambda arn: arn[999])

    with pytest.raises(IndexError):
        deployed(emulator, program)


def test_ctrl_c_stops_the_deployment_and_leaves_no_thread_behind(emulator: Emulator) -> None:
    seen: list[Resource] = []

    def interrupt(resource: Resource) -> None:
        seen.append(resource)
        if len(seen) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)

    def program() -> None:
        opts = account()
        for number in range(30):
            queue = aws.sqs.Queue(f"queue-{number}", name=f"interrupted-{number}", opts=opts)
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[queue]))

    with pytest.raises(KeyboardInterrupt):
        run(program, emulator, on_resource=interrupt)
    assert 1 <= len(seen) < 30
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("deployer")] == []
