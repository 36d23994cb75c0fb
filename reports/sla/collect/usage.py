"""Usage of plans and keys, as the usage reporter reads it; keys' values are never read."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from handlers.usage_reporter.usage import PlanUsage, read
from monitoring.watched import Watched
from reports.sla.collect.minutes import midnight

Row = dict[str, Any]


def read_plans(client: Any, watched: Watched, day: date) -> tuple[PlanUsage, ...]:
    """Every plan of the service; `client` is an API Gateway client of its account.

    None where there is no REST API: others have no usage plans.
    """
    if watched.api is None or watched.api.kind != "rest":
        return ()
    api_id = watched.api.id or rest_api_id(client, watched.api.name)
    return read(client, service=watched.name, rest_api_id=api_id, day=day)


def usage_rows(plans: Iterable[PlanUsage], watched: Watched, day: date) -> list[Row]:
    """The rows of `usage`."""
    return [
        {
            "service": watched.name,
            "counted_on": midnight(day),
            "plan": plan.name,
            "customer": key.name,
            "used": key.day,
            "period_used": key.period,
            "quota": plan.quota.limit if plan.quota else None,
            "quota_period": plan.quota.period if plan.quota else None,
        }
        for plan in plans
        for key in plan.keys
    ]


def key_names(plans: Iterable[PlanUsage]) -> dict[str, str]:
    """Whose the keys are, by their ids, without the service's prefix."""
    return {key_id: key.name for plan in plans for key in plan.keys for key_id in key.ids}


def rest_api_id(client: Any, name: str) -> str:
    """The id of the API with this name. Raises `LookupError` unless exactly one has it."""
    pages = client.get_paginator("get_rest_apis").paginate()
    found = [api["id"] for page in pages for api in page.get("items", ()) if api.get("name") == name]
    if len(found) != 1:
        raise LookupError(f"{len(found)} REST APIs are named {name!r}, so whose usage to read is not clear")
    return str(found[0])
