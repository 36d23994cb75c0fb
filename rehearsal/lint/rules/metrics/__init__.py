"""Metrics that nobody publishes: the alarm watches nothing."""
