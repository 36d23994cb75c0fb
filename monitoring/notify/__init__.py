"""Who is told of what: the composite alarms that speak for the metric alarms."""
