"""`AWS/DynamoDB` metrics of the data plane, and the fault that throttles it.

Latency per table and operation, consumed capacity per table, throttles and errors as AWS counts them.
Capacity is what AWS would charge for an item's size, taken as one unit an item here: the items are small.
"""

import json
import time
from typing import Any

from ministack.app import SERVICE_HANDLERS
from ministack.services.cloudwatch import record_metric

from local.fillins.aws_api import (
    Answer,
    Handler,
    ServiceError,
    failed,
    register,
)
from local.fillins.faults import Fault

NAMESPACE = "AWS/DynamoDB"
THROTTLED = Fault("table-throttled")  # every call of the data plane is refused
_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_THROTTLE = "ProvisionedThroughputExceededException"


def handler(original: Handler) -> Handler:
    """The emulator's DynamoDB, measured."""

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if operation not in _READS and operation not in _WRITES:
            return await original(method, path, headers, body, query)
        started = time.perf_counter()
        if THROTTLED.active:
            text = "The level of configured provisioned throughput for the table was exceeded."
            answer = failed(ServiceError(_THROTTLE, text))
        else:
            answer = await original(method, path, headers, body, query)
        took_ms = (time.perf_counter() - started) * 1000
        for table in _tables(json.loads(body)):
            _publish(table, operation, answer, took_ms)
        return answer

    return handle


def _tables(params: dict[str, Any]) -> list[str]:
    if "TableName" in params:
        return [params["TableName"]]
    items = params.get("TransactItems", [])
    named = {part["TableName"] for item in items for part in item.values()}
    return sorted(named | set(params.get("RequestItems", {})))


def _publish(table: str, operation: str, answer: Answer, took_ms: float) -> None:
    status, _headers, body = answer
    by_operation = {"TableName": table, "Operation": operation}
    kind = "Read" if operation in _READS else "Write"
    if status < _CLIENT_ERROR:
        record_metric(NAMESPACE, "SuccessfulRequestLatency", took_ms, "Milliseconds", by_operation)
        record_metric(NAMESPACE, f"Consumed{kind}CapacityUnits", 1, "Count", {"TableName": table})
    elif _THROTTLE.encode() in body:
        record_metric(NAMESPACE, "ThrottledRequests", 1, "Count", by_operation)
        record_metric(NAMESPACE, f"{kind}ThrottleEvents", 1, "Count", {"TableName": table})
    elif status >= _SERVER_ERROR:
        record_metric(NAMESPACE, "SystemErrors", 1, "Count", by_operation)
    else:
        record_metric(NAMESPACE, "UserErrors", 1, "Count", {})


def install() -> None:
    """Measure the data plane."""
    register("dynamodb", handler(SERVICE_HANDLERS["dynamodb"]))
