"""The alarms over saved metrics: how often they would have paged, and at which threshold."""
