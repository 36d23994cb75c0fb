"""KPIs of the AWS account's quotas, which all that runs in the account and region shares.

Where AWS publishes usage, its own metric against `SERVICE_QUOTA()`: Lambda's claimed concurrency ("Working
with the ClaimedAccountConcurrency metric", Lambda developer guide) and SageMaker's instances (`AWS/Usage`).
API Gateway's throttle is derived: the requests of the APIs that are named, against the quota as configured.
"""

from monitoring.catalogue import api
from monitoring.catalogue.shared import FAST, SLOW
from monitoring.kpi import Kpi, Metric, Window
from monitoring.watched import WatchedParts, WatchedQuotas

SILENT, REQUESTS = "quota-silent", "quota-api-requests"
# An hour: what stops is AWS's reporting, or everything in the account, and nobody is hurt by the first.
SILENT_WINDOW = Window(period_s=300, evaluation_periods=12, datapoints_to_alarm=12)


def kpis(parts: WatchedParts) -> tuple[Kpi, ...]:
    """Concurrency, endpoint instances by type, requests; of the stack that watches them."""
    quotas = parts.quotas
    if quotas is None:
        return ()
    return (_concurrency(), *map(_instances, quotas.instance_types), *_requests(parts, quotas))


def _concurrency() -> Kpi:
    return Kpi(
        key="quota-concurrency",
        component="quota",
        signal="saturation",
        title="Lambda concurrency of the account",
        meaning="Hardly any execution of the account is free; functions without reserved ones soon get none.",
        # What is reserved or provisioned counts as used: that is what Lambda refuses by.
        metric=Metric(namespace="AWS/Lambda", name="ClaimedAccountConcurrency", dimensions={}),
        statistic="Maximum",
        metric_unit="Count",
        unit="Percent",
        limit=100,
        limit_source="SERVICE_QUOTA of `ConcurrentExecutions`, the account's concurrent executions",
        silence_owner=SILENT,
        quota_of=Metric(namespace="AWS/Lambda", name="ConcurrentExecutions", dimensions={}),
        window=FAST,
    )


def _instances(instance_type: str) -> Kpi:
    usage = Metric(
        namespace="AWS/Usage",
        name="ResourceCount",
        dimensions={
            "Service": "SageMaker",
            "Type": "Resource",
            "Resource": f"endpoint/{instance_type}",
            "Class": "None",
        },
    )
    return Kpi(
        key=f"quota-instances-{instance_type.removeprefix('ml.').replace('.', '-')}",
        anchor="quota-instances",
        component="quota",
        signal="saturation",
        title=f"Endpoint instances {instance_type} of the account",
        meaning="An endpoint that scales out or is updated soon gets no instance; predictions slow down.",
        metric=usage,
        statistic="Maximum",
        metric_unit="Count",
        unit="Percent",
        limit=100,
        limit_source=f"SERVICE_QUOTA of it, `{instance_type} for endpoint usage`",
        silence_owner=SILENT,
        quota_of=usage,
        window=SLOW,
    )


def _requests(parts: WatchedParts, quotas: WatchedQuotas) -> tuple[Kpi, ...]:
    if parts.api is None:
        return ()
    others = [
        *({"ApiName": name} for name in quotas.other_rest_apis),
        *({"ApiId": name} for name in quotas.other_http_apis),
    ]
    return (
        Kpi(
            key=REQUESTS,
            component="quota",
            signal="traffic",
            title="API requests of the account",
            meaning="All APIs together near the account's throttle; beyond it customers of each get 429.",
            metric=api.metric(parts.api, "Count"),
            plus=tuple(Metric(namespace="AWS/ApiGateway", name="Count", dimensions=d) for d in others),
            statistic="Sum",
            metric_unit="Count",
            unit="Count",
            limit=quotas.api_requests_per_s * FAST.period_s,
            limit_source=f"the account's throttle of {quotas.api_requests_per_s:g} requests a second",
            silence_owner="",  # nobody misses the others, and the own API's silence is told already
            window=FAST,
        ),
    )
