"""What a service stack deploys, as a `Watched` describes it."""

from typing import Any

from settings import STAGE, VARIANT, Settings


def parts(settings: Settings) -> dict[str, Any]:
    """The parts by the fields of `monitoring.watched.WatchedParts`, as values of theirs."""
    chosen, rate = settings.chosen, {"rate_limit_per_s": settings.api.rate_per_s}
    return {
        "api": {
            "name": settings.base,
            "stage": STAGE,
            **rate,
            "time_budget_ms": settings.inference.time_budget_ms,
            "answered_as": settings.base,
        },
        "functions": (
            {
                "name": f"{settings.base}-inference",
                "timeout_ms": settings.inference.timeout_s * 1000,
                "reserved_concurrency": settings.inference.reserved_concurrency,
                **rate,
            },
        ),
        "tables": ({"name": _table(settings)},) if chosen.uses_reference else (),
        "endpoints": ({**_endpoint(settings), **rate},) if chosen.uses_model else (),
        "usage_plans": tuple({"name": plan.name, "quota": plan.quota} for plan in settings.usage_plans),
    }


def _table(settings: Settings) -> str:
    """The stack's own, or the one that exists."""
    return settings.reference_data.table or f"{settings.base}-reference-data"


def _endpoint(settings: Settings) -> dict[str, Any]:
    """The stack's own, or the one that exists, of whose instances nothing is known."""
    model = settings.model
    if model.endpoint is not None:
        return {"name": model.endpoint, "variant": model.variant}
    return {
        "name": f"{settings.base}-model-{model.kind}",
        "variant": VARIANT,
        "cores": model.instances.cores if model.instances else None,
        "gpus": model.instances.gpus if model.instances else None,
    }
