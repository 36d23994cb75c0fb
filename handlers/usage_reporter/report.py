"""One run: read the previous day's usage, publish it, log one line. The clients are passed in."""

import logging
from collections.abc import Mapping
from typing import Any

from handlers import tracing
from handlers.usage_reporter.metrics import NAMESPACE, metric_data, requests
from handlers.usage_reporter.periods import reported_day
from handlers.usage_reporter.settings import Settings
from handlers.usage_reporter.usage import read

log = logging.getLogger(__name__)


def report(event: Mapping[str, Any], settings: Settings, gateway: Any, metrics: Any) -> dict[str, Any]:
    """Publish the day before the event's `time`; returns what it logs.

    `gateway` is an API Gateway client, `metrics` a CloudWatch client. Raises ValueError for an event
    without a time, and botocore's errors.
    """
    day = reported_day(event)
    with tracing.step("read"):
        plans = read(gateway, service=settings.service, rest_api_id=settings.rest_api_id, day=day)
    data = metric_data(plans, settings.service, day)
    with tracing.step("publish"):
        for part in requests(data):
            metrics.put_metric_data(Namespace=NAMESPACE, MetricData=part)
    result = {
        "day": day.isoformat(),
        "plans": len(plans),
        "keys": sum(len(plan.keys) for plan in plans),
        "metrics": len(data),
    }
    log.info("reported", extra={"fields": result})
    return result
