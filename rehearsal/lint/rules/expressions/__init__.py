"""Metric math and anomaly bands."""
