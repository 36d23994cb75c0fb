"""The metric is not in the alarm's region.

CloudFront, Route 53, Billing, web ACLs of CloudFront and some others publish in us-east-1 only, wherever
their users are. An alarm sees the metrics of its own region alone.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator

from rehearsal.lint import arns, behaviour, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Metrics that live in one region, and alarms in another one."""
    for alarm in given.metric:
        region = arns.region_of(alarm)
        if (
            region is None
            or not region
            or not region[0].isalpha()
            or region.startswith(("cn-", "us-gov-", "us-iso"))
        ):
            continue
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            keys = frozenset(name for name, _ in metric.dimensions)
            home = facts.region(keys) if facts is not None else None
            if home is not None and home != region:
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}Namespace",
                    problem=f"{metric.text} is published in {home} only, the alarm is in {region}",
                    consequence=behaviour.watches_nothing(alarm),
                    fix=f"make the alarm in {home}",
                )
