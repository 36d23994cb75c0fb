"""Which outage would nobody hear of: every size, duration and traffic of an incident, at its worst."""
