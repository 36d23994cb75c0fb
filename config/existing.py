"""What is wrong with the settings of a watch stack taken together, key by key."""

from collections.abc import Iterator

from settings import Settings

NOTHING = ("api", "functions", "tables", "endpoints")


def existing_contradictions(settings: Settings) -> Iterator[str]:
    """One line each: key, consequence, fix."""
    existing, api = settings.existing, settings.existing.api
    if not any(getattr(existing, part) for part in NOTHING):
        yield (
            "existing: it names nothing, so nothing would be watched. `python -m monitoring discover --api ID"
            " --region REGION` writes it."
        )
    if not settings.probes:
        yield (
            "probes: the canary has nothing to send, and no API is proven from inside. Name a file of probes"
            " (docs/watch.md)."
        )
    elif existing.address(settings.region) is None:
        yield "existing.url: the canary has no address to call. Give it, or `existing.api`."
    if api and api.time_budget_ms < settings.slo.latency_p90_ms:
        yield (
            f"existing.api.timeout_ms: requests are given up after {api.time_budget_ms} ms, below the"
            f" promised p90 of {settings.slo.latency_p90_ms:g} ms (slo.latency_p90_ms): no alarm on latency"
            " could go off. Promise less, or correct it."
        )
