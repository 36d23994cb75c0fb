"""The stack files and the file of probes, as text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import yaml

from config.stack_files import FLOAT, INT
from discovery import probe
from discovery.found import Endpoint, Found, Function, Route
from discovery.names import Names
from handlers.usage_reporter.usage import names_of
from settings.existing import TIMEOUT_MS, slug
from settings.slo import Slo

PROJECT = "inference-watch"
SLO = Slo()
LONGEST_KEY = 120  # of 255 characters of an alarm's name, in which more stands


class _Dumper(yaml.SafeDumper):
    """Quotes a text that the Pulumi CLI would read as a number: an API's id may be 12e4567890."""


for _kind, _pattern in (("int", INT), ("float", FLOAT)):
    _Dumper.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(rf"(?:{_pattern.pattern})\Z"), list("-+.0123456789")
    )


def files(found: Found, names: Names, monitor_account: str) -> dict[str, str]:
    """By path: both stacks' files and the probes'."""
    probes = f"probes/{names.stack}.yaml"
    route = probe.chosen(found.api.routes)
    common = {
        "name": names.name,
        "env": names.env,
        "region": found.region,
        "accounts": {"service": found.account_id, "monitor": monitor_account},
    }
    api = found.api
    head = [
        f"{api.kind.upper()} API {api.name or api.id!r} ({api.id}), stage {api.stage}, in account"
        f" {found.account_id}, {found.region}.",
        *(f"Not seen: {sentence}." for sentence in found.unseen),
    ]
    existing = "\n".join(f"    {line}" for line in _existing(found, route, f"{names.name}-{names.env}"))
    return {
        f"Pulumi.{names.stack}.yaml": "".join(f"# {line}\n" for line in head)
        + _settings({"role": "watch", **common, "probes": probes})
        + f"  # What you promise; the default:\n  # {PROJECT}:slo: {flow(SLO.model_dump())}\n"
        + f"  {PROJECT}:existing:\n{existing}\n",
        f"Pulumi.{names.stack}-monitor.yaml": _settings({"role": "monitor", **common}),
        probes: probe.file(api, route, f"{names.stack}-monitor"),
    }


def _settings(values: Mapping[str, Any]) -> str:
    document = {"config": {f"{PROJECT}:{key}": value for key, value in values.items()}}
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=200)
    return text


def _existing(found: Found, probed: Route | None, base: str) -> Iterator[str]:
    api = found.api
    if api.url:
        yield f"url: {flow(api.url)} # a custom domain that leads to the stage"
    yield f"api: {flow(_api(found))}{_comment(_slow(api.routes))}"
    steady = probed.target.name if probed and len(found.functions) > 1 else ""
    yield from _listed(
        "functions",
        [
            (_function(found, function, steady=steady == function.name), _of_function(found, function))
            for function in found.functions
        ],
    )
    yield from _listed(
        "tables",
        [
            ({"name": table.name, "operation": operation}, table.why)
            for table in found.tables
            for operation in table.operations
        ],
    )
    yield from _listed("endpoints", [(_endpoint(endpoint), "") for endpoint in found.endpoints])
    yield from _listed("usage_plans", list(_plans(found, base)))


def _listed(key: str, items: Sequence[tuple[Mapping[str, Any], str]]) -> Iterator[str]:
    """A list, an item a line, each with its comment; nothing of what is None or empty."""
    if items:
        yield f"{key}:"
    for values, comment in _told_apart(key, items):
        yield f"  - {flow({name: value for name, value in values.items() if value})}{_comment(comment)}"


def _told_apart(
    kind: str, items: Sequence[tuple[Mapping[str, Any], str]]
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """A `key` for each whose alarms would else be those of one before it, or have no name or a long one."""
    taken: set[str] = set()
    for values, comment in items:
        words = (str(values[part]) for part in ("name", "operation", "variant") if part in values)
        whole = slug("-".join(words))
        called = whole[:LONGEST_KEY].rstrip("-")
        free = (f"{called or slug(kind)}-{number}" for number in count(1))
        key = called if called and called not in taken else next(key for key in free if key not in taken)
        taken.add(key)
        yield values if key == whole else {"name": values["name"], "key": key, **values}, comment


def _plans(found: Found, base: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Those of the stage, by the names that the usage reporter gives them among all of the API."""
    reported = names_of([{"id": plan.id, "name": plan.name} for plan in found.api.plans], base)
    for plan in found.api.plans:
        name = reported[plan.id]
        own = "" if name == plan.name else f"API Gateway has it as {' '.join(plan.name.split())}"
        if plan.of_stage:
            yield {"name": name, "quota": plan.quota and plan.quota.model_dump()}, own


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "variant": endpoint.variant,
        "instance_type": endpoint.instance_type,
        "gpus": endpoint.gpus,
    }


def _api(found: Found) -> dict[str, Any]:
    api = found.api
    timeout = _time_budget(found)
    values = {
        "kind": api.kind,
        "id": api.id,
        "name": api.name,
        "stage": api.stage,
        "rate_limit_per_s": api.rate_per_s,
        "throttled_by": api.throttled_by if api.rate_per_s else None,
        "timeout_ms": timeout if timeout != TIMEOUT_MS[api.kind] else None,
        "traced": api.traced,
    }
    return {name: value for name, value in values.items() if value}


def _time_budget(found: Found) -> int:
    """After how long the slowest route gives up: its own timeout, or its function's if that is shorter."""
    functions = {function.name: function.timeout_s for function in found.functions}
    longest = TIMEOUT_MS[found.api.kind]
    given_up = []
    for route in found.api.routes:
        if route.target.kind == "nothing":
            continue
        function = route.target.kind == "function" and route.awaited
        seconds = functions.get(route.target.name) if function else None
        given_up.append(min(route.timeout_ms or longest, 1000 * seconds if seconds else longest))
    return max(given_up, default=longest)


def _function(found: Found, function: Function, *, steady: bool) -> dict[str, Any]:
    return {
        "name": function.name,
        "timeout_ms": _answers_within(found, function),
        "reserved_concurrency": function.reserved_concurrency,
        "steady": steady,
    }


def _answers_within(found: Found, function: Function) -> int:
    """After how many milliseconds nobody waits for the function: its timeout, or the gateway's before it."""
    longest = TIMEOUT_MS[found.api.kind]
    own = 1000 * function.timeout_s if function.timeout_s else longest
    routes = [route for route in found.api.routes if route.target.name == function.name]
    if not all(route.awaited for route in routes):
        return own
    return min(own, max((route.timeout_ms or longest for route in routes), default=longest))


def _of_function(found: Found, function: Function) -> str:
    memory = f"{function.memory_mb} MB" if function.memory_mb else ""
    seconds = function.timeout_s or 0
    sooner = f"the gateway gives up before its own timeout of {seconds} s"
    gives_up = sooner if 1000 * seconds > _answers_within(found, function) else ""
    routes = [str(route) for route in found.api.routes if route.target.name == function.name]
    shown = ", ".join(routes[:3]) + (f" and {len(routes) - 3} more" if len(routes) > 3 else "")  # noqa: PLR2004
    return "; ".join(part for part in (memory, gives_up, shown or "authorizes callers") if part)


def _slow(routes: Sequence[Route]) -> str:
    return "; ".join(f"{route}: {route.rate_per_s:g} a second" for route in routes if route.rate_per_s)


def flow(value: Any) -> str:
    """A value as YAML on one line, which the Pulumi CLI reads as it is."""
    text: str = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _comment(text: str) -> str:
    return f" # {text}" if text else ""
