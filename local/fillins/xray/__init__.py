"""X-Ray: segments, sampling rules and the daemon that collects."""
