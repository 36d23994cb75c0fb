"""What was promised on a day: kept with the day, so that a later change of the promise changes no past."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from reports.sla.evidence.errors import EvidenceError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")  # it becomes a folder and a file
ALL_PCT = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """`availability_pct` of requests succeed; `latency_share_pct` of predictions come within `latency_ms`."""

    availability_pct: float = 99.95
    latency_ms: float = 200.0
    latency_share_pct: float = 90.0

    @classmethod
    def read(cls, service: str, values: Mapping[str, Any]) -> Self:
        """Of a row or a JSON object; what it does not name is the default. Raises `EvidenceError`."""
        known = {key: values[key] for key in cls.__slots__ if values.get(key) is not None}
        for key, value in known.items():
            top = float("inf") if key == "latency_ms" else ALL_PCT
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < top:
                raise EvidenceError(
                    f"the promise of {service}: {key} {value!r} is no number above 0 and below {top:g}"
                )
        return cls(**{key: float(value) for key, value in known.items()})

    def to_json(self) -> dict[str, float]:
        """As it stands in the chain."""
        return asdict(self)


def check_name(service: str) -> str:
    """The name itself. Raises `EvidenceError` for one that cannot be a folder's."""
    if not NAME.fullmatch(service):
        raise EvidenceError(
            f"the service {service!r} cannot be a folder's name; use letters, digits, '.', '_' and '-'"
        )
    return service
