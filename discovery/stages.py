"""What REST and HTTP APIs have alike: a stage, its throttle, functions that authorize, a domain."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from discovery import calls
from discovery.account import Account, Call
from discovery.found import Route, Target
from discovery.integrations import function_target

Given = Mapping[str, Any]
SAMS_OWN = "Stage"


class NoApiError(LookupError):
    """There is no such API or stage, or none that can be watched; the message lists what there is."""


def stage(stages: Sequence[Given] | None, key: str, wanted: str | None, api: str) -> Given:
    """The wanted stage, or the only one; of several HTTP stages `$default`. Raises `NoApiError`.

    A stage `Stage` beside another one is SAM's own doing and nobody's address.
    """
    if stages is None:
        if wanted is None:
            raise NoApiError(
                f"The stages of {api} may not be listed, so name one with --stage; its limits are not known"
                " then."
            )
        return {key: wanted}
    by_name = {str(stage[key]): stage for stage in stages}
    meant = {"$default"} & by_name.keys() or by_name.keys() - ({SAMS_OWN} if len(by_name) > 1 else set())
    name = wanted or (next(iter(meant)) if len(meant) == 1 else None)
    if name in by_name:
        return by_name[name]
    there = ", ".join(sorted(by_name)) or "none: it is not deployed"
    asked = f"has no stage {wanted!r}" if wanted else "has several stages; name one with --stage"
    raise NoApiError(f"{api} {asked if by_name or wanted else 'has no stage'}. There: {there}.")


def rate(account: Account, of_stage: Any) -> tuple[float | None, Literal["stage", "account"]]:
    """Requests a second of the stage if it has a throttle below the account's, else the account's."""
    limits = account.ask(
        calls.ACCOUNT_LIMITS, "AWS's default of 10,000 requests a second is taken for the account's throttle"
    )
    whole = limited(((limits or {}).get("throttleSettings") or {}).get("rateLimit"))
    own = limited(of_stage)
    if own is not None and (whole is None or own < whole):
        return own, "stage"
    return whole, "account"


def limited(rate: Any) -> float | None:
    """A throttle; API Gateway says -1, or nothing, where there is none."""
    if rate is None or float(rate) <= 0:
        return None
    return int(rate) if float(rate).is_integer() else float(rate)


def authorizers(
    account: Account, call: Call, routes: Iterable[Route], variables: Mapping[str, str], **of: str
) -> tuple[Target, ...]:
    """The functions that are asked before a route is."""
    if all(route.authorization != "CUSTOM" for route in routes):
        return ()
    rest = call == calls.REST_AUTHORIZERS
    key, uri = ("items", "authorizerUri") if rest else ("Items", "AuthorizerUri")
    found = account.pages(call, key, "functions that authorize callers are not known", **of)
    targets = (function_target(one.get(uri), variables) for one in found or () if one.get(uri))
    return tuple(target for target in targets if target.kind == "function")


def domain(account: Account, api_id: str, stage: str, *, rest: bool) -> str | None:
    """The custom domain that leads to the stage, where the API's own address is switched off."""
    lost = "where customers call is not known; set `existing.url`"
    domains, mappings, items = (
        (calls.REST_DOMAINS, calls.REST_MAPPINGS, "items")
        if rest
        else (calls.HTTP_DOMAINS, calls.HTTP_MAPPINGS, "Items")
    )
    name, of, its_stage, path = (
        ("domainName", "restApiId", "stage", "basePath")
        if rest
        else ("DomainName", "ApiId", "Stage", "ApiMappingKey")
    )
    for domain in account.pages(domains, items, lost) or ():
        key = "domainName" if rest else "DomainName"
        for mapping in account.pages(mappings, items, lost, **{key: domain[name]}) or ():
            if (mapping.get(of), mapping.get(its_stage)) == (api_id, stage):
                below = str(mapping.get(path) or "").replace("(none)", "")
                return f"https://{domain[name]}" + (f"/{below}" if below else "")
    account.note(f"The API's own address is switched off and no custom domain leads to it, so {lost}")
    return None
