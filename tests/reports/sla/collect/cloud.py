"""A stand-in for AWS: real boto3 clients, whose requests are checked by botocore and answered here."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from boto3.session import Session

from monitoring.watched import (
    Watched,
    WatchedApi,
    WatchedEndpoint,
    WatchedFunction,
    WatchedPlan,
    WatchedTable,
)
from reports.sla.collect.accounts import Account
from settings.usage_plans import Quota

MIDNIGHT = datetime(2026, 10, 5, tzinfo=UTC)
DAY = MIDNIGHT.date()
NOW = MIDNIGHT + timedelta(days=1, hours=4)
WATCHED = Watched(
    name="orders-prod",
    account_id="111111111111",
    region="eu-central-1",
    api=WatchedApi(name="orders-prod", stage="live", rate_limit_per_s=100),
    functions=(WatchedFunction(name="orders-prod-inference", timeout_ms=2500, rate_limit_per_s=100),),
    tables=(WatchedTable(name="orders-prod-reference-data"),),
    endpoints=(WatchedEndpoint(name="orders-prod-model", variant="main", rate_limit_per_s=100),),
    usage_plans=(WatchedPlan(name="gold", quota=Quota(limit=1000, period="DAY")),),
)
Answer = Callable[[Mapping[str, Any]], Any]
Series = dict[
    tuple[str, str, str], dict[int, float]
]  # namespace or reason, metric, statistic -> minute -> value


class Cloud:
    """Answers by operation; `asked` is what it was asked. `series` are metrics, the rest raw answers."""

    def __init__(self) -> None:
        self.series: Series = {}
        self.history: list[dict[str, Any]] = []
        self.logs: dict[str, list[dict[str, str]]] | None = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.truncate = 10_000
        self.credentials: dict[str, str] = {}
        self.refused = ""
        self._own = threading.local()  # a request's parameters, until it is answered
        self._queries: list[dict[str, Any]] = []

    def account(self) -> Account:
        """An account whose clients come here."""
        session = Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-central-1")
        session.events.register("provide-client-params.*.*", self._note)
        session.events.register("before-call.*.*", self._answer)  # type: ignore[arg-type]  # it may answer
        return Account(session=session)

    def requests(self, operation: str) -> list[dict[str, Any]]:
        """What one operation was asked."""
        return [params for name, params in self.asked if name == operation]

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.asked.append((model.name, params))
        self._own.params = params

    def _answer(self, model: Any, **_: Any) -> tuple[Any, Any]:
        code = {self.refused: "AccessDenied"}.get(model.name)
        if model.name == "StartQuery" and self.logs is None:
            code = "ResourceNotFoundException"
        if model.name == "CreateLogStream" and len(self.requests(model.name)) > 1:
            code = "ResourceAlreadyExistsException"
        if code:
            return SimpleNamespace(status_code=400), {"Error": {"Code": code, "Message": "no"}}
        return SimpleNamespace(status_code=200), getattr(self, f"_{model.name}")(self._own.params)

    def _GetMetricData(self, params: Mapping[str, Any]) -> Any:  # noqa: N802  # AWS's name
        found = []
        for query in params["MetricDataQueries"]:
            stat = query["MetricStat"]
            dimensions = {one["Name"]: one["Value"] for one in stat["Metric"]["Dimensions"]}
            where = dimensions.get("Reason", stat["Metric"]["Namespace"])
            values = self.series.get((where, stat["Metric"]["MetricName"], stat["Stat"]), {})
            found.append(
                {
                    "Id": query["Id"],
                    "Timestamps": [MIDNIGHT + timedelta(minutes=minute) for minute in values],
                    "Values": list(values.values()),
                }
            )
        return {"MetricDataResults": found}

    def _DescribeAlarmHistory(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        there = [item for item in self.history if item["HistoryItemType"] == params["HistoryItemType"]]
        page = int(params.get("NextToken", 0))
        more = {"NextToken": str(page + 1)} if page + 1 < len(there) else {}
        return {"AlarmHistoryItems": there[page : page + 1], **more}

    def _StartQuery(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        self._queries.append(dict(params))
        return {"queryId": str(len(self._queries) - 1)}

    def _GetQueryResults(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        asked = self._queries[int(params["queryId"])]
        if not asked.get("seen"):
            asked["seen"] = True
            return {"status": "Running", "results": []}
        text = asked["queryString"].rsplit(" | limit", 1)[0]
        rows = [
            row
            for row in (self.logs or {}).get(text, [])
            if asked["startTime"] <= _moment(row).timestamp() <= asked["endTime"]
        ]
        results = [[{"field": name, "value": value} for name, value in row.items()] for row in rows]
        return {"status": "Complete", "results": results[: self.truncate]}

    def _CreateLogStream(self, _: Any) -> Any:  # noqa: N802
        return {}

    def _PutLogEvents(self, _: Any) -> Any:  # noqa: N802
        return {"nextSequenceToken": "1"}

    def _PutMetricData(self, _: Any) -> Any:  # noqa: N802
        return {}

    def _Publish(self, _: Any) -> Any:  # noqa: N802
        return {"MessageId": "m"}

    def _AssumeRole(self, _: Any) -> Any:  # noqa: N802
        return {"Credentials": self.credentials}

    def _GetRestApis(self, _: Any) -> Any:  # noqa: N802
        return {"items": [{"id": "other", "name": "else"}, {"id": "api1", "name": "orders-prod"}]}

    def _GetUsagePlans(self, _: Any) -> Any:  # noqa: N802
        plan = {"id": "p1", "name": "orders-prod-gold", "apiStages": [{"apiId": "api1", "stage": "live"}]}
        return {"items": [{**plan, "quota": {"limit": 1000, "period": "DAY", "offset": 0}}]}

    def _GetUsagePlanKeys(self, _: Any) -> Any:  # noqa: N802
        return {"items": [{"id": "k1", "name": "orders-prod-acme", "type": "API_KEY"}]}

    def _GetUsage(self, _: Any) -> Any:  # noqa: N802
        return {"items": {"k1": [[950, 50]]}}


def state(alarm: str, at: datetime, old: str, new: str) -> dict[str, Any]:
    """A change of state, as the history tells it."""
    data = {"oldState": {"stateValue": old}, "newState": {"stateValue": new, "stateReason": "since"}}
    return {
        "AlarmName": alarm,
        "Timestamp": at,
        "HistoryItemType": "StateUpdate",
        "HistoryData": json.dumps(data),
        "HistorySummary": f"Alarm updated from {old} to {new}",
    }


def action(alarm: str, at: datetime, summary: str) -> dict[str, Any]:
    """An action, with data that the service has cut."""
    return {
        "AlarmName": alarm,
        "Timestamp": at,
        "HistoryItemType": "Action",
        "HistoryData": '{"actionState":"Succ',
        "HistorySummary": summary,
    }


def _moment(row: Mapping[str, str]) -> datetime:
    begins = next(value for name, value in row.items() if name.startswith("bin("))
    return datetime.fromisoformat(begins).replace(tzinfo=UTC)
