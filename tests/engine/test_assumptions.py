"""What the stand-in assumes, held against the real AWS provider and the pulumi-aws classes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine import terraform
from tests.engine.classes import shape
from tests.engine.cloud import Thing
from tests.engine.kinds import KINDS
from tests.engine.project import Project
from tests.engine.stacks import ALL, FULL, FULL_ACCOUNT

# What the program only sets in other shapes than these, or the provider of that version does not know.
UNSEEN = {
    "aws:apigateway/apiKey:ApiKey": {"value"},
    "aws:budgets/budget:Budget": {"accountId"},
    "aws:iam/policy:Policy": {"description", "path"},
    "aws:route53/record:Record": {"setIdentifier"},
    # Of the evidence, which no stack here collects.
    "aws:s3/bucket:Bucket": {"objectLockEnabled"},
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {"bucket"},
}


@pytest.mark.provider
@pytest.mark.skipif(bool(terraform.missing()), reason=terraform.missing())
def test_what_forces_a_replacement_is_what_the_real_provider_plans(
    project: Callable[..., Project], tmp_path: Path
) -> None:
    full = {**FULL, "budget": {"monthly_usd": 60}}
    new = project({**ALL, "dev": full, "bootstrap/monitor": FULL_ACCOUNT})
    for stack in ALL:
        assert new.stack(stack).up().error == ""
    judged = terraform.verdicts(one_of_each(new), tmp_path)
    assert {v for v in judged if v.replaces != KINDS[v.token].forces(v.input)} == set()
    seen = {token: {v.input for v in judged if v.token == token} for token in KINDS}
    unjudged = {token: kind.replaces - seen[token] - {"name", kind.named} for token, kind in KINDS.items()}
    assert {token: names for token, names in unjudged.items() if names} == UNSEEN


def one_of_each(project: Project) -> list[Thing]:
    """Of each type the things that no other one of the type has all inputs of."""
    shapes = {(thing.type, frozenset(thing.inputs)): thing for thing in project.cloud.things.values()}
    return [
        thing
        for (kind, inputs), thing in shapes.items()
        if not any(kind == other and inputs < more for other, more in shapes)
    ]


@pytest.mark.parametrize("token", KINDS)
def test_pulumi_names_what_has_a_name_where_the_program_does_not(token: str) -> None:
    usual = "name" if "name" in shape(token).inputs else None
    unusual = {
        "aws:lambda/permission:Permission": "statementId",
        "aws:route53/record:Record": None,  # it has to be given
        "aws:s3/bucket:Bucket": "bucket",
    }
    assert KINDS[token].named == unusual.get(token, usual)


@pytest.mark.parametrize("token", KINDS)
def test_the_table_speaks_of_inputs_that_the_class_has(token: str) -> None:
    kind = KINDS[token]
    assert {*kind.replaces, *(kind.once or ())} <= shape(token).inputs.keys()
