"""The functions that an API calls, with their limits."""

from collections.abc import Mapping
from typing import Any

from discovery import calls
from discovery.account import GONE, Account
from discovery.found import Api, Function, Target


def read(account: Account, api: Api, account_id: str) -> list[Function]:
    """Each function once, with its limits at the alias or version that the API calls."""
    targets: dict[str, Target] = {}
    called = [route.target for route in api.routes]
    authorize = [one.target for one in api.authorizers.values() if one.target]
    for target in (*called, *authorize):
        if target.kind != "function" or elsewhere(account, target, f"Function {target.name}", account_id):
            continue
        seen = targets.setdefault(target.name, target)
        if seen.qualifier != target.qualifier:
            account.note(
                f"Function {target.name} is called as {seen.qualifier or '$LATEST'!r} and "
                f"{target.qualifier or '$LATEST'!r}; limits are the first one's, metrics those of all its"
                " versions"
            )
    return [function for target in targets.values() if (function := _function(account, target))]


def elsewhere(account: Account, target: Target, what: str, account_id: str) -> bool:
    """Whether it is in another account or region than the API, with a note."""
    places = {
        "account": (target.account_id, account_id),
        "region": (target.region, account.region),
    }
    where = [f"{kind} {its}" for kind, (its, ours) in places.items() if its not in ("", ours)]
    if where:
        account.note(
            f"{what} is in {', '.join(where)}, whose metrics are not here; it is left out. Watch it by a"
            " stack of its own there"
        )
    return bool(where)


def _function(account: Account, target: Target) -> Function | None:
    name, qualifier = target.name, target.qualifier
    lost = (
        f"timeout and role of {name} are not known: the gateway's timeout is taken, and tables and endpoints"
        " behind it are not found"
    )
    known = account.ask(calls.FUNCTION, lost, maybe=True, FunctionName=name, Qualifier=qualifier or None)
    if known is GONE and qualifier:
        account.note(f"Function {name} has no alias or version {qualifier}, so requests to it fail")
        known = account.ask(calls.FUNCTION, lost, maybe=True, FunctionName=name)
    if known is GONE:
        account.note(
            f"Function {name} does not exist, so requests to it fail; it is left out. Make it, or take its"
            " routes away"
        )
        return None
    known = known or {}
    reserved = account.ask(calls.CONCURRENCY, f"concurrency of {name} is not watched", FunctionName=name)
    limit = (reserved or {}).get("ReservedConcurrentExecutions")
    if limit == 0:
        account.note(f"Function {name} has a reserved concurrency of 0, so every request to it is throttled")
    _weights(account, target)
    return Function(
        name=name,
        timeout_s=known.get("Timeout"),
        memory_mb=known.get("MemorySize"),
        reserved_concurrency=limit or None,
        role=str(known.get("Role") or ""),
        environment=_environment(account, name, known.get("Environment") or {}),
    )


def _environment(account: Account, name: str, given: Mapping[str, Any]) -> dict[str, str]:
    if given.get("Error"):
        account.note(
            f"The environment of {name} cannot be decrypted with these credentials, so tables and endpoints"
            " that it names are not found; allow kms:Decrypt with its key"
        )
    return {str(key): str(value) for key, value in (given.get("Variables") or {}).items()}


def _weights(account: Account, target: Target) -> None:
    if not target.qualifier or target.qualifier.isdigit() or target.qualifier == "$LATEST":
        return
    lost = "whether it shares traffic between versions is not known"
    alias = account.ask(calls.ALIAS, lost, maybe=True, FunctionName=target.name, Name=target.qualifier)
    weights = ((alias or {}).get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    if weights:
        account.note(
            f"Alias {target.qualifier} of {target.name} shares its traffic with version"
            f" {', '.join(weights)}; metrics are those of all versions"
        )
