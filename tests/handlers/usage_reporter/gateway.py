"""API Gateway's management API in memory, behind a real client: paged, as on the wire."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.session import get_session

SESSION = get_session()
API = "api123"


class _Body(io.BytesIO):
    def stream(self, **_: object) -> list[bytes]:
        return [self.read()]


def answer(status: int, document: Any, headers: Mapping[str, str] | None = None) -> Any:
    body = _Body(json.dumps(document).encode())
    return AWSResponse("https://stub", status, dict(headers or {}), body)  # type: ignore[arg-type]  # a raw body


def client(service: str, before_send: Callable[..., Any]) -> Any:
    made = SESSION.create_client(
        service, region_name="eu-west-1", aws_access_key_id="AKIA1", aws_secret_access_key="s3cret"
    )
    made.meta.events.register(f"before-send.{made.meta.service_model.service_id.hyphenize()}", before_send)
    return made


@dataclass(kw_only=True)
class Key:
    id: str
    name: str
    used: Mapping[str, int] = field(default_factory=dict)  # by ISO day

    @property
    def value(self) -> str:
        return f"value-of-{self.id}"


@dataclass(kw_only=True)
class Plan:
    id: str
    name: str
    quota: Mapping[str, Any] | None = None
    keys: Sequence[Key] = ()
    apis: Sequence[str] = (API,)


@dataclass(kw_only=True)
class Gateway:
    """`page` items a page whatever is asked for; `by_value` answers usage by the keys' values."""

    plans: Sequence[Plan]
    page: int = 2
    by_value: bool = False
    asked: list[str] = field(default_factory=list)

    def client(self) -> Any:
        return client("apigateway", self._before_send)

    def _before_send(self, request: Any, **_: object) -> Any:
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(parts.path)
        assert query["limit"] == "500"  # the most that these operations give at a time
        match parts.path.strip("/").split("/"):
            case ["usageplans"]:
                return self._page("item", [self._plan(plan) for plan in self.plans], query)
            case ["usageplans", plan_id, "keys"]:
                keys = [{"id": k.id, "name": k.name, "value": k.value} for k in self._find(plan_id).keys]
                return self._page("item", keys, query)
            case ["usageplans", plan_id, "usage"]:
                usage = [self._usage(key, query) for key in self._find(plan_id).keys]
                return self._page("values", usage, query)
        raise AssertionError(f"unexpected request {request.url}")

    def _find(self, plan_id: str) -> Plan:
        return next(plan for plan in self.plans if plan.id == plan_id)

    def _plan(self, plan: Plan) -> dict[str, Any]:
        stages = [{"apiId": api, "stage": "live"} for api in plan.apis]
        return {"id": plan.id, "name": plan.name, "apiStages": stages, "quota": plan.quota}

    def _usage(self, key: Key, query: Mapping[str, str]) -> tuple[str, list[list[int]]]:
        day, end = date.fromisoformat(query["startDate"]), date.fromisoformat(query["endDate"])
        days = []
        while day <= end:
            used = key.used.get(day.isoformat(), 0)
            days.append([used, 1000 - used])
            day += timedelta(days=1)
        return (key.value if self.by_value else key.id), days

    def _page(self, name: str, items: Sequence[Any], query: Mapping[str, str]) -> Any:
        start = int(query.get("position", "0"))
        part = items[start : start + self.page]
        document: dict[str, Any] = {name: dict(part) if name == "values" else part}
        if start + self.page < len(items):
            document["position"] = str(start + self.page)
        return answer(200, document)


@dataclass(kw_only=True)
class CloudWatch:
    """Takes every PutMetricData; `calls` holds the parameters, `sizes` the bodies' bytes."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def client(self) -> Any:
        made = client("cloudwatch", self._before_send)
        made.meta.events.register(
            "provide-client-params.cloudwatch.PutMetricData", lambda params, **_: self.calls.append(params)
        )
        return made

    def data(self) -> list[dict[str, Any]]:
        return [datum for call in self.calls for datum in call["MetricData"]]

    def _before_send(self, request: Any, **_: object) -> Any:
        self.sizes.append(len(request.body))
        headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
        return AWSResponse(request.url, 200, headers, _Body(b"\xa0"))  # type: ignore[arg-type]  # an empty map
