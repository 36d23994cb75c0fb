"""AWS -> tables of evidence: one UTC day of the watched services, read from both accounts."""
