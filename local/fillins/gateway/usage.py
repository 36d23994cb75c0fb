"""`GetUsage` and `UpdateUsage` of usage plans, counted where the gateway checks the quota.

Per key and UTC day a pair [used, remaining]. A request counts when it passed the key, throttle and quota
checks. `remaining` is the rest of the period's quota after that day, 0 for a plan without a quota. When a
period begins is what the usage reporter takes it to be (`handlers.usage_reporter.periods`, with its source).
"""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ministack.app import SERVICE_HANDLERS
from ministack.core.responses import get_account_id, get_region

from handlers.usage_reporter.periods import period_start, quota_of
from local.fillins import upstream
from local.fillins.aws_api import Answer, Handler, register

_USAGE = re.compile(r"/usageplans/([^/]+)/usage")
_KEY_USAGE = re.compile(r"/usageplans/([^/]+)/keys/([^/]+)/usage")
DEFAULT_PAGE, MAX_PAGE, MAX_DAYS = 25, 500, 90
Slot = tuple[str, str, str, str, date]  # account, region, plan, key, day

_used: Counter[Slot] = Counter()
_lock = threading.Lock()


class BadRequestError(ValueError):
    """A request that API Gateway refuses with BadRequestException."""


def check_quota(
    original: Callable[..., Any], key: dict[str, Any] | None, api_id: str, stage_name: str
) -> Any:
    """Count the request for each plan of its key, unless the quota refuses it."""
    refusal = original(key, api_id, stage_name)
    if refusal is None and key is not None:
        today = datetime.now(tz=UTC).date()
        with _lock:
            for plan_id, _plan in upstream.usage_plans_for_key(key["id"], api_id, stage_name):
                _used[get_account_id(), get_region(), plan_id, key["id"], today] += 1
    return refusal


def pairs(used: dict[date, int], quota: dict[str, Any], first: date, last: date) -> list[list[int]]:
    """[used, remaining] for every day from `first` to `last`, both included."""
    found = []
    day = first
    while day <= last:
        begin = period_start(quota_of(quota), day) if quota else day
        spent = sum(count for at, count in used.items() if begin <= at <= day)
        remaining = max(0, int(quota["limit"]) - spent) if quota else 0
        found.append([used.get(day, 0), remaining])
        day += timedelta(days=1)
    return found


def get_usage(plan_id: str, query: dict[str, list[str]]) -> Answer:
    """The plan's usage by key, a page of keys at a time."""
    plan = upstream.usage_plan(plan_id)
    if plan is None:
        return _error(404, "NotFoundException", "Invalid Usage Plan identifier specified")
    try:
        first, last = _range(query)
        start, size = (
            int(_one(query, "position") or 0),
            min(MAX_PAGE, int(_one(query, "limit") or DEFAULT_PAGE)),
        )
    except ValueError as error:
        return _error(400, "BadRequestException", str(error))
    wanted = _one(query, "keyId")
    keys = [key for key in upstream.usage_plan_key_ids(plan_id) if wanted in ("", key)]
    page = keys[start : start + size]
    quota = plan.get("quota") or {}
    values = {key: pairs(_by_day(plan_id, key), quota, first, last) for key in page}
    body: dict[str, Any] = {
        "usagePlanId": plan_id,
        "startDate": first.isoformat(),
        "endDate": last.isoformat(),
        "values": values,
    }
    if start + size < len(keys):
        body["position"] = str(start + size)
    return _json(200, body)


def update_usage(plan_id: str, key_id: str, body: bytes) -> Answer:
    """Grant another `remaining` for the running period: `replace /remaining`, as AWS has it."""
    plan = upstream.usage_plan(plan_id)
    if plan is None or key_id not in upstream.usage_plan_key_ids(plan_id):
        return _error(404, "NotFoundException", "Invalid Usage Plan or API Key identifier specified")
    quota = plan.get("quota") or {}
    operations = json.loads(body).get("patchOperations", [])
    if not quota or [(op["op"], op["path"]) for op in operations] != [("replace", "/remaining")]:
        return _error(
            400, "BadRequestException", "Only replace /remaining of a plan with a quota is possible."
        )
    remaining = int(operations[0]["value"])
    upstream.set_quota_used(plan_id, key_id, max(0, int(quota["limit"]) - remaining), time.time())
    today = datetime.now(tz=UTC).date().isoformat()
    used = _by_day(plan_id, key_id).get(date.fromisoformat(today), 0)
    values = {key_id: [[used, remaining]]}
    return _json(200, {"usagePlanId": plan_id, "startDate": today, "endDate": today, "values": values})


def handler(original: Handler) -> Handler:
    """The emulator's API Gateway with the two operations in front."""

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        of_plan, of_key = _USAGE.fullmatch(path), _KEY_USAGE.fullmatch(path)
        if method == "GET" and of_plan:
            return get_usage(of_plan[1], query)
        if method == "PATCH" and of_key:
            return update_usage(of_key[1], of_key[2], body)
        return await original(method, path, headers, body, query)

    return handle


def install() -> None:
    """Answer the two operations; `patches` hooks the counting."""
    register("apigateway", handler(SERVICE_HANDLERS["apigateway"]))


def _by_day(plan_id: str, key_id: str) -> dict[date, int]:
    here = (get_account_id(), get_region(), plan_id, key_id)
    with _lock:
        return {slot[4]: count for slot, count in _used.items() if slot[:4] == here}


def _range(query: dict[str, list[str]]) -> tuple[date, date]:
    first, last = date.fromisoformat(_one(query, "startDate")), date.fromisoformat(_one(query, "endDate"))
    if last < first or (last - first).days >= MAX_DAYS:
        raise BadRequestError(f"endDate must be on or after startDate, within {MAX_DAYS} days")
    return first, last


def _one(query: dict[str, list[str]], name: str) -> str:
    return query[name][0] if query.get(name) else ""


def _json(status: int, body: dict[str, Any]) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def _error(status: int, code: str, message: str) -> Answer:
    return (
        status,
        {"Content-Type": "application/json", "x-amzn-ErrorType": code},
        json.dumps({"message": message}).encode(),
    )
