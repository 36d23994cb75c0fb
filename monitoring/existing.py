"""What exists already, as a `Watched` describes it."""

from collections.abc import Sequence
from typing import Any

from settings.existing import Existing, ExistingPart


def parts(existing: Existing) -> dict[str, Any]:
    """The parts by the fields of `monitoring.watched.WatchedParts`, as values of theirs."""
    api = existing.api
    rate = {"rate_limit_per_s": api.rate_limit_per_s if api else None}
    return {
        "api": api
        and {
            **api.model_dump(exclude={"timeout_ms", "name"}),
            "name": api.name or api.id,
            "time_budget_ms": api.time_budget_ms,
        },
        "functions": tuple(
            {
                **_part(function, existing.functions),
                **rate,
                "timeout_ms": function.timeout_ms,
                "reserved_concurrency": function.reserved_concurrency,
            }
            for function in existing.functions
        ),
        "tables": tuple(
            {**_part(table, existing.tables), "operation": table.operation} for table in existing.tables
        ),
        "endpoints": tuple(
            {
                **_part(endpoint, existing.endpoints),
                **rate,
                "variant": endpoint.variant,
                "cores": endpoint.cores,
                "gpus": endpoint.gpus,
                "always_on": endpoint.steady is not False,
            }
            for endpoint in existing.endpoints
        ),
        "usage_plans": tuple(
            {"name": plan.name, "key": plan.called, "quota": plan.quota} for plan in existing.usage_plans
        ),
    }


def _part(part: ExistingPart, all_of_its_kind: Sequence[ExistingPart]) -> dict[str, Any]:
    alone = len(all_of_its_kind) == 1
    steady = alone if part.steady is None else part.steady
    return {"name": part.name, "key": "" if alone else part.called, "steady": steady}
