"""The tables that an API uses, and which of their operations its requests wait for.

That is told by what a table reported lately, else by the gateway's own integrations and by policies.
"""

from collections.abc import Sequence

from discovery import calls
from discovery.account import Account
from discovery.behind.functions import elsewhere
from discovery.behind.reached import TABLES, Reached
from discovery.found import Api, Route, Table
from discovery.integrations import OPERATIONS

LIKELY = ("GetItem", "Query", "Scan", "PutItem")
MANY = 4  # a policy that allows as many operations says nothing about which are used


def read(account: Account, api: Api, reached: Reached, account_id: str) -> list[Table]:
    """Each table once, in order of its name."""
    lost = "tables are those that environment variables name and those that policies name in full"
    listed = account.pages(calls.TABLES, "TableNames", lost)
    used = reached.names(TABLES, listed)
    direct: dict[str, list[str]] = {}
    for route in api.routes:
        for name in _direct(account, route, reached, used, account_id):
            direct.setdefault(name, []).append(route.target.operation)
    return [_table(account, name, direct.get(name, ()), reached) for name in sorted({*used, *direct})]


def _direct(account: Account, route: Route, reached: Reached, used: set[str], account_id: str) -> set[str]:
    """Those that the gateway's own integration of a route uses: what it names, else what its role may use."""
    target = route.target
    if target.kind != "table" or elsewhere(account, target, f"The table of {route}", account_id):
        return set()
    if target.name:
        return {target.name}
    found = reached.named_by_role(TABLES, target.role, f"dynamodb:{target.operation}", used)
    if not found:
        account.note(
            f"Which table {route} uses ({target.operation}) is neither in its template nor in its role's"
            " policies; add it to `existing.tables`"
        )
    return found


def _table(account: Account, name: str, direct: Sequence[str], reached: Reached) -> Table:
    if reported := _reported(account, name):
        return Table(name=name, operations=reported, why="reported in the last two weeks")
    allowed = [
        [operation for operation in OPERATIONS if grant.allows(f"dynamodb:{operation}")]
        for grant in reached.on(TABLES, name, of_functions=bool(direct))
    ]
    certain = {*direct, *(operation for each in allowed if len(each) < MANY for operation in each)}
    if certain and all(len(each) < MANY for each in allowed):
        why = "all that policies allow" if allowed else "the gateway's own integrations"
        return Table(name=name, operations=_ordered(certain), why=why)
    every = {operation for each in allowed for operation in each}
    likely = _ordered(certain | (every & {*LIKELY})) or _ordered(every) or ("GetItem",)
    account.note(
        f"Which operations of table {name} requests wait for is not known"
        f" ({', '.join(_ordered(every)) or 'none'} allowed, none reported lately); {', '.join(likely)} taken,"
        " keep what is used"
    )
    return Table(name=name, operations=likely, why="a guess: see above")


def _ordered(operations: set[str]) -> tuple[str, ...]:
    return tuple(operation for operation in OPERATIONS if operation in operations)


def _reported(account: Account, table: str) -> tuple[str, ...]:
    metrics = account.pages(
        calls.METRICS,
        "Metrics",
        f"operations of table {table} are those that policies allow",
        Namespace="AWS/DynamoDB",
        MetricName="SuccessfulRequestLatency",
        Dimensions=[{"Name": "TableName", "Value": table}],
    )
    return _ordered(
        {d["Value"] for m in metrics or () for d in m.get("Dimensions", ()) if d["Name"] == "Operation"}
    )
