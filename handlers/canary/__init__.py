"""Probes the API from another account, as a customer would, and publishes what came of it."""
