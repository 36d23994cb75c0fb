"""The account pair as shipped: bootstrap once, then every environment side by side in it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from local.deployer import DeployError, Deployment, bootstrap, deploy
from local.deployer.monitor import Resource
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator

REGION = "eu-central-1"
IMAGE = {"model.image": f"{SERVICE_ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/model:1"}


@pytest.fixture(scope="module")
def prepared() -> Iterator[tuple[Emulator, tuple[Resource, ...]]]:
    with Emulator() as emulator:
        yield emulator, bootstrap(emulator, REGION)


def test_both_accounts_get_what_they_need_once(prepared: tuple[Emulator, tuple[Resource, ...]]) -> None:
    emulator, resources = prepared
    assert Counter(r.account for r in resources) == {SERVICE_ACCOUNT: 6, MONITOR_ACCOUNT: 3}
    (link,) = emulator.client("oam", SERVICE_ACCOUNT).list_links()["Items"]
    (sink,) = emulator.client("oam", MONITOR_ACCOUNT).list_sinks()["Items"]
    assert (link["SinkArn"], sink["Name"]) == (sink["Arn"], "inference-watch")


def test_dev_and_prod_deploy_side_by_side_in_one_account_pair(
    prepared: tuple[Emulator, tuple[Resource, ...]],
) -> None:
    emulator, _ = prepared
    made: list[Deployment] = []
    for env in ("dev", "prod"):
        service = deploy(env, emulator, overrides=IMAGE)
        made += [service, deploy(f"{env}-monitor", emulator, stack_outputs=service)]
    assert [{r.account for r in d.resources} for d in made] == [{SERVICE_ACCOUNT}, {MONITOR_ACCOUNT}] * 2


def test_a_second_link_of_the_account_is_refused_as_aws_refuses_it(
    prepared: tuple[Emulator, tuple[Resource, ...]],
) -> None:
    emulator, _ = prepared
    (sink,) = emulator.client("oam", MONITOR_ACCOUNT).list_sinks()["Items"]
    own = {**IMAGE, "name": "other", "observability": {"sink_arn": sink["Arn"]}}
    with pytest.raises(DeployError, match=r"ConflictException.*link to this sink exists already"):
        deploy("dev", emulator, overrides=own)
