"""Asks the real AWS provider which changes it would carry out in place: `terraform plan`, without AWS.

Every input of a thing is tried by itself: the configuration is what the thing is made of, the prior state
says something else of that one input. Pulumi's names become Terraform's by rule, its schema judges.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.engine.cloud import Thing
from tests.engine.provider import SIGNATURE

SOURCE, VERSION = "registry.terraform.io/hashicorp/aws", "5.100.0"
MIRRORS = ("/*/*/registry.terraform.io", "/usr/*/share/terraform/plugins/registry.terraform.io")
MODULES = {"apigateway": "api_gateway"}
TYPES = {"aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider"}
# Pulumi's own names for arguments, where no rule leads to Terraform's.
RENAMED = {
    "aws_lambda_function": {"code": "filename", "name": "function_name"},
    "aws_lambda_layer_version": {"code": "filename"},
    "aws_lambda_permission": {"function": "function_name"},
    "aws_cloudwatch_metric_alarm": {"name": "alarm_name"},
    "aws_api_gateway_base_path_mapping": {"restApi": "api_id"},
    "aws_route53_record": {"aliases": "alias"},
    "aws_sns_topic_subscription": {"topic": "topic_arn"},
}
NEWER = {  # what this version of the provider lacks, and what it has instead
    "python3.14": "python3.13",
}
LACKS = {("aws_cloudwatch_metric_alarm", "warmUpConfiguration")}
Tree = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether the provider replaces a `token` for a change at `path` (Pulumi's names, dotted)."""

    token: str
    path: str
    replaces: bool

    @property
    def input(self) -> str:
        """The input itself, without what is inside it."""
        return self.path.split(".", maxsplit=1)[0]


def missing() -> str:
    """Why Terraform cannot be asked here; empty where it can."""
    if shutil.which("terraform") is None:
        return (
            "No terraform on the PATH: what forces a replacement was not held against the real AWS provider."
        )
    if _mirror() is None:
        return f"No copy of {SOURCE} here: what forces a replacement was not held against it."
    return ""


def verdicts(things: list[Thing], folder: Path) -> list[Verdict]:
    """The real provider's word on every input of these things. Raises `RuntimeError` when it has none."""
    schema = _schema(folder)
    cases: list[tuple[str, str, str, str]] = []  # address, token, Pulumi path, argument
    resources: Tree = {}
    states = []
    for thing in things:
        kind = terraform_type(thing.type)
        block = schema[kind]["block"]
        whole = _block(kind, block, thing.inputs)
        for pulumi_path, path in _paths(kind, block, thing.inputs):
            label = f"c{len(cases)}"
            cases.append((f"{kind}.{label}", thing.type, pulumi_path, path[0]))
            resources.setdefault(kind, {})[label] = {**whole, "provider": "aws"}
            before = _changed(whole, path) | {"id": thing.id, **_arn(block, thing)}
            states.append(_instance(kind, label, schema[kind]["version"], before))
    # Only the paths count: what a prior state leaves out may force a replacement as well.
    forced = {
        f"{change['type']}.{change['name']}": {path[0] for path in change["change"].get("replace_paths", [])}
        for change in _plan(folder, resources, states)
    }
    return [
        Verdict(token=token, path=path, replaces=argument in forced[address])
        for address, token, path, argument in cases
    ]


def terraform_type(token: str) -> str:
    """`aws:lambda/function:Function` -> `aws_lambda_function`."""
    if token in TYPES:
        return TYPES[token]
    _, path, name = token.split(":")
    module = path.split("/")[0]
    return f"aws_{MODULES.get(module, module)}_{_snake(name)}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _argument(kind: str, block: Mapping[str, Any], name: str) -> str | None:
    """Terraform's name of an argument: renamed, the same, or without Pulumi's plural, `_id` left out."""
    word = RENAMED.get(kind, {}).get(name) or _snake(name)
    singular = re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")
    known = block.get("attributes", {}).keys() | block.get("block_types", {}).keys()
    return next((c for c in (word, singular, f"{word}_id", f"{word}s") if c in known), None)


def _block(kind: str, block: Mapping[str, Any], inputs: Mapping[str, Any]) -> Tree:
    """Pulumi's inputs as Terraform's arguments. Raises `LookupError` for one that has no place."""
    made: Tree = {}
    for name, value in inputs.items():
        if value is None or name.startswith("__") or (kind, name) in LACKS:
            continue
        argument = _argument(kind, block, name)
        if argument is None:
            raise LookupError(f"{kind} has no argument for {name}")
        nested = block.get("block_types", {}).get(argument)
        if nested:
            items = value if isinstance(value, list) else [value]
            made[argument] = [_block("", nested["block"], item) for item in items]
        else:
            made[argument] = _value(block["attributes"][argument].get("type"), value)
    return made


def _value(kind: Any, value: Any) -> Any:
    if isinstance(value, Mapping) and SIGNATURE in value:
        return "package.zip"  # an archive
    if isinstance(kind, list) and kind[0] in ("list", "set"):
        return [_value(kind[1], item) for item in (value if isinstance(value, list) else [value])]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return NEWER.get(value, value) if isinstance(value, str) else value


def _paths(kind: str, block: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Every leaf that a program sets: its dotted Pulumi path and where it is in Terraform's tree."""
    for name, value in inputs.items():
        if value is None or name.startswith("__") or (kind, name) in LACKS:
            continue
        argument = _argument(kind, block, name)
        nested = block.get("block_types", {}).get(argument)
        if not nested:
            yield name, [argument]
            continue
        first = value[0] if isinstance(value, list) else value
        for path, inner in _paths("", nested["block"], first):
            yield f"{name}.{path}", [argument, 0, *inner]


def _changed(tree: Tree, path: list[Any]) -> Tree:
    """A copy in which the value at the path is another one."""
    copy: Tree = json.loads(json.dumps(tree))
    place: Any = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = _other(place[path[-1]])
    return copy


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return json.dumps({"other": 1}) if value.startswith("{") else f"{value}x"
    if isinstance(value, list):
        return [*map(_other, value)]
    return {**value, "other": "x"}


def _arn(block: Mapping[str, Any], thing: Thing) -> Tree:
    computed = block["attributes"].get("arn", {}).get("computed")
    return {"arn": thing.outputs["arn"]} if computed and "arn" in thing.outputs else {}


def _instance(kind: str, label: str, version: int, attributes: Tree) -> Tree:
    return {
        "mode": "managed",
        "type": kind,
        "name": label,
        "provider": f'provider["{SOURCE}"]',
        "instances": [{"schema_version": version, "attributes": attributes}],
    }


@cache
def _mirror() -> Path | None:
    return next((found.parent for pattern in MIRRORS for found in Path("/").glob(pattern[1:])), None)


def _schema(folder: Path) -> Mapping[str, Any]:
    required = {"aws": {"source": "hashicorp/aws", "version": VERSION}}
    main = {"terraform": {"required_providers": required}}
    (folder / "main.tf.json").write_text(json.dumps(main))
    (folder / "package.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    _terraform(folder, "init", "-no-color", f"-plugin-dir={_mirror()}")
    schemas = json.loads(_terraform(folder, "providers", "schema", "-json"))
    found: Mapping[str, Any] = schemas["provider_schemas"][SOURCE]["resource_schemas"]
    return found


def _plan(folder: Path, resources: Tree, states: list[Tree]) -> list[Tree]:
    main = json.loads((folder / "main.tf.json").read_text())
    skips = ("credentials_validation", "requesting_account_id", "region_validation")
    provider: Tree = {"region": "eu-central-1", "access_key": "key", "secret_key": "key"}
    provider |= {f"skip_{name}": True for name in skips} | {"skip_metadata_api_check": "true"}
    main |= {"provider": {"aws": provider}, "resource": resources}
    (folder / "main.tf.json").write_text(json.dumps(main))
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "l", "resources": states}
    (folder / "terraform.tfstate").write_text(json.dumps(state))
    _terraform(folder, "plan", "-refresh=false", "-input=false", "-no-color", "-out=plan")
    changes: list[Tree] = json.loads(_terraform(folder, "show", "-json", "plan"))["resource_changes"]
    return changes


def _terraform(folder: Path, *arguments: str) -> str:
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    environment = {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"}
    done = run(["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        # Where in the document follows each, which is on one line.
        said = "\n".join(line[:500] for line in done.stderr.splitlines() if line.strip())
        raise RuntimeError(f"terraform {arguments[0]}: {said[:6000]}")
    return done.stdout
