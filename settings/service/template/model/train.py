"""Trains the model. What this imports stands in requirements-train.txt, or else in requirements.txt."""

import json
import math
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any

from .predictor import FEATURES, PARAMETERS, Centres

TYPICAL = {"letter": (20, 0.05), "parcel": (45, 4), "freight": (180, 250)}  # length in cm, weight in kg
FACTORS = [percent / 100 for percent in range(50, 200, 10)]
LEAST_ACCURACY = 0.95


def train(directory: Path) -> None:
    """Write the model into the folder, and samples that the local run's customers send.

    A ValueError says that the model is not good enough: nothing is kept then.
    """
    examples = list(consignments())
    seen, unseen = examples[::2], examples[1::2]
    points = {label: [logarithms(body) for own, body in seen if own == label] for label in TYPICAL}
    centres = {
        label: [round(fmean(point[name] for point in own), 6) for name in FEATURES]
        for label, own in points.items()
    }
    (directory / PARAMETERS).write_text(json.dumps(centres) + "\n", encoding="utf-8")

    answers = Centres(centres).predict([logarithms(body) for _, body in unseen])
    accuracy = fmean(answer["label"] == label for answer, (label, _) in zip(answers, unseen, strict=True))
    if accuracy < LEAST_ACCURACY:
        raise ValueError(f"accuracy {accuracy:.3f} is below {LEAST_ACCURACY}")
    samples = [
        sample(body, answer["label"]) for (_, body), answer in zip(unseen[::5], answers[::5], strict=True)
    ]
    lines = "".join(json.dumps(each) + "\n" for each in samples)
    (directory / "samples.jsonl").write_text(lines, encoding="utf-8")


def consignments() -> Iterator[tuple[str, dict[str, float]]]:
    """Examples with their labels: what is typical, lighter and heavier, longer and shorter."""
    for (label, (length, weight)), longer, heavier in product(TYPICAL.items(), FACTORS, FACTORS):
        yield label, {"length_cm": length * longer, "weight_kg": weight * heavier}


def logarithms(body: dict[str, float]) -> dict[str, float]:
    """What functions.py makes of a request."""
    return {"log_length": math.log(body["length_cm"]), "log_weight": math.log(body["weight_kg"])}


def sample(body: dict[str, float], label: str) -> dict[str, Any]:
    """A request, and the answer that it must get."""
    return {
        "operation": "createPrediction",
        "request": {"body": body},
        "expect": {"values": [{"pointer": "/label", "equals": label}]},
    }
