"""What is watched: KPIs, alarm specs, SLO windows and dashboards, as plain data. No Pulumi, no boto3.

One catalogue of KPIs is the only source of alarms, dashboards, documentation and rehearsals.
"""

from monitoring.dashboards import monitor_dashboard, overview_dashboard, service_dashboard
from monitoring.errors import MonitoringError
from monitoring.stacks import (
    evidence_alarms,
    monitor_alarms,
    monitor_mutes,
    parts_alarms,
    service_alarms,
    service_mutes,
    slo_alarms,
    stacks,
)

__all__ = [
    "MonitoringError",
    "evidence_alarms",
    "monitor_alarms",
    "monitor_dashboard",
    "monitor_mutes",
    "overview_dashboard",
    "parts_alarms",
    "service_alarms",
    "service_dashboard",
    "service_mutes",
    "slo_alarms",
    "stacks",
]
