import ast
import importlib
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
from pulumi._types import input_type_py_to_pulumi_names

from local.deployer.errors import Unsupported
from local.deployer.registry import CREATORS, lookup

COMPONENTS = Path(__file__).resolve().parents[3] / "components"


def properties(token: str) -> set[str]:
    """The input properties that the AWS provider's own class has, in camelCase."""
    _, module, name = token.split(":")
    folder = module.split("/")[0]
    package = importlib.import_module(f"pulumi_aws.{'lambda_' if folder == 'lambda' else folder}")
    # Where a section of another resource has the name, the SDK calls the resource's own arguments otherwise.
    own = getattr(package, f"{name}InitArgs", None) or getattr(package, f"{name}Args")
    return set(input_type_py_to_pulumi_names(own).values())


def used_by_components() -> set[str]:
    """`service.Class` of every `aws.service.Class(...)` call in components/."""
    found = set()
    for path in COMPONENTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("aws."):
                parts = ast.unparse(node.func).split(".")
                if len(parts) == 3 and not parts[2].endswith("Args"):
                    found.add(".".join(parts[1:]))
    return found


def token(name: str) -> str:
    service, cls = name.split(".")
    resource: Any = getattr(getattr(aws, service), cls)
    return str(resource.pulumi_type)


def test_every_resource_that_a_component_makes_has_a_creator() -> None:
    used = used_by_components()
    assert len(used) > 30
    assert {name for name in used if token(name) not in CREATORS} == set()


@pytest.mark.parametrize("type_token", sorted(CREATORS))
def test_a_creator_declares_only_properties_that_exist_and_each_once(type_token: str) -> None:
    creator = CREATORS[type_token]
    known = properties(type_token)
    # `tags` and `region` belong to every request, whether the type has them or not.
    assert (creator.handles | set(creator.ignores)) - known <= {"tags", "region"}
    assert creator.handles & set(creator.ignores) == frozenset()
    assert all(creator.ignores.values())


def test_an_unknown_type_says_where_to_add_it() -> None:
    with pytest.raises(Unsupported, match=r"local/deployer module of its service"):
        lookup("aws:route53/zone:Zone", {})


def test_an_unknown_property_is_refused_not_dropped() -> None:
    with pytest.raises(Unsupported, match=r"\['rangeQueries'\].*local/deployer/resources/storage\.py"):
        lookup("aws:dynamodb/table:Table", {"hashKey": "id", "rangeQueries": True})
