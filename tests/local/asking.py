"""Requests of the wine service, as customers of a test send them."""

import json
from collections.abc import Mapping

from handlers.canary.probes import Probe, Value

MEASURED = {"color_intensity": 5.64, "hue": 1.04, "proline": 1065.0}


def ask(key: str = "lot-001", *, label: str = "barolo", measured: Mapping[str, float] | None = None) -> Probe:
    """A request for one lot, and the cultivar that it must give."""
    return Probe(
        name=key,
        method="POST",
        target="/v1/predictions",
        content_type="application/json",
        body=json.dumps({"id": key, "measurements": dict(measured or MEASURED)}).encode(),
        values=(Value(pointer="/id", equals=key), Value(pointer="/prediction", equals=label)),
    )
