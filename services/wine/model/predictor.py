"""The trained pipeline as it is served: a standard scaler and multinomial logistic regression in numpy.

The scikit-learn pipeline is what is trained (`train.py`); its parameters are all that serving needs. Two
matrix operations replace a call that is some twenty times slower and an import that takes seconds, and no
pickle is ever loaded. A test holds that both give the same answers.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from services.wine.model.features import FEATURES, row

PARAMETERS: Final = "parameters.json"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Classifier:
    """Parameters: `mean` and `scale` (13,), `coefficients` (13, labels), `intercepts` (labels,)."""

    labels: tuple[str, ...]
    mean: Floats
    scale: Floats
    coefficients: Floats
    intercepts: Floats

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any]) -> Self:
        """Build from the document in `PARAMETERS`. Raises ValueError if it is of another shape."""
        if tuple(parameters["features"]) != FEATURES:
            raise ValueError("the model was trained on other features than features.py names; train it anew")
        classifier = cls(
            labels=tuple(parameters["labels"]),
            mean=np.array(parameters["mean"], dtype=np.float64),
            scale=np.array(parameters["scale"], dtype=np.float64),
            coefficients=np.array(parameters["coefficients"], dtype=np.float64),
            intercepts=np.array(parameters["intercepts"], dtype=np.float64),
        )
        features, labels = len(FEATURES), len(classifier.labels)
        shapes = [array.shape for array in (classifier.mean, classifier.scale, classifier.coefficients)]
        if [*shapes, classifier.intercepts.shape] != [
            (features,),
            (features,),
            (features, labels),
            (labels,),
        ]:
            raise ValueError("the model's parameters do not fit its features and labels; train it anew")
        return classifier

    def probabilities(self, rows: list[list[float]]) -> Floats:
        """Probabilities (rows, labels) for rows of 13 features: softmax over the scaled, linear scores."""
        scores = ((np.array(rows) - self.mean) / self.scale) @ self.coefficients + self.intercepts
        scores -= scores.max(axis=1, keepdims=True)  # the largest exponent is 0, so nothing overflows
        weights = np.exp(scores)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def predict(self, instances: list[Any]) -> list[dict[str, Any]]:
        """The likeliest label of each instance and its probability; all go through numpy in one call.

        Raises ValueError for an instance that is not 13 numbers by name.
        """
        probabilities = self.probabilities([row(index, each) for index, each in enumerate(instances)])
        return [
            {"label": self.labels[best], "probability": likely[best]}
            for likely, best in zip(
                probabilities.tolist(), probabilities.argmax(axis=1).tolist(), strict=True
            )
        ]


def load(directory: Path) -> Classifier:
    """The classifier that `train.py` wrote into `directory`."""
    return Classifier.from_parameters(json.loads((directory / PARAMETERS).read_bytes()))
