"""The trained pipeline as it is served: a standard scaler and multinomial logistic regression in numpy.

The scikit-learn pipeline is what is trained (`model.train`); its parameters are all that serving needs.
Two matrix operations replace a call that is some twenty times slower and an import that takes seconds,
and no pickle is ever loaded. A test holds that both give the same answers. Deliberately does no input
validation: `model.wire` has done it.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from model.wire import FEATURES

PARAMETERS: Final = "parameters.json"
METADATA: Final = "metadata.json"
_VERSION_LENGTH: Final = 12

Floats = npt.NDArray[np.float64]


class ArtefactError(RuntimeError):
    """There is no usable artefact; the message says where, why, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """The likeliest label and its probability (0 to 1)."""

    label: str
    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Classifier:
    """Parameters: `mean` and `scale` (13,), `coefficients` (13, labels), `intercepts` (labels,)."""

    version: str
    labels: tuple[str, ...]
    mean: Floats
    scale: Floats
    coefficients: Floats
    intercepts: Floats

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read the artefact that `model.train` wrote. Raises ArtefactError if it is missing or damaged."""
        advice = f"train it with `python -m model.train --out {directory}`"
        try:
            content = (directory / PARAMETERS).read_bytes()
            parameters = json.loads(content)
            stated = json.loads((directory / METADATA).read_bytes())["model_version"]
        except OSError as error:
            raise ArtefactError(f"no model in {directory}: {error}; {advice}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise ArtefactError(f"the model in {directory} is damaged: {error!r}; {advice}") from error
        version = version_of(content)
        if stated != version:
            raise ArtefactError(
                f"the model in {directory} is damaged: its content is not its version; {advice}"
            )
        return cls.from_parameters(parameters, version=version)

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any], *, version: str) -> Self:
        """Build from the document in `PARAMETERS`. Raises ArtefactError if it is of another shape."""
        if tuple(parameters["features"]) != FEATURES:
            raise ArtefactError(
                "the model was trained on other features than model.wire names; train it anew"
            )
        classifier = cls(
            version=version,
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
            raise ArtefactError("the model's parameters do not fit its features and labels; train it anew")
        return classifier

    def probabilities(self, rows: list[list[float]]) -> Floats:
        """Probabilities (rows, labels) for rows of 13 features: softmax over the scaled, linear scores."""
        scores = ((np.array(rows) - self.mean) / self.scale) @ self.coefficients + self.intercepts
        scores -= scores.max(axis=1, keepdims=True)  # the largest exponent is 0, so nothing overflows
        weights = np.exp(scores)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def predict(self, rows: list[list[float]]) -> list[Prediction]:
        """One prediction for each row, in order; all rows go through numpy in one call."""
        probabilities = self.probabilities(rows)
        return [
            Prediction(label=self.labels[best], probability=row[best])
            for row, best in zip(probabilities.tolist(), probabilities.argmax(axis=1).tolist(), strict=True)
        ]


def version_of(content: bytes) -> str:
    """The model's version: a hash of the parameters' bytes, so that equal versions mean equal answers."""
    return hashlib.sha256(content).hexdigest()[:_VERSION_LENGTH]
