"""What API Gateway's import would refuse of a contract or leave out of it, and what is no OpenAPI 3.0.

Sources: "Amazon API Gateway important notes for REST APIs" and "Quotas for configuring and running a REST
API", API Gateway developer guide; OpenAPI specification 3.0.3. What only describes (examples, tags,
summaries) is not looked at.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from settings.service.checks.messages import message_problems
from settings.service.checks.security import Report, overlaps, scheme_problems, security_problems
from settings.service.contract import METHODS, Contract
from settings.service.errors import did_you_mean
from settings.service.reading import Service
from settings.service.source import Place

MAX_RESOURCES = 300
MAX_DOCUMENT_BYTES = 6_000_000
SEGMENT = re.compile(r"[\w.,:-]+|\{[\w.-]+\+?\}", re.ASCII)
OPERATION_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
RESERVED = ("/ping", "/sping")
PATH_KEYS = {*METHODS, "parameters", "summary", "description", "$ref", "servers"}


def contract_problems(service: Service) -> Iterator[str]:
    """Every problem of `openapi.yaml`."""
    found: dict[str, None] = {}
    source = service.contract.source

    def report(place: Place, problem: str) -> None:
        found[f"{source.at(place)}: {problem}"] = None

    document = source.data
    if not isinstance(document, Mapping) or not str(document.get("openapi", "")).startswith("3.0."):
        report(
            ("openapi",),
            "it is no OpenAPI 3.0 document; API Gateway imports no other. Write `openapi: 3.0.3`.",
        )
    elif _mappings(document, report):
        _document(document, report)
        _paths(document["paths"], report)
        for place, operation, shared in service.contract.written():
            _operation(service.contract, place, operation, shared, report)
        if not found:
            overlaps(service.contract, report)
    yield from found


def _mappings(document: Mapping[str, Any], report: Report) -> bool:
    """Whether everything that is gone into is a mapping."""
    wrong: list[Place] = []

    def look(place: Place, value: Any, *, required: bool = False) -> Mapping[str, Any]:
        if isinstance(value, Mapping) and (value or not required):
            return value
        if value is not None or required:
            wrong.append(place)
        return {}

    look(("info",), document.get("info"), required=True)
    parts = look(("components",), document.get("components"))
    for kind in ("schemas", "securitySchemes", "parameters", "requestBodies", "responses"):
        for name, part in look(("components", kind), parts.get(kind)).items():
            look(("components", kind, name), part, required=True)
    for path, item in look(("paths",), document.get("paths"), required=True).items():
        for method, operation in look(("paths", path), item, required=True).items():
            if method in METHODS:
                own = look(("paths", path, method), operation, required=True)
                look(("paths", path, method, "responses"), own.get("responses"), required=True)
    for place in wrong:
        report(
            place,
            "a mapping belongs here and none is there, or an empty one; API Gateway refuses it. Write it.",
        )
    return not wrong


def _document(document: Mapping[str, Any], report: Report) -> None:
    if len(json.dumps(document, default=str)) > MAX_DOCUMENT_BYTES:
        report((), "it has more than 6 MB, which API Gateway does not import. Make it smaller.")
    parts = document.get("components", {})
    for name in parts.get("schemas", {}):
        if not re.fullmatch(r"[A-Za-z0-9]+", name):
            report(
                ("components", "schemas", name),
                "API Gateway makes a model of it, whose name has letters and digits only. Rename it.",
            )
    scheme_problems(document, report)
    for key in document:
        if key.startswith("x-amazon-"):
            report(
                (key,),
                "the program writes API Gateway's extensions itself and would overwrite it. Remove it.",
            )


def _paths(paths: Mapping[str, Any], report: Report) -> None:
    variables: dict[str, str] = {}
    resources = set()
    for path, item in paths.items():
        segments = path.removeprefix("/").split("/")
        if not path.startswith("/"):
            report(("paths", path), "a path begins with `/`; API Gateway refuses others. Write it so.")
        elif path != "/" and not all(SEGMENT.fullmatch(segment) for segment in segments):
            report(
                ("paths", path),
                "API Gateway refuses it: what stands between slashes is letters, digits and _ . , : -"
                " or one whole {parameter}, and is not empty. Rename it.",
            )
        if path in RESERVED:
            report(("paths", path), "API Gateway keeps this path for its own health check. Rename it.")
        _variables(path, segments, variables, report)
        resources |= {"/".join(segments[:end]) for end in range(1, len(segments) + 1)}
        for key in item.keys() - PATH_KEYS:
            if not key.startswith("x-") or key.startswith("x-amazon-"):
                report(("paths", path, key), f"API Gateway has no such method. {did_you_mean(key, METHODS)}")
    if len(resources) > MAX_RESOURCES:
        report(
            ("paths",),
            f"{len(resources)} resources; API Gateway has at most {MAX_RESOURCES} an API. Use fewer.",
        )


def _variables(path: str, segments: list[str], variables: dict[str, str], report: Report) -> None:
    """`variables` are those of the paths so far, by what stands before them."""
    for number, segment in enumerate(segments):
        if not segment.startswith("{"):
            continue
        if segment.endswith("+}") and number < len(segments) - 1:
            report(
                ("paths", path), f"a path ends with {segment}, API Gateway has nothing below it. Rename it."
            )
        other = variables.setdefault("/".join(segments[:number]), segment)
        if other != segment:
            report(
                ("paths", path),
                f"{segment} stands where another path has {other}; API Gateway takes one parameter in one"
                " place. Give both one name.",
            )


def _operation(
    contract: Contract, place: Place, operation: Mapping[str, Any], shared: list[Any], report: Report
) -> None:
    name = operation.get("operationId")
    if not (isinstance(name, str) and OPERATION_ID.fullmatch(name)):
        report(
            (*place, "operationId"),
            "every operation has one, of at most 64 letters and digits: its functions and probes"
            " are found by it."
            " Write it.",
        )
    elif [o.get("operationId") for _, o, _ in contract.written()].count(name) > 1:
        report(
            (*place, "operationId"),
            f"two operations are {name!r}; which functions answer is open. Rename one.",
        )
    for key in operation:
        if key.startswith("x-amazon-"):
            report((*place, key), "the program writes API Gateway's extensions itself. Remove it.")
    security_problems(contract, place, operation, report)
    message_problems(contract, place, operation, shared, report)
