"""What is behind an API: its functions, and the tables and endpoints that these and the gateway itself use.

A table or an endpoint is a function's when one of its environment variables is its name or ARN, or when its
role's policies name it. Which operations of a table are used is told by what it reported lately, else by what
is allowed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from discovery import calls
from discovery.account import Account, Call
from discovery.found import Api, Endpoint, Function, Table, Target
from discovery.grants import Grant, of_role

OPERATIONS = (
    "GetItem",
    "Query",
    "Scan",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
)
NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")
MANY = 4  # more allowed operations than these say nothing about which are used


def functions(account: Account, api: Api, account_id: str) -> list[Function]:
    """Each function once, with its limits at the alias or version that the API calls."""
    targets: dict[str, Target] = {}
    for target in (*(route.target for route in api.routes), *api.authorizers):
        if target.kind != "function":
            continue
        if target.account_id != account_id:
            account.note(
                f"Function {target.name} is in account {target.account_id}, whose metrics are not here; it is"
                " left out"
            )
            continue
        seen = targets.setdefault(target.name, target)
        if seen.qualifier != target.qualifier:
            account.note(
                f"Function {target.name} is called as {seen.qualifier or '$LATEST'!r} and "
                f"{target.qualifier or '$LATEST'!r}; limits are the first one's, metrics those of all its"
                " versions"
            )
    return [_function(account, target) for target in targets.values()]


def _function(account: Account, target: Target) -> Function:
    known = account.ask(
        calls.FUNCTION,
        f"timeout and role of {target.name} are not known: the gateway's timeout is taken, and tables and"
        " endpoints behind it are not found",
        FunctionName=target.name,
        Qualifier=target.qualifier or None,
    )
    reserved = account.ask(
        calls.CONCURRENCY, f"concurrency of {target.name} is not watched", FunctionName=target.name
    )
    if target.qualifier and not target.qualifier.isdigit() and target.qualifier != "$LATEST":
        alias = account.ask(
            calls.ALIAS,
            "whether it shares traffic between versions is not known",
            FunctionName=target.name,
            Name=target.qualifier,
        )
        weights = ((alias or {}).get("RoutingConfig") or {}).get("AdditionalVersionWeights")
        if weights:
            account.note(
                f"Alias {target.qualifier} of {target.name} shares its traffic with version"
                f" {', '.join(weights)}; metrics are those of all versions"
            )
    known = known or {}
    return Function(
        name=target.name,
        timeout_s=known.get("Timeout"),
        memory_mb=known.get("MemorySize"),
        reserved_concurrency=(reserved or {}).get("ReservedConcurrentExecutions") or None,
        role=str(known.get("Role") or ""),
        environment=tuple(str(v) for v in ((known.get("Environment") or {}).get("Variables") or {}).values()),
    )


class Behind:
    """Tables and endpoints of the functions and of the gateway's own integrations."""

    def __init__(self, account: Account, api: Api, found: Sequence[Function], account_id: str) -> None:
        self._account, self._account_id = account, account_id
        self._targets = [route.target for route in api.routes]
        self._environment = {value for function in found for value in function.environment}
        roles = dict.fromkeys(
            role
            for role in (*(f.role for f in found), *(t.role for t in self._targets))
            if role.startswith("arn:")
        )
        self._grants: list[Grant] = [grant for role in roles for grant in of_role(account, role)]

    def tables(self) -> list[Table]:
        """Each table once, in order of its name."""
        lost = "tables are those that environment variables name and those that policies name in full"
        listed = self._account.pages(calls.TABLES, "TableNames", lost)
        direct: dict[str, list[str]] = {}
        for target in self._targets:
            if target.kind == "table" and target.name:
                direct.setdefault(target.name, []).append(target.operation)
            elif target.kind == "table":
                self._account.note(
                    f"Which table a DynamoDB integration ({target.operation}) uses is not in its template"
                )
        used = self._used("dynamodb", "table", listed, calls.TABLE, "TableName")
        return [self._table(name, direct.get(name, ())) for name in sorted({*used, *direct})]

    def _table(self, name: str, direct: Sequence[str]) -> Table:
        reported = self._reported(name)
        if reported:
            return Table(name=name, operations=reported, why="reported in the last two weeks")
        allowed = [o for o in OPERATIONS if any(g.allows(f"dynamodb:{o}") for g in self._grants_on(name))]
        if direct:
            return Table(
                name=name, operations=tuple(dict.fromkeys(direct)), why="the gateway's own integrations"
            )
        if allowed and len(allowed) < MANY:
            return Table(name=name, operations=tuple(allowed), why="all that policies allow")
        likely = tuple(o for o in ("GetItem", "Query", "Scan", "PutItem") if o in allowed) or ("GetItem",)
        self._account.note(
            f"Which operations of table {name} requests wait for is not known ({', '.join(allowed) or 'none'}"
            f" allowed, none reported lately); {', '.join(likely)} taken, keep what is used"
        )
        return Table(name=name, operations=likely, why="a guess: see above")

    def _grants_on(self, table: str) -> Iterator[Grant]:
        arn = self._arn("dynamodb", "table", table)
        for grant in self._grants:
            if grant.names(arn) or "*" in grant.resources:
                yield grant

    def _reported(self, table: str) -> tuple[str, ...]:
        metrics = self._account.pages(
            calls.METRICS,
            "Metrics",
            f"operations of table {table} are those that policies allow",
            Namespace="AWS/DynamoDB",
            MetricName="SuccessfulRequestLatency",
            Dimensions=[{"Name": "TableName", "Value": table}],
        )
        seen = {
            d["Value"] for m in metrics or () for d in m.get("Dimensions", ()) if d["Name"] == "Operation"
        }
        return tuple(operation for operation in OPERATIONS if operation in seen)

    def endpoints(self) -> list[Endpoint]:
        """Each variant of each endpoint."""
        lost = "endpoints are those that environment variables name and those that policies name in full"
        listed = self._account.pages(calls.ENDPOINTS, "Endpoints", lost)
        names = None if listed is None else [str(endpoint["EndpointName"]) for endpoint in listed]
        used = self._used("sagemaker", "endpoint", names, calls.ENDPOINT, "EndpointName")
        direct = {target.name for target in self._targets if target.kind == "endpoint"}
        return [variant for name in sorted({*used, *direct}) for variant in self._variants(name)]

    def _variants(self, name: str) -> Iterator[Endpoint]:
        lost = (
            f"variants and instances of endpoint {name} are not known: its variant is taken to be AllTraffic"
        )
        endpoint = self._account.ask(calls.ENDPOINT, lost, EndpointName=name)
        config = endpoint and self._account.ask(
            calls.ENDPOINT_CONFIG, lost, EndpointConfigName=endpoint["EndpointConfigName"]
        )
        if not config:
            names = [str(v["VariantName"]) for v in (endpoint or {}).get("ProductionVariants") or ()]
            yield from (Endpoint(name=name, variant=variant) for variant in names or ["AllTraffic"])
            return
        for variant in config.get("ProductionVariants") or ():
            kind = variant.get("InstanceType")
            gpus = self._gpus(str(kind)) if kind else 0
            yield Endpoint(name=name, variant=str(variant["VariantName"]), instance_type=kind, gpus=gpus)

    def _gpus(self, instance_type: str) -> int:
        of_ec2 = instance_type.removeprefix("ml.")
        answer = self._account.ask(
            calls.INSTANCE_TYPES, f"GPUs of {instance_type} are not watched", InstanceTypes=[of_ec2]
        )
        types = (answer or {}).get("InstanceTypes") or [{}]
        return sum(int(gpu.get("Count", 0)) for gpu in (types[0].get("GpuInfo") or {}).get("Gpus") or ())

    def _used(
        self, service: str, kind: str, listed: Iterable[str] | None, describe: Call, name_key: str
    ) -> set[str]:
        """Names of resources that environment variables or policies name, of those that are there."""
        prefix = self._arn(service, kind, "")
        if listed is None:
            resources = {resource for grant in self._grants for resource in grant.resources}
            arns = {arn for arn in resources | self._environment if arn.startswith(prefix)}
            named = {arn.removeprefix(prefix) for arn in arns} | self._environment
            listed = sorted(
                name
                for name in named
                if NAME.fullmatch(name)
                and self._account.ask(describe, f"{name} is not watched", maybe=True, **{name_key: name})
            )
        return {
            name
            for name in listed
            if {name, f"{prefix}{name}"} & self._environment
            or any(
                grant.names(f"{prefix}{name}")
                for grant in self._grants
                if any(action.lower().startswith(f"{service}:") for action in grant.actions)
            )
        }

    def _arn(self, service: str, kind: str, name: str) -> str:
        return f"arn:aws:{service}:{self._account.region}:{self._account_id}:{kind}/{name}"
