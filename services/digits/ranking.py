"""All digits for given pixels, the likeliest first."""

from collections.abc import Mapping
from typing import Any

DIGITS = range(10)


def parse(request: Mapping[str, Any]) -> dict[str, Any]:
    """The pixels, 8 rows of 8; the body fits the contract."""
    body: dict[str, Any] = request["body"]
    return body


def features(item: dict[str, Any], reference: None) -> dict[str, Any]:
    """What the model reads."""
    return item


def format(
    item: object,
    prediction: Mapping[str, Any],
    meta: Mapping[str, str],
) -> dict[str, Any]:
    """The digits, sorted. Raises ValueError for a prediction that makes no sense."""
    probabilities = prediction["probabilities"]
    if len(probabilities) != len(DIGITS) or not all(0 <= each <= 1 for each in probabilities):
        raise ValueError("no ten probabilities")
    ranking = sorted(DIGITS, key=lambda digit: -probabilities[digit])
    return {"ranking": [{"digit": d, "probability": probabilities[d]} for d in ranking], **meta}
