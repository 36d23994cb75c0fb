"""docs/callers.md: the settings and the contract that it shows are taken as they stand there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import service
from settings.api import Api
from settings.usage_plans import UsagePlan
from tests.settings.service.folder import Folder

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "callers.md").read_text()
BLOCKS = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
SETTINGS = [block.get("config", block) for block in BLOCKS if "paths" not in block]
(CONTRACT,) = (block for block in BLOCKS if "paths" in block)


def test_the_pages_settings_are_taken() -> None:
    shown: dict[str, Any] = {}
    for block in SETTINGS:
        ((key, value),) = block.items()
        if key == "inference-watch:api":
            shown |= value
        else:
            (plan,) = (UsagePlan.model_validate(one, strict=False) for one in value)
    api = Api.model_validate(shown, strict=False)
    assert [caller.role_arns for caller in api.callers] == [
        ("arn:aws:iam::333333333333:role/backend", "arn:aws:iam::333333333333:role/team/batch")
    ]
    assert set(api.authorizers) == {"customers", "partner", "device"}
    assert api.domain is not None
    assert [(key.name, key.caller, key.output) for key in plan.keys] == [
        ("globex", None, False),
        ("acme", "acme", False),
        ("initech", None, True),
    ]


def test_the_pages_operation_asks_for_a_token_of_its_scope_and_an_api_key(folder: Folder) -> None:
    ((_, item),) = CONTRACT["paths"].items()
    folder.contract["paths"]["/v1/shapes/{id}"]["get"]["security"] = item["get"]["security"]
    folder.contract["components"]["securitySchemes"] = CONTRACT["components"]["securitySchemes"]
    folder.definition["probes"][1]["authorization"] = {"bearer": "token", "api_key": True}
    found = service.checked(folder.write()).contract.operations["getShape"].security
    assert (found.token, found.scopes, found.api_key) == ("customers", ("lots/read",), "api_key")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
