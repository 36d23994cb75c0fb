"""`terraform show -json`, of a plan or a state, and a state file itself; OpenTofu's are the same.

Source: "JSON Output Format" (developer.hashicorp.com/terraform/internals/json-format). A plan's values come
from `planned_values`, with what is known after apply from `resource_changes`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.sources import provider
from rehearsal.sources.found import Found, Resource, Unknown

PREFIXES = ("aws_cloudwatch_", "awscc_cloudwatch_")


def fits(document: Any) -> bool:
    """Whether it is a plan or a state of Terraform."""
    return isinstance(document, Mapping) and bool({"terraform_version", "planned_values"} & set(document))


def read(document: Mapping[str, Any]) -> Found:
    """The alarms as they are after the plan, or in the state."""
    unknown = {
        str(change.get("address")): _map(_map(change.get("change")).get("after_unknown"))
        for change in _maps(document.get("resource_changes"))
    }
    found = Found(region=_region(document))
    for address, kind, values in _resources(document):
        prefix = next((p for p in PREFIXES if kind.startswith(p)), None)
        attributes = _merged(values, unknown.get(address, {}))
        if prefix is not None:
            provider.file(found, kind.removeprefix(prefix), attributes, address)
        else:
            found.resources.append(Resource(kind=kind, name=address, properties=attributes))
    return found


def _region(document: Mapping[str, Any]) -> str | None:
    """The region of the default provider, if it is written into the program."""
    providers = _map(_map(document.get("configuration")).get("provider_config"))
    region = _map(_map(_map(providers.get("aws")).get("expressions")).get("region")).get("constant_value")
    return region if isinstance(region, str) else None


def _resources(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(address, type, values) of every managed resource."""
    state = _map(document.get("planned_values")) or _map(document.get("values"))
    modules = [_map(state.get("root_module"))]
    while modules:
        module = modules.pop(0)
        for resource in _maps(module.get("resources")):
            if resource.get("mode") != "data":
                yield str(resource.get("address")), str(resource.get("type")), _map(resource.get("values"))
        modules += _maps(module.get("child_modules"))
    if not state:
        for change in _maps(document.get("resource_changes")):
            after = _map(_map(change.get("change")).get("after"))
            if after and change.get("mode") != "data":
                yield str(change.get("address")), str(change.get("type")), after
        for resource in _maps(document.get("resources")):  # terraform.tfstate
            name = f"{resource.get('type')}.{resource.get('name')}"
            for instance in _maps(resource.get("instances")) if resource.get("mode") != "data" else ():
                key = instance.get("index_key")
                at = f"[{json.dumps(key)}]" if key is not None else ""
                parts = (str(resource.get("module") or ""), f"{name}{at}")
                yield (
                    ".".join(filter(None, parts)),
                    str(resource.get("type")),
                    _map(instance.get("attributes")),
                )


def _merged(values: Any, unknown: Any) -> Any:
    """`values` with what is only known after apply where `unknown` says true."""
    if unknown is True:
        return Unknown("${known after apply}")
    if isinstance(unknown, Mapping):
        known = values if isinstance(values, Mapping) else {}
        return {
            **known,
            **{k: _merged(known.get(k), u) for k, u in unknown.items() if u not in (False, [], {})},
        }
    if isinstance(unknown, list):
        listed = values if isinstance(values, list) else []
        padded = [*listed, *[None] * (len(unknown) - len(listed))]
        return [_merged(v, u) for v, u in zip(padded, [*unknown, *[False] * len(padded)], strict=False)]
    return values


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
