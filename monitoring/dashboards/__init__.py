"""Dashboard bodies as CloudWatch takes them, made from the same catalogue as the alarms."""

from monitoring.dashboards.boards import monitor_dashboard, service_dashboard
from monitoring.dashboards.overview import overview_dashboard

__all__ = ["monitor_dashboard", "overview_dashboard", "service_dashboard"]
