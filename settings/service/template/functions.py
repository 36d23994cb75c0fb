"""From a request to what the model is asked, and from its prediction to the answer: pure functions, no AWS.

A ValueError is the caller's mistake, and its text the answer's message: say what is wrong, repeat no value.
"""

import math
from collections.abc import Mapping
from typing import Any


def parse(request: Mapping[str, Any]) -> dict[str, float]:
    """What is asked for; the body fits the contract. A list is a batch, which `gather` then answers."""
    body: dict[str, float] = request["body"]
    return body


def features(item: Mapping[str, float], reference: None) -> dict[str, float]:
    """What the model is asked; `reference` is the item's reference data, where service.yaml says so."""
    return {"log_length": math.log(item["length_cm"]), "log_weight": math.log(item["weight_kg"])}


def format(
    item: Mapping[str, float], prediction: Mapping[str, Any], meta: Mapping[str, str]
) -> dict[str, Any]:
    """The answer. `meta` has `model_version` and `request_id`; what this raises is the model's failure."""
    return {"label": prediction["label"], "probability": prediction["probability"], **meta}
