"""The accounts' own stacks, from nothing to nothing."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.project import Project
from tests.engine.stacks import BOOTSTRAP

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Both accounts prepared, without protection. Not to be changed: `fork` it."""
    with closing(Project.create(tmp_path_factory.mktemp("accounts"), BOOTSTRAP)) as project:
        for name in BOOTSTRAP:
            assert project.stack(name).up().error == ""
        yield project


@pytest.fixture
def accounts(prepared: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy of them, this test's own."""
    with closing(prepared.fork(tmp_path / "copy")) as project:
        yield project


def test_both_accounts_are_prepared_clean_and_go_links_before_sinks(
    prepared: Project, accounts: Project
) -> None:
    made = [call.name for call in prepared.cloud.calls]
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
    accounts.set("bootstrap/monitor", {"deletion_protection": True})
    assert accounts.stack("bootstrap/monitor").up().error == ""
    before = dict(accounts.cloud.things)
    refused = accounts.cli("destroy", "-s", "monitor", "--yes", "--cwd", str(accounts.root / "bootstrap"))
    assert refused.returncode != 0
    assert "is protected" in refused.stdout + refused.stderr
    assert accounts.cloud.things == before


def test_another_service_account_is_let_in_by_the_sinks_policy_and_nothing_else_changes(
    accounts: Project,
) -> None:
    accounts.set("bootstrap/monitor", {"further_sources": ["333333333333"]})
    monitor = accounts.stack("bootstrap/monitor")
    change = monitor.up()
    assert change.error == ""
    assert change.table == {"updated": {"SinkPolicy observability-policy"}}
    (policy,) = [policy.inputs["policy"] for policy in accounts.cloud.of("SinkPolicy")]
    assert "arn:aws:iam::333333333333:root" in policy
    assert (monitor.preview().steps, accounts.stack("bootstrap/service").preview().steps) == ((), ())


def test_what_a_link_lets_through_is_set_in_place_and_what_exists_elsewhere_is_given_up(
    accounts: Project,
) -> None:
    service = accounts.stack("bootstrap/service")
    accounts.set("bootstrap/service", {"observability": {"metric_filter": "Namespace LIKE 'AWS/%'"}})
    assert service.up().table == {"updated": {"Link observability-link"}}
    (link,) = accounts.cloud.of("Link")
    assert link.inputs["linkConfiguration"] == {"metricConfiguration": {"filter": "Namespace LIKE 'AWS/%'"}}
    accounts.set("bootstrap/service", {"sharing": False, "api_gateway_logs": False})
    change = service.up()
    assert change.error == ""
    assert change.table == {
        "deleted": {
            "Account api-logging-account",
            "Role api-logging-role",
            "RolePolicy api-logging-policy",
            "Role sharing-role",
            "RolePolicy sharing-policy",
        }
    }
    assert service.preview().steps == ()
