"""KPIs that no part of the simulated service is behind: a team's own, and the quotas of the AWS account."""

APART = ("own", "quota")  # components
