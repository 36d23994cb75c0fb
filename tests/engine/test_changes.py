"""Each row of the change table on the engine: exactly its effects, and a clean preview afterwards."""

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import pytest
import yaml

from tests.engine.changes import ROWS
from tests.engine.cloud import Call
from tests.engine.engine import Stack, resource_of
from tests.engine.project import Project
from tests.engine.row import Effects, Row
from tests.engine.stacks import BASE

pytestmark = pytest.mark.engine
POLICY = "x-amazon-apigateway-policy"


@pytest.mark.parametrize("row", [row for row in ROWS if not row.aside], ids=lambda row: row.what)
def test_a_change_has_these_effects_and_no_others(deployed: Project, row: Row) -> None:
    keys, settings = key_values(deployed), deployed.file(row.stack).read_text()
    row.do(deployed)
    stack = deployed.stack(row.stack)
    assert_effects(stack, row.effects)
    assert row.calls in ((), calls_on(deployed.cloud.calls, row.calls))
    # Whatever changes, a key keeps its value and is in one plan, and the monitor account stays let in.
    values = key_values(deployed)
    assert values == {name: keys.get(name, value) for name, value in values.items()}
    members = sorted(member.inputs["keyId"] for member in deployed.cloud.of("UsagePlanKey"))
    assert members == sorted(key.id for key in deployed.cloud.of("ApiKey"))
    assert who_may_call(deployed) == named_callers(deployed)
    if row.then:
        assert_effects(deployed.stack("dev-monitor"), row.then)
    for do, effects in row.more:
        do(deployed)
        assert_effects(stack, effects)
    if row.back:
        deployed.file(row.stack).write_text(settings)
        assert_effects(stack, row.back)


@pytest.mark.parametrize("group", sorted({row.aside for row in ROWS if row.aside}))
def test_changes_that_have_nothing_in_common_have_their_effects_and_no_others(
    deployed: Project, group: str
) -> None:
    rows = [row for row in ROWS if row.aside == group]
    stack = deployed.stack("dev")
    there, wanted = existing(stack), dict[str, set[str]]()
    for row in rows:
        assert row == Row(what=row.what, aside=group, do=row.do, effects=row.effects)
        own = expanded(row.effects, there)
        assert set().union(*own.values()).isdisjoint(set().union(*wanted.values()))
        wanted = {effect: wanted.get(effect, set()) | own.get(effect, set()) for effect in {*wanted, *own}}
        row.do(deployed)
    assert_table(stack, wanted)


def assert_effects(stack: Stack, effects: Effects) -> None:
    """An `up` does exactly this and leaves nothing to do."""
    assert_table(stack, expanded(effects, existing(stack)))


def assert_table(stack: Stack, wanted: Mapping[str, set[str]]) -> None:
    change = stack.up()
    assert change.error == ""
    done = short(change.table)
    strange = {effect: done.get(effect, set()) ^ wanted.get(effect, set()) for effect in {*done, *wanted}}
    assert {effect: sorted(names) for effect, names in strange.items() if names} == {}
    assert stack.preview().steps == ()


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


def existing(stack: Stack) -> set[str]:
    """`Class name` of every resource in the stack's state."""
    return {resource for item in stack.state["resources"] if (resource := resource_of(item["urn"]))}


def expanded(effects: Effects, there: set[str]) -> Mapping[str, set[str]]:
    """The effects with every `*` replaced by what there is; a pattern that fits nothing is a mistake."""
    known = {short_name(resource) for resource in there}
    wanted: dict[str, set[str]] = {}
    for effect, patterns in effects.items():
        for pattern in patterns.split(", "):
            fits = {name for name in known if fnmatchcase(name, pattern)} if "*" in pattern else {pattern}
            assert fits, f"there is no {pattern}"
            wanted.setdefault(effect, set()).update(fits)
    return wanted


def short(table: Mapping[str, set[str]]) -> Mapping[str, set[str]]:
    """The table without the service's name."""
    return {effect: {short_name(resource) for resource in resources} for effect, resources in table.items()}


def short_name(resource: str) -> str:
    return resource.replace(f" {BASE}-", " ", 1)
