"""Each row of the change table on the engine: exactly its effects, and a clean preview afterwards."""

import json
from collections.abc import Sequence
from itertools import zip_longest

import pytest
import yaml

from tests.engine.changes import ROWS
from tests.engine.cloud import Call
from tests.engine.effects import assert_effects
from tests.engine.project import Project
from tests.engine.row import Row
from tests.engine.stacks import BASE

pytestmark = pytest.mark.engine
POLICY = "x-amazon-apigateway-policy"


@pytest.mark.parametrize("row", [row for row in ROWS if not row.aside], ids=lambda row: row.what)
def test_a_change_has_these_effects_and_no_others(deployed: Project, row: Row) -> None:
    keys, settings = key_values(deployed), deployed.file(row.stack).read_text()
    told = max((number for number, step in enumerate(row.steps) if step.then), default=None)
    for number, step in enumerate(row.steps):
        step.do(deployed)
        faults = [step.fault] if step.fault else []
        last = not row.back and number == len(row.more)
        assert_effects(deployed, row.stack, step.effects, faults=faults, last=last)
        assert number or row.calls in ((), calls_on(deployed.cloud.calls, row.calls))
        # Whatever changes, a key keeps its value and is in one plan, and the monitor account stays let in.
        values = key_values(deployed)
        assert values == {name: keys.get(name, value) for name, value in values.items()}
        members = sorted(member.inputs["keyId"] for member in deployed.cloud.of("UsagePlanKey"))
        assert members == sorted(key.id for key in deployed.cloud.of("ApiKey"))
        assert who_may_call(deployed) == named_callers(deployed)
        if step.then:
            assert_effects(deployed, "dev-monitor", step.then, last=number == told)
    if row.back:
        deployed.file(row.stack).write_text(settings)
        assert_effects(deployed, row.stack, row.back)


@pytest.mark.parametrize("group", sorted({row.aside for row in ROWS if row.aside}))
def test_changes_that_have_nothing_in_common_have_their_effects_and_no_others(
    deployed: Project, group: str
) -> None:
    """Each step of all the rows in one update."""
    rows = [row for row in ROWS if row.aside == group]
    assert all((row.stack, row.calls, row.back) == ("dev", (), None) for row in rows)
    steps = [[step for step in together if step] for together in zip_longest(*(row.steps for row in rows))]
    told = max((number for number, taken in enumerate(steps) if any(step.then for step in taken)), default=-1)
    for number, taken in enumerate(steps):
        for step in taken:
            step.do(deployed)
        faults, last = [step.fault for step in taken if step.fault], taken is steps[-1]
        assert_effects(deployed, "dev", *[step.effects for step in taken], faults=faults, last=last)
        assert who_may_call(deployed) == named_callers(deployed)
        if then := [step.then for step in taken if step.then]:
            assert_effects(deployed, "dev-monitor", *then, last=number == told)


def calls_on(calls: Sequence[Call], like: Sequence[str]) -> list[str]:
    """The calls on the classes that `like` names, in order."""
    kinds = {call.split()[1] for call in like}
    return [f"{call.method} {call.kind}" for call in calls if call.kind in kinds]


def key_values(project: Project) -> dict[str, str]:
    """What customers hold, by the key's name."""
    return {key.inputs["name"]: key.outputs["value"] for key in project.cloud.of("ApiKey")}


def who_may_call(project: Project) -> set[str]:
    """The principals of other accounts that the API's resource policy lets in.

    It is the document's, or one that was attached since the last import of a document.
    """
    (api,) = project.cloud.of("RestApi")
    attached = [policy.inputs["policy"] for policy in project.cloud.of("RestApiPolicy")]
    policy = json.loads(attached[0]) if attached else json.loads(api.inputs["body"])[POLICY]
    arns = [statement["Condition"]["ArnEquals"]["aws:PrincipalArn"] for statement in policy["Statement"]]
    return {arn for one in arns for arn in ([one] if isinstance(one, str) else one)}


def named_callers(project: Project) -> set[str]:
    """The canary of the monitor account, and the roles that the settings name."""
    config = yaml.safe_load(project.file("dev").read_text())["config"]
    given = {key.partition(":")[2]: value for key, value in config.items()}
    roles = [(given["accounts"]["monitor"], f"{BASE}-canary")]
    for caller in given["api"].get("callers", []):
        roles += [(caller["account"], role) for role in caller["roles"]]
    return {f"arn:aws:iam::{account}:role/{role}" for account, role in roles}
