"""A run that fails half-way: the next one, or the way back, ends well and leaves nothing behind."""

from collections.abc import Callable, Sequence

import pytest

from tests.engine.changes import ROWS
from tests.engine.cloud import Fault, Thing
from tests.engine.engine import Stack, resource_of
from tests.engine.project import Project
from tests.engine.row import Row
from tests.engine.stacks import ACCOUNTS, PAIR, RETAINED

pytestmark = pytest.mark.engine
CHANGES = {
    "a changed contract": [
        Fault(method="Create", kind="Deployment"),
        Fault(method="Update", kind="Stage"),
        Fault(method="Delete", kind="Deployment"),
    ],
    "another image": [
        Fault(method="Create", kind="EndpointConfiguration"),
        Fault(method="Update", kind="Endpoint"),
    ],
    "another instance type": [
        Fault(method="Create", kind="Endpoint"),
        Fault(method="Update", kind="Function"),
        Fault(method="Delete", kind="Endpoint"),
    ],
    "a renamed plan": [
        Fault(method="Create", kind="UsagePlanKey"),
        Fault(method="Delete", kind="UsagePlan"),
    ],
    "a key that moves": [Fault(method="Create", kind="UsagePlanKey")],
    "changed code": [Fault(method="Update", kind="Alias")],
}


def row(beginning: str) -> Row:
    (found,) = [row for row in ROWS if row.what.startswith(beginning)]
    return found


def assert_settled(project: Project, stack: Stack, role: str, retained: Sequence[str] = ()) -> None:
    """A clean preview, and what exists is exactly what the state knows and what was to be retained."""
    assert stack.preview().steps == ()
    things = [t for t in project.cloud.things.values() if t.account == ACCOUNTS[role]]
    known = [resource_of(item["urn"]) for item in stack.state["resources"]]
    assert sorted(f"{t.kind} {t.name}" for t in things) == sorted([*filter(None, known), *retained])


def called(project: Project) -> str:
    """The endpoint that the function calls."""
    (function,) = [f for f in project.cloud.of("Function") if "ENDPOINT_NAME" in variables(f)]
    return variables(function)["ENDPOINT_NAME"]


def variables(function: Thing) -> dict[str, str]:
    found: dict[str, str] = function.inputs["environment"]["variables"]
    return found


def there(project: Project, kind: str) -> set[str]:
    """The names of what exists of a class."""
    return {thing.inputs["name"] for thing in project.cloud.of(kind)}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_that_fails_at_each_of_its_steps_is_finished_by_the_next_run(
    deployed: Project, what: str
) -> None:
    stack = deployed.stack("dev")
    row(what).do(deployed)
    for fault in CHANGES[what]:
        deployed.cloud.faults.append(fault)
        failed = stack.up()
        assert fault.message in failed.error
        assert deployed.cloud.faults == []
        assert called(deployed) in there(deployed, "Endpoint")
    assert stack.up().error == ""
    retained = RETAINED if what in ("another image", "another instance type") else ()
    assert_settled(deployed, stack, "service", retained)


def test_a_change_that_failed_half_way_can_be_taken_back(deployed: Project) -> None:
    stack = deployed.stack("dev")
    before = deployed.file("dev").read_text()
    deployed.cloud.faults.append(Fault(method="Update", kind="Alias"))
    row("more memory").do(deployed)
    assert stack.up().error != ""
    deployed.file("dev").write_text(before)
    assert stack.up().error == ""
    assert_settled(deployed, stack, "service")


def test_a_first_deployment_that_fails_in_several_places_is_finished_by_the_next_run(
    project: Callable[[], Project],
) -> None:
    new = project()
    stack = new.stack("dev")
    kinds = ("UsagePlan", "Endpoint", "MetricAlarm", "TopicSubscription")
    new.cloud.faults += [Fault(method="Create", kind=kind) for kind in kinds]
    while new.cloud.faults:  # the engine stops at the first few
        before = len(new.cloud.faults)
        assert stack.up().error != ""
        assert len(new.cloud.faults) < before
    assert stack.up().error == ""
    assert_settled(new, stack, "service")


def test_a_destroy_that_failed_half_way_is_finished_by_the_next(deployed: Project) -> None:
    deployed.cloud.faults.append(Fault(method="Delete", kind="RestApi"))
    assert deployed.cli("destroy", "-s", "dev", "--yes").returncode != 0
    assert deployed.cloud.of("RestApi") != []
    for name in PAIR:
        done = deployed.cli("destroy", "-s", name, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(f"{t.kind} {t.name}" for t in deployed.cloud.things.values()) == RETAINED
