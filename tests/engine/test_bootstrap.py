"""The accounts' own stacks, from nothing to nothing."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.engine.project import Project, Stack
from tests.engine.stacks import ACCOUNTS, REGION

pytestmark = pytest.mark.engine


def stack(project: Project, role: str, settings: Mapping[str, Any]) -> Stack:
    """The account's stack with these settings in its file."""
    name = f"bootstrap/{role}"
    project.file(name).write_text(yaml.safe_dump({"config": {}}))
    project.set(name, {"role": role, "region": REGION, "accounts": ACCOUNTS, **settings})
    return project.stack(name)


@pytest.fixture
def accounts(project: Any) -> Project:
    """Both accounts prepared, without protection."""
    new: Project = project()
    assert stack(new, "monitor", {"deletion_protection": False}).up().error == ""
    linked = {"deletion_protection": False, "observability": {"sink_arn": sink_arn(new)}}
    assert stack(new, "service", linked).up().error == ""
    return new


def sink_arn(project: Project) -> str:
    return str(stack(project, "monitor", {}).outputs["sink_arn"])


def test_both_accounts_are_prepared_clean_and_go_links_before_sinks(accounts: Project) -> None:
    made = [call.name for call in accounts.cloud.calls]
    assert made.index("api-logging-policy") < made.index("api-logging-account")  # AWS tries the role out
    assert sorted(f"{thing.account[0]} {thing.kind}" for thing in accounts.cloud.things.values()) == [
        "1 Account",
        "1 Link",
        "1 Role",
        "1 Role",
        "1 RolePolicy",
        "1 RolePolicy",
        "2 ServiceLinkedRole",
        "2 Sink",
        "2 SinkPolicy",
    ]
    monitor, service = (accounts.stack(f"bootstrap/{role}") for role in ("monitor", "service"))
    assert (monitor.preview().steps, service.preview().steps) == ((), ())
    refused = monitor.destroy()
    assert "it has links" in refused.error + refused.output
    assert service.destroy().error == ""
    assert monitor.destroy().error == ""
    assert accounts.cloud.things == {}


def test_a_protected_account_is_not_destroyed(accounts: Project) -> None:
    assert stack(accounts, "monitor", {}).up().error == ""
    before = dict(accounts.cloud.things)
    refused = accounts.cli("destroy", "-s", "monitor", "--yes", "--cwd", str(accounts.root / "bootstrap"))
    assert refused.returncode != 0
    assert "is protected" in refused.stdout + refused.stderr
    assert accounts.cloud.things == before


def test_another_service_account_is_let_in_by_the_sinks_policy_and_nothing_else_changes(
    accounts: Project,
) -> None:
    more = {"deletion_protection": False, "further_sources": ["333333333333"]}
    monitor = stack(accounts, "monitor", more)
    change = monitor.up()
    assert change.error == ""
    assert change.table == {"updated": {"SinkPolicy observability-policy"}}
    (policy,) = [policy.inputs["policy"] for policy in accounts.cloud.of("SinkPolicy")]
    assert "arn:aws:iam::333333333333:root" in policy
    assert (monitor.preview().steps, accounts.stack("bootstrap/service").preview().steps) == ((), ())
