"""Incidents: scenario files, the faults in them, and the metrics that they make."""
