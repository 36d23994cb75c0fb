"""One stage of a REST API: routes and what they lead to, limits, usage plans."""

from collections.abc import Iterator, Mapping

from discovery import calls, stages
from discovery.account import Account
from discovery.found import Api, Plan, Route
from discovery.integrations import NOTHING, rest_target
from settings.usage_plans import Quota

# "Set up asynchronous invocation of the backend Lambda function" in API Gateway's developer guide.
INVOCATION, EVENT = "integration.request.header.X-Amz-Invocation-Type", "'Event'"


def read(account: Account, known: stages.Given, stage: str | None, others: Mapping[str, str]) -> Api:
    """The stage of the API that `known` describes; `others` are names of REST APIs by id.

    Raises `NoApiError`.
    """
    api_id, name = str(known["id"]), str(known.get("name", ""))
    same = sorted(other for other, its in others.items() if its == name and other != api_id)
    if same:
        account.note(
            f"Other REST APIs have the name {name!r} ({', '.join(same)}), and REST APIs report by name: their"
            " requests are counted with this one's. Rename it, or them"
        )
    listed = account.pages(
        calls.REST_STAGES, "item", "stages, throttles and stage variables are not known", restApiId=api_id
    )
    chosen = stages.stage(listed, "stageName", stage, f"REST API {name!r} ({api_id})")
    variables = chosen.get("variables") or {}
    settings: Mapping[str, stages.Given] = chosen.get("methodSettings") or {}
    rate, throttled_by = stages.rate(account, (settings.get("*/*") or {}).get("throttlingRateLimit"))
    endpoint = (known.get("endpointConfiguration") or {}).get("types") or ()
    if "PRIVATE" in endpoint:
        account.note(
            "The API is private: it answers in VPCs alone, so the canary has to run in one that reaches it;"
            " set `canary.vpc` in the monitor stack (docs/canary.md)"
        )
    keys_from_authorizer = known.get("apiKeySource") == "AUTHORIZER"  # then callers send none
    routes = tuple(_rest_routes(account, api_id, variables, settings, keys=not keys_from_authorizer))
    return Api(
        kind="rest",
        id=api_id,
        name=name,
        stage=str(chosen["stageName"]),
        routes=routes,
        rate_per_s=rate,
        throttled_by=throttled_by,
        traced=bool(chosen.get("tracingEnabled")),
        url=stages.domain(account, known, api_id, str(chosen["stageName"]), rest=True),
        plans=tuple(_plans(account, api_id, str(chosen["stageName"]))),
        authorizers=stages.authorizers(account, calls.REST_AUTHORIZERS, routes, variables, restApiId=api_id),
    )


def _rest_routes(
    account: Account,
    api_id: str,
    variables: Mapping[str, str],
    settings: Mapping[str, stages.Given],
    *,
    keys: bool,
) -> Iterator[Route]:
    resources = account.pages(
        calls.REST_RESOURCES, "items", "what serves the API is not known", restApiId=api_id, embed=["methods"]
    )
    if resources is not None and not any(resource.get("resourceMethods") for resource in resources):
        account.note(stages.NO_ROUTE)
    for resource in resources or ():
        path = str(resource.get("path", "/"))
        for verb, listed in (resource.get("resourceMethods") or {}).items():
            where = {"restApiId": api_id, "resourceId": str(resource["id"]), "httpMethod": verb}
            lost = f"what serves {verb} {path} is not known"
            method = (
                listed
                if "methodIntegration" in listed
                else account.ask(calls.REST_METHOD, lost, **where) or {}
            )
            integration = method.get("methodIntegration")
            if integration is None and method:
                integration = account.ask(calls.REST_INTEGRATION, lost, **where)
            # A stage's settings name a path like `~1items~1{id}/GET`.
            own = (
                settings.get(f"{path.replace('/', '~1')}/{verb}")
                or settings.get(f"{path.lstrip('/')}/{verb}")
                or {}
            )
            yield Route(
                method=verb,
                path=path,
                target=rest_target(integration, variables) if integration else NOTHING,
                authorization=str(method.get("authorizationType") or "NONE"),
                authorizer=str(method.get("authorizerId") or ""),
                api_key=keys and bool(method.get("apiKeyRequired")),
                timeout_ms=(integration or {}).get("timeoutInMillis"),
                rate_per_s=stages.limited(own.get("throttlingRateLimit")),
                awaited=((integration or {}).get("requestParameters") or {}).get(INVOCATION) != EVENT,
            )


def _plans(account: Account, api_id: str, stage: str) -> Iterator[Plan]:
    for plan in account.pages(calls.PLANS, "items", "usage plans and their quotas are not known") or ():
        its = [of.get("stage") for of in plan.get("apiStages") or () if of.get("apiId") == api_id]
        if its:
            quota = plan.get("quota")
            yield Plan(
                id=str(plan["id"]),
                name=str(plan.get("name") or plan["id"]),
                quota=Quota(limit=quota["limit"], period=quota["period"])
                if quota and quota.get("limit")
                else None,
                of_stage=stage in its,
            )
