"""Metric alarms made from KPIs, and the rules that every alarm must keep."""
