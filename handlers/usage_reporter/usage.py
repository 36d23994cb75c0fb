"""Reads plans, keys and usage from API Gateway's management API, page by page.

`client` is an `apigateway` client throughout. Deliberately no retries of its own: the client has
botocore's, and a run that fails all the same is repeated as a whole and publishes the same datapoints.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.usage_reporter.periods import Quota, period_start, quota_of

PAGE = 500  # the most that these operations give at a time
GENERATION = re.compile(r"\.\d+\Z")
MAX_NAME = 900  # characters, of the 1,024 of a dimension's value: an id may be added


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyUsage:
    """A key's requests on the reported day, and since its plan's quota period began.

    A key that is rotated has two values for a while: one customer's, so their requests of the day are added
    up. API Gateway has a quota for each, so of the period they are those of the value that is used more.
    """

    ids: tuple[str, ...]
    name: str
    day: int
    period: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanUsage:
    """A plan and its keys; `quota` is None for a plan without one."""

    name: str
    quota: Quota | None
    keys: tuple[KeyUsage, ...]


def read(client: Any, *, service: str, rest_api_id: str, day: date) -> tuple[PlanUsage, ...]:
    """The usage of every plan that has a stage of the API, in the order of the plans' ids."""
    plans = sorted(_plans(client, rest_api_id), key=lambda plan: str(plan["id"]))
    names = names_of(plans, service)
    return tuple(_plan_usage(client, plan, names[plan["id"]], service, day) for plan in plans)


def names_of(items: Iterable[Mapping[str, Any]], service: str) -> dict[str, str]:
    """The names under which plans, or a plan's keys, are reported, by their ids.

    They lose the prefix that the stack gives them (`<service>-<plan>`, `<service>-<key>`). A name that is not
    the only one of its kind gets its id added: two series must not become one.
    """
    names = {str(item["id"]): _name(item, f"{service}-") for item in items}
    counts = Counter(names.values())
    return {key: name if counts[name] == 1 else f"{name} ({key})" for key, name in names.items()}


def _plans(client: Any, rest_api_id: str) -> Iterator[Mapping[str, Any]]:
    for plan in _items(client, "get_usage_plans"):
        if any(stage.get("apiId") == rest_api_id for stage in plan.get("apiStages", ())):
            yield plan


def _plan_usage(client: Any, plan: Mapping[str, Any], name: str, service: str, day: date) -> PlanUsage:
    quota = quota_of(plan["quota"]) if plan.get("quota") else None
    keys = sorted(
        _items(client, "get_usage_plan_keys", usagePlanId=plan["id"]), key=lambda key: str(key["id"])
    )
    if not keys:
        return PlanUsage(name=name, quota=quota, keys=())
    start = day if quota is None else period_start(quota, day)
    of_day = _used(client, plan["id"], day, day)
    of_period = of_day if start == day else _used(client, plan["id"], start, day)
    names = names_of(keys, service)
    customers: dict[str, list[Mapping[str, Any]]] = {}
    for key in keys:
        ours = str(key.get("name")).startswith(f"{service}-")
        customers.setdefault(customer(names[key["id"]]) if ours else names[key["id"]], []).append(key)
    return PlanUsage(
        name=name,
        quota=quota,
        keys=tuple(
            KeyUsage(
                ids=tuple(str(value["id"]) for value in values),
                name=whose,
                day=sum(_of_key(of_day, value) for value in values),
                period=max(_of_key(of_period, value) for value in values),
            )
            for whose, values in customers.items()
        ),
    )


def customer(name: str) -> str:
    """Whose key it is: the later values of a key of our own have its name and a number (`acme.2`)."""
    return GENERATION.sub("", name)


def _used(client: Any, plan_id: str, start: date, end: date) -> Counter[str]:
    """Requests per key from `start` to `end`, both included; each day is a pair [used, remaining]."""
    used: Counter[str] = Counter()
    pages = client.get_paginator("get_usage").paginate(
        usagePlanId=plan_id,
        startDate=start.isoformat(),
        endDate=end.isoformat(),
        PaginationConfig={"PageSize": PAGE},
    )
    for page in pages:
        for key, days in page.get("items", {}).items():
            used[key] += sum(pair[0] for pair in days)
    return used


def _of_key(used: Mapping[str, int], key: Mapping[str, Any]) -> int:
    # The API reference calls the map's keys "an API key value"; the service answers with ids.
    return used.get(key["id"], used.get(key.get("value", ""), 0))


def _items(client: Any, operation: str, **parameters: str) -> Iterator[Mapping[str, Any]]:
    pages = client.get_paginator(operation).paginate(**parameters, PaginationConfig={"PageSize": PAGE})
    for page in pages:
        yield from page.get("items", ())


def _name(item: Mapping[str, Any], prefix: str) -> str:
    """The name as far as CloudWatch takes it as a dimension's value; it refuses a request for one bad value.

    ASCII without control characters, at least one that is no blank, no colon first (API reference,
    Dimension). API Gateway takes any name.
    """
    name = str(item.get("name") or item["id"]).removeprefix(prefix)
    printable = "".join(char if " " <= char <= "~" else "?" for char in name)[:MAX_NAME]
    return printable.strip(" ").lstrip(": ") or str(item["id"])
