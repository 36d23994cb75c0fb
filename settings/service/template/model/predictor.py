"""How the trained model predicts: the nearest centre, in plain Python.

What this imports stands in requirements.txt beside it; without that file, nothing is installed.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARAMETERS = "parameters.json"
FEATURES = ("log_length", "log_weight")


@dataclass(frozen=True, slots=True)
class Centres:
    """The centre of each label, in the order of `FEATURES`."""

    centres: Mapping[str, Sequence[float]]

    def predict(self, instances: list[Any]) -> list[dict[str, Any]]:
        """One prediction for each instance, in order. A ValueError is the caller's mistake."""
        return [self._nearest([float(instance[name]) for name in FEATURES]) for instance in instances]

    def _nearest(self, point: Sequence[float]) -> dict[str, Any]:
        weights = {
            label: math.exp(-(math.dist(point, centre) ** 2)) for label, centre in self.centres.items()
        }
        label = max(weights, key=lambda each: weights[each])
        return {"label": label, "probability": weights[label] / math.fsum(weights.values())}


def load(directory: Path) -> Centres:
    """The model that `train` wrote into the folder."""
    return Centres(json.loads((directory / PARAMETERS).read_bytes()))
