"""The Lambda entry point of the collector. What it collects is read when the environment starts.

Anything that goes wrong is raised: Lambda repeats the run, keeps the event in the dead-letter queue when that
does not help, and the alarm on a day that was not kept goes off.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from handlers import logs, tracing
from monitoring.catalogue.collector import kept
from monitoring.watched import Watched
from reports.sla.collect.daily import Daily
from reports.sla.collect.deployed import SERVICES, Settings, daily

logs.configure()
tracing.prepare("botocore")
_settings = Settings.from_env(os.environ)
_services = tuple(
    Watched.model_validate(one, strict=False)
    for one in json.loads((Path(__file__).parent / SERVICES).read_text(encoding="utf-8"))
)


def handler(_event: Mapping[str, Any], _context: Any) -> dict[str, str]:
    """Collect what is missing up to yesterday. Raises whatever goes wrong."""
    with tracing.invocation("evidence"):
        run = daily(_settings, _services)
        told = run.run(datetime.now(UTC))
        count(run, _settings.collector)
        return told


def count(run: Daily, collector: str) -> None:
    """One datapoint a run that kept what there was; the alarm is on its absence."""
    metric = kept(collector)
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    datum = {"MetricName": metric.name, "Dimensions": dimensions, "Value": 1, "Unit": "Count"}
    run.places[0].monitor.cloudwatch.put_metric_data(Namespace=metric.namespace, MetricData=[datum])
