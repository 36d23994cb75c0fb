"""What the collector of evidence publishes: that a run kept what there was to keep."""

from monitoring.kpi import Metric
from monitoring.names import NAMESPACE

SILENT = "evidence-silent"


def kept(collector: str) -> Metric:
    """1 a run that went well, under the collector's name; one that fails publishes nothing."""
    return Metric(namespace=NAMESPACE, name="EvidenceKept", dimensions={"Collector": collector})
