"""Spans -> trees, samples, statistics, advice. Prints nothing."""
