"""One stage of an HTTP API: routes and what they lead to, limits. HTTP APIs have no usage plans."""

from collections.abc import Iterator, Mapping

from discovery import calls, stages
from discovery.account import Account
from discovery.found import DEFAULT, Api, Route
from discovery.integrations import NOTHING, http_target


def read(account: Account, known: stages.Given, stage: str | None) -> Api:
    """The stage of the API that `known` describes. Raises `NoApiError`."""
    api_id, name = str(known["ApiId"]), str(known.get("Name", ""))
    if known.get("ProtocolType") == "WEBSOCKET":
        raise stages.NoApiError(
            f"API {name!r} ({api_id}) is a WebSocket API, whose messages have neither statuses nor"
            " latencies; REST and HTTP APIs can be watched."
        )
    listed = account.pages(
        calls.HTTP_STAGES, "Items", "stages, throttles and stage variables are not known", ApiId=api_id
    )
    chosen = stages.stage(listed, "StageName", stage, f"HTTP API {name!r} ({api_id})")
    variables = chosen.get("StageVariables") or {}
    rate, throttled_by = stages.rate(
        account, (chosen.get("DefaultRouteSettings") or {}).get("ThrottlingRateLimit")
    )
    routes = tuple(_http_routes(account, api_id, variables, chosen.get("RouteSettings") or {}))
    return Api(
        kind="http",
        id=api_id,
        name=name,
        stage=str(chosen["StageName"]),
        routes=routes,
        rate_per_s=rate,
        throttled_by=throttled_by,
        url=stages.domain(account, known, api_id, str(chosen["StageName"]), rest=False),
        authorizers=stages.authorizers(account, calls.HTTP_AUTHORIZERS, routes, variables, ApiId=api_id),
    )


def _http_routes(
    account: Account, api_id: str, variables: Mapping[str, str], settings: Mapping[str, stages.Given]
) -> Iterator[Route]:
    lost = "what serves the API is not known"
    listed = account.pages(calls.HTTP_INTEGRATIONS, "Items", lost, ApiId=api_id)
    integrations = {str(one["IntegrationId"]): one for one in listed or ()}
    routes = account.pages(calls.HTTP_ROUTES, "Items", lost, ApiId=api_id)
    if routes == []:
        account.note(stages.NO_ROUTE)
    for route in routes or ():
        key = str(route.get("RouteKey", ""))
        method, _, path = key.partition(" ") if " " in key else ("ANY", "", DEFAULT)
        integration = integrations.get(str(route.get("Target") or "").removeprefix("integrations/"))
        yield Route(
            method=method,
            path=path,
            target=http_target(integration, variables) if integration else NOTHING,
            authorization=str(route.get("AuthorizationType") or "NONE"),
            authorizer=str(route.get("AuthorizerId") or ""),
            api_key=bool(route.get("ApiKeyRequired")),
            timeout_ms=(integration or {}).get("TimeoutInMillis"),
            rate_per_s=stages.limited((settings.get(key) or {}).get("ThrottlingRateLimit")),
        )
