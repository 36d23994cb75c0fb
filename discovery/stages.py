"""What REST and HTTP APIs have alike: a stage, its throttle, functions that authorize, a domain."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from discovery import calls
from discovery.account import Account, Call
from discovery.found import Authorizer, Route
from discovery.integrations import function_target

Given = Mapping[str, Any]
SAMS_OWN = "Stage"
NO_ROUTE = (
    "The API has no route, so it refuses every request; give another --api, or make routes and ask again"
)


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
) -> dict[str, Authorizer]:
    """Those that a route asks first, by their id."""
    asked = {route.authorizer for route in routes} - {""}
    if not asked:
        return {}
    rest = call == calls.REST_AUTHORIZERS
    items, key, uri, reads = (
        ("items", "id", "authorizerUri", "identitySource")
        if rest
        else ("Items", "AuthorizerId", "AuthorizerUri", "IdentitySource")
    )
    lost = "functions that authorize callers, and what these must send, are not known"
    return {
        str(one[key]): Authorizer(
            # A REST API's in one text with commas, an HTTP API's in a list.
            reads=_words(one.get(reads)),
            target=function_target(one[uri], variables) if one.get(uri) else None,
        )
        for one in account.pages(call, items, lost, **of) or ()
        if str(one.get(key)) in asked
    }


def _words(given: Any) -> tuple[str, ...]:
    return tuple(given.replace(",", " ").split() if isinstance(given, str) else given or ())


def domain(account: Account, known: Given, api_id: str, stage: str, *, rest: bool) -> str | None:
    """Where customers call: the custom domain that leads to the stage, if there is one for the canary."""
    off = known.get("disableExecuteApiEndpoint" if rest else "DisableExecuteApiEndpoint")
    lost = (
        "where customers call is not known; set `existing.url`"
        if off
        else "whether they call it by a custom domain is not known; the canary calls the API's own address"
    )
    domains, mappings, items = (
        (calls.REST_DOMAINS, calls.REST_MAPPINGS, "items")
        if rest
        else (calls.HTTP_DOMAINS, calls.HTTP_MAPPINGS, "Items")
    )
    name, mutual, of, its_stage, path = (
        ("domainName", "mutualTlsAuthentication", "restApiId", "stage", "basePath")
        if rest
        else ("DomainName", "MutualTlsAuthentication", "ApiId", "Stage", "ApiMappingKey")
    )
    for domain in account.pages(domains, items, lost) or ():
        if str(domain[name]).startswith("*"):
            continue
        for mapping in account.pages(mappings, items, lost, **{name: domain[name]}) or ():
            if (mapping.get(of), mapping.get(its_stage)) == (api_id, stage):
                below = str(mapping.get(path) or "").replace("(none)", "")
                address = f"https://{domain[name]}" + (f"/{below}" if below else "")
                if not domain.get(mutual):
                    return address
                account.note(f"{address} asks callers for a certificate, which the canary has none of")
    if off:
        account.note(f"The API's own address is switched off and no custom domain leads to it, so {lost}")
    return None
