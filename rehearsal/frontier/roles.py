"""What a metric would show of an incident: its role, by its name.

Known are the metrics of this program's service and of the usual front doors; other names are read as they
are commonly meant. A metric without a role has no data.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitoring.names import NAMESPACE
from monitoring.spec import MetricStat
from rehearsal.incident.conditions import CPU_PCT, DISK_PCT, MEMORY_PCT
from rehearsal.incident.signals import ORDINARY_USAGE_PCT

Role = Literal[
    "requests", "errors", "error-rate", "latency", "none", "level", "probes", "answered", "refused"
]
PROBE, FRONT, BEHIND = 0, 1, 2
USUAL_MS = 50.0
PER_MS = {"Seconds": 0.001, "Milliseconds": 1.0, "Microseconds": 1000.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A metric's role, and how far from customers it is: a probe, at the front door, or behind it.

    `usual` is a level's value, or a latency's in milliseconds; `per_ms` is a millisecond in the metric's
    unit. A `sparse` count has no sample in a minute without an event; others have one for each request.
    """

    role: Role
    tier: int = FRONT
    usual: float = USUAL_MS
    per_ms: float = 1.0
    sparse: bool = False


def _level(value: float) -> Shown:
    return Shown(role="level", tier=BEHIND, usual=value)


def _behind(role: Role, usual: float = USUAL_MS, per_ms: float = 1.0, *, sparse: bool = False) -> Shown:
    return Shown(role=role, tier=BEHIND, usual=usual, per_ms=per_ms, sparse=sparse)


KNOWN: dict[tuple[str, str], Shown] = {
    ("AWS/ApiGateway", "Count"): Shown(role="requests"),
    ("AWS/ApiGateway", "5XXError"): Shown(role="errors"),
    ("AWS/ApiGateway", "4XXError"): Shown(role="none"),
    ("AWS/ApiGateway", "5xx"): Shown(role="errors"),
    ("AWS/ApiGateway", "4xx"): Shown(role="none"),
    ("AWS/ApiGateway", "Latency"): Shown(role="latency"),
    ("AWS/ApiGateway", "IntegrationLatency"): Shown(role="latency"),
    ("AWS/ApplicationELB", "RequestCount"): Shown(role="requests"),
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"): Shown(role="errors", sparse=True),
    ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"): Shown(role="errors", sparse=True),
    ("AWS/ApplicationELB", "TargetResponseTime"): Shown(role="latency", per_ms=0.001),
    ("AWS/ELB", "RequestCount"): Shown(role="requests"),
    ("AWS/ELB", "HTTPCode_Backend_5XX"): Shown(role="errors", sparse=True),
    ("AWS/ELB", "HTTPCode_ELB_5XX"): Shown(role="errors", sparse=True),
    ("AWS/ELB", "Latency"): Shown(role="latency", per_ms=0.001),
    ("AWS/CloudFront", "Requests"): Shown(role="requests"),
    ("AWS/CloudFront", "5xxErrorRate"): Shown(role="error-rate"),
    ("AWS/CloudFront", "TotalErrorRate"): Shown(role="error-rate"),
    ("AWS/CloudFront", "OriginLatency"): Shown(role="latency"),
    ("AWS/AppSync", "Requests"): Shown(role="requests"),
    ("AWS/AppSync", "5XXError"): Shown(role="errors"),
    ("AWS/AppSync", "Latency"): Shown(role="latency"),
    ("AWS/Lambda", "Invocations"): _behind("requests"),
    ("AWS/Lambda", "Errors"): _behind("errors"),
    ("AWS/Lambda", "Throttles"): _behind("none"),
    ("AWS/Lambda", "Duration"): _behind("latency", 40),
    ("AWS/Lambda", "ConcurrentExecutions"): _level(1),
    ("AWS/Lambda", "UnreservedConcurrentExecutions"): _level(1),
    ("AWS/Lambda", "ClaimedAccountConcurrency"): _level(1),
    ("AWS/Usage", "ResourceCount"): _level(1),
    ("AWS/DynamoDB", "SuccessfulRequestLatency"): _behind("latency", 4),
    ("AWS/DynamoDB", "SystemErrors"): _behind("errors", sparse=True),
    ("AWS/DynamoDB", "ThrottledRequests"): _behind("none", sparse=True),
    ("AWS/DynamoDB", "ReadThrottleEvents"): _behind("none", sparse=True),
    ("AWS/DynamoDB", "WriteThrottleEvents"): _behind("none", sparse=True),
    ("AWS/SageMaker", "Invocations"): _behind("requests"),
    ("AWS/SageMaker", "Invocation5XXErrors"): _behind("errors"),
    ("AWS/SageMaker", "InvocationModelErrors"): _behind("errors"),
    ("AWS/SageMaker", "Invocation4XXErrors"): _behind("none"),
    ("AWS/SageMaker", "ModelLatency"): _behind("latency", 35, 1000),
    ("AWS/SageMaker", "OverheadLatency"): _behind("latency", 6, 1000),
    ("/aws/sagemaker/Endpoints", "CPUUtilization"): _level(CPU_PCT),
    ("/aws/sagemaker/Endpoints", "GPUUtilization"): _level(CPU_PCT),
    ("/aws/sagemaker/Endpoints", "GPUMemoryUtilization"): _level(CPU_PCT),
    ("/aws/sagemaker/Endpoints", "MemoryUtilization"): _level(MEMORY_PCT),
    ("/aws/sagemaker/Endpoints", "DiskUtilization"): _level(DISK_PCT),
    (NAMESPACE, "CanaryAttempts"): Shown(role="probes", tier=PROBE),
    (NAMESPACE, "CanarySuccess"): Shown(role="answered", tier=PROBE),
    (NAMESPACE, "CanaryFailure"): Shown(role="refused", tier=PROBE),
    (NAMESPACE, "CanaryLatency"): Shown(role="latency", tier=PROBE),
    (NAMESPACE, "AnsweredLatency"): Shown(role="latency"),
    (NAMESPACE, "UsagePercentOfQuota"): _level(ORDINARY_USAGE_PCT),
}
# Of a metric that is not known, the first that fits its name, whatever its case.
BY_NAME: Sequence[tuple[str, Role]] = (
    (r"4xx|throttl", "none"),
    (r"(5xx|error|fault|fail|exception).*(rate|percent|pct)", "error-rate"),
    (r"5xx|error|faults?$|fail|exception", "errors"),
    (r"latency|duration|response_?time", "latency"),
    (r"^(request|invocation|call)s?(_?count)?$|^count$", "requests"),
)


def shown(query: MetricStat) -> Shown | None:
    """What the metric of a query shows; None for one that tells nothing of requests."""
    known = KNOWN.get((query.namespace, query.metric))
    if known is not None:
        return known
    for pattern, role in BY_NAME:
        if re.search(pattern, query.metric, re.IGNORECASE):
            per_ms = PER_MS.get(query.unit or "", 1.0)
            return Shown(role=role, tier=BEHIND, per_ms=per_ms, sparse=role in ("errors", "none"))
    return None
