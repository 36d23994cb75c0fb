"""The alarm on the evidence of all services that a monitor stack watches: a day that was not collected."""

from monitoring.alarms import silence
from monitoring.alarms.rule import MetricRule
from monitoring.catalogue import collector

MEANING = "Yesterday is not kept as evidence; after 15 days CloudWatch has its minutes no more."


def rules(name: str) -> tuple[MetricRule, ...]:
    """Of the collector of this name. Its silence says that a run failed or was never made."""
    kept = collector.kept(name)
    return tuple(
        silence.owners(collector.SILENT, [kept], component="slo", meaning=MEANING, window=silence.DAILY)
    )
