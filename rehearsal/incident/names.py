"""Which of an alarm set's metrics are the simulated service's own: dimensions count.

A stack's own catalogue names its service. In a file of other making the service is what most of its alarms
name, by each dimension, the first of several that are named as often: one API, one function, one table, one
endpoint. An alarm on another one, or on dimensions that AWS does not publish for the namespace, is an alarm
on a metric that nothing reports, unless the scenario gives it a series.
"""

from collections import Counter
from collections.abc import Mapping

from monitoring.spec import MetricAlarm, MetricStat
from rehearsal.sources.stack import AlarmSet

# Per namespace the dimensions that its metrics of the simulated service can have.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "AWS/ApiGateway": ("ApiName", "ApiId", "Stage", "Method", "Resource"),
    "AWS/Lambda": ("FunctionName", "Resource", "ExecutedVersion"),
    "AWS/DynamoDB": ("TableName", "Operation"),
    "AWS/SageMaker": ("EndpointName", "VariantName"),
    "/aws/sagemaker/Endpoints": ("EndpointName", "VariantName"),
}
# Of these the service has one each; functions of the canary and the reporter are told apart by their ending.
SINGLE = ("ApiName", "ApiId", "Stage", "FunctionName", "TableName", "EndpointName", "VariantName")
FLAVOURS = {"ApiName", "ApiId"}  # a REST API and an HTTP API: the service has one of them
READS = ("GetItem", "Query", "Scan")  # what happens on the table
OTHER_FUNCTIONS = ("-canary", "-usage-reporter")


class Names:
    """The simulated service's names, for one alarm set."""

    def __init__(self, alarm_set: AlarmSet) -> None:
        self._is_stack = alarm_set.service_account is not None
        counted: Counter[tuple[str, str]] = Counter(
            (name, value)
            for alarm in alarm_set.alarms
            for query in (alarm.queries if isinstance(alarm, MetricAlarm) else ())
            if isinstance(query, MetricStat) and query.namespace in DIMENSIONS
            for name, value in query.dimensions.items()
            if name in SINGLE and not value.endswith(OTHER_FUNCTIONS)
        )
        self._own: dict[str, str] = {}
        for (name, value), _ in counted.most_common():
            if name not in FLAVOURS or not FLAVOURS & self._own.keys():
                self._own.setdefault(name, value)

    def own(self, query: MetricStat) -> bool:
        """Whether the simulated service reports the metric with these dimensions."""
        known = DIMENSIONS.get(query.namespace)
        if self._is_stack or known is None:
            return True
        if query.dimensions.get("Operation", READS[0]) not in READS:
            return False
        return all(
            name in known
            and (name not in FLAVOURS or name in self._own)
            and (value.endswith(OTHER_FUNCTIONS) or self._own.get(name, value) == value)
            for name, value in query.dimensions.items()
        )
