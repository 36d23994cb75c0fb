"""What an operation takes and answers: what API Gateway would refuse of it, and what the functions never see.

Sources: see `settings.service.checks.contract`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from settings.service.checks.schemas import schema_problems
from settings.service.checks.security import Report
from settings.service.contract import JSON, Contract, is_json
from settings.service.source import Place


def message_problems(
    contract: Contract, place: Place, operation: Mapping[str, Any], shared: list[Any], report: Report
) -> None:
    """Every problem of its parameters, with those that its path `shared`, its body and its responses."""
    _parameters(contract, place, [*shared, *operation.get("parameters", [])], report)
    if "requestBody" in operation:
        _body(contract, place, operation["requestBody"], report)
    for status, response in operation["responses"].items():
        _answer(contract, (*place, "responses", status), status, response, report)


def _parameters(contract: Contract, place: Place, parameters: list[Any], report: Report) -> None:
    declared = set()
    for number, written in enumerate(parameters):
        at = (*place, "parameters", number)
        parameter = _followed(contract, at, written, report)
        where, name = parameter.get("in"), str(parameter.get("name"))
        if not parameter:
            continue
        if where not in ("path", "query"):
            report(
                at,
                f"{where} parameters do not reach the functions. Send it in the path, the query or the body.",
            )
        if not isinstance(parameter.get("schema"), Mapping):
            report(at, "it has no `schema`, so nothing says what it may be. Write one.")
            continue
        schema = schema_problems(contract, (*at, "schema"), parameter["schema"], report)
        kinds = {"string", "number", "integer", "boolean"} | ({"array"} if where == "query" else set())
        if schema is not None and schema.get("type") not in kinds:
            report(
                at,
                f"its type is none of {', '.join(sorted(kinds))}; other values have no form in a"
                f" URL. Give one.",
            )
        if where == "path":
            declared.add(name)
            if not parameter.get("required"):
                report(at, "a parameter of the path is always there. Write `required: true`.")
    used = {name.rstrip("+") for name in re.findall(r"\{([\w.+-]+)\}", str(place[1]))}
    for name in sorted(used ^ declared):
        missing = "is declared nowhere" if name in used else "stands nowhere in the path"
        report(place, f"the parameter {name!r} {missing}; API Gateway refuses it. Make the two one.")


def _body(contract: Contract, place: Place, written: Any, report: Report) -> None:
    at = (*place, "requestBody")
    body = _followed(contract, at, written, report)
    if place[2] in ("get", "head", "delete"):
        report(at, f"API Gateway refuses {place[2].upper()} requests with a body. Use post, or the query.")
    for media, content in _content(at, body, report, required=True):
        schema = content.get("schema")
        if is_json(media) and not isinstance(schema, Mapping):
            report(
                (*at, "content", media), "it has no `schema`, so anything would be let through. Write one."
            )
        elif isinstance(schema, Mapping):
            schema_problems(contract, (*at, "content", media, "schema"), schema, report, request=True)


def _answer(contract: Contract, at: Place, status: str, written: Any, report: Report) -> None:
    if not re.fullmatch(r"[1-5]\d\d|default", status):
        report(
            at,
            "a response has a status from 100 to 599, or is the `default`; API Gateway takes no"
            " range. Name it.",
        )
    response = _followed(contract, at, written, report)
    for media, content in _content(at, response, report, required=False):
        if media != JSON:
            report((*at, "content", media), f"functions answer {JSON} and nothing else. Describe it as that.")
        if isinstance(content.get("schema"), Mapping):
            schema = schema_problems(contract, (*at, "content", media, "schema"), content["schema"], report)
            if schema is not None and schema.get("type") in ("string", "number", "integer", "boolean"):
                report(
                    (*at, "content", media, "schema"),
                    "API Gateway has only objects and lists as answers. Use one.",
                )


def _content(
    at: Place, holder: Mapping[str, Any], report: Report, *, required: bool
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    content = holder.get("content")
    if content is None and not (required and holder):
        return
    if (
        not isinstance(content, Mapping)
        or not content
        or not all(isinstance(c, Mapping) for c in content.values())
    ):
        report((*at, "content"), "media types belong here, each with a mapping. Write them.")
        return
    yield from content.items()


def _followed(contract: Contract, at: Place, written: Any, report: Report) -> Mapping[str, Any]:
    try:
        return contract.followed(written)
    except (KeyError, TypeError, AttributeError, RecursionError):
        report(at, "what belongs here is a mapping, or a `$ref` to one in `components`. Correct it.")
        return {}
