"""Joins a lot's reference analysis with fresh measurements, and says what the model makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ANALYSIS = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "od280_od315",
)
LABELS = ("barolo", "grignolino", "barbera")


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot's key in the reference data, and its fresh measurements by name."""

    id: str
    measurements: Mapping[str, float]


def parse(request: Mapping[str, Any]) -> Lot:
    """The lot that a request asks for; its body fits the contract."""
    body = request["body"]
    return Lot(body["id"], {name: float(value) for name, value in body["measurements"].items()})


def reference(item: Lot) -> str:
    """The key of the lot's analysis."""
    return item.id


def features(item: Lot, reference: Mapping[str, Any]) -> dict[str, float]:
    """All thirteen by name. An analysis that lacks one is an error of ours: KeyError or TypeError."""
    return {**{name: _number(reference[name]) for name in ANALYSIS}, **item.measurements}


def format(item: Lot, prediction: Mapping[str, Any], meta: Mapping[str, str]) -> dict[str, Any]:
    """The answer. Raises ValueError for a prediction that makes no sense."""
    label, probability = prediction["label"], prediction["probability"]
    if label not in LABELS or not 0 <= _number(probability) <= 1:
        raise ValueError("no label and probability")
    return {
        "id": item.id,
        "prediction": label,
        "probability": float(probability),
        "model_version": meta["model_version"],
        "request_id": meta["request_id"],
    }


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    return float(value)
