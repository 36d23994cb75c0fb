"""The digit on a picture: the picture goes to the model as it came."""

from collections.abc import Mapping
from typing import Any

MODEL_CONTENT_TYPE = "image/png"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def parse(request: Mapping[str, Any]) -> bytes:
    """The picture. Raises ValueError for what does not begin like one."""
    picture: bytes = request["body"]
    if not picture.startswith(_SIGNATURE):
        raise ValueError("The body is no PNG picture.")
    return picture


def features(item: bytes, reference: None) -> bytes:
    """The picture itself."""
    return item


def format(item: bytes, prediction: Mapping[str, Any], meta: Mapping[str, str]) -> dict[str, Any]:
    """The likeliest digit. Raises ValueError for a prediction that makes no sense."""
    probabilities = prediction["probabilities"]
    if len(probabilities) != 10 or not all(0 <= each <= 1 for each in probabilities):  # noqa: PLR2004 - digits
        raise ValueError("no ten probabilities")
    likeliest = max(probabilities)
    return {"digit": probabilities.index(likeliest), "probability": likeliest, **meta}
