"""Metric filters on an access log: the emulator keeps them and publishes nothing, so this does.

A value that is no number publishes nothing, as on AWS.
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.app import SERVICE_HANDLERS
from ministack.services.cloudwatch import record_metric

from local.fillins.filter_pattern import matches, terms

HEADERS = {
    "x-amz-target": "Logs_20140328.DescribeMetricFilters",
    "content-type": "application/x-amz-json-1.1",
}


async def publish(group: str, line: str) -> None:
    """What the group's filters make of a line; a line that is not JSON matches none of them."""
    body = json.dumps({"logGroupName": group}).encode()
    answer = json.loads((await SERVICE_HANDLERS["logs"]("POST", "/", HEADERS, body, {}))[2])
    for metric_filter in answer.get("metricFilters", ()):
        try:
            fields = json.loads(line)
        except ValueError:
            return
        if matches(fields, terms(metric_filter["filterPattern"])):
            for transformation in metric_filter["metricTransformations"]:
                _record(transformation, fields)


def _record(transformation: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    value = _selected(transformation["metricValue"], fields)
    if isinstance(value, int | float):
        record_metric(
            transformation["metricNamespace"],
            transformation["metricName"],
            float(value),
            transformation.get("unit", "None"),
            {
                name: str(_selected(selector, fields))
                for name, selector in transformation.get("dimensions", {}).items()
            },
        )


def _selected(selector: str, fields: Mapping[str, Any]) -> Any:
    return fields.get(selector.removeprefix("$.")) if selector.startswith("$.") else float(selector)
