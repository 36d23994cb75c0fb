"""Dashboard bodies as CloudWatch takes them, one a stack, made from the same catalogue as the alarms."""

from monitoring.dashboards.boards import monitor_dashboard, service_dashboard

__all__ = ["monitor_dashboard", "service_dashboard"]
