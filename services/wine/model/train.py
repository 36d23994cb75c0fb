"""Trains on the wine data that scikit-learn brings along: a standard scaler and logistic regression."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.wine.model.features import FEATURES, LABELS, MEASUREMENTS
from services.wine.model.predictor import PARAMETERS, Classifier

ACCURACY_FLOOR: Final = 0.95  # of the hold-out; 44 of its 45 lots are right as shipped
_HOLD_OUT: Final = 0.25
_SEED: Final = 7
# Parameters are rounded, as the last bits of a sum differ between processors and the version must not.
_DECIMALS: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """What training found: the parameters to serve, and how good exactly those are on unseen data."""

    parameters: dict[str, Any]  # see Classifier.from_parameters
    accuracy: float  # 0 to 1, on the hold-out
    rows: list[list[float]]  # the whole data, features in the order of FEATURES
    pipeline: Any  # the scikit-learn pipeline, which has no types


def train(directory: Path) -> None:
    """Write the parameters, the reference data and samples. Raises ValueError for a model below the floor."""
    write(directory, fit())


def write(directory: Path, fitted: Fitted) -> None:
    """Check the accuracy and write the files."""
    if fitted.accuracy < ACCURACY_FLOOR:
        raise ValueError(
            f"hold-out accuracy {fitted.accuracy:.3f} is below {ACCURACY_FLOOR}; look at what changed in the"
            " data or the recipe"
        )
    (directory / PARAMETERS).write_text(json.dumps(fitted.parameters, indent=1) + "\n", encoding="utf-8")
    lots = list(enumerate(fitted.rows, start=1))
    answers = Classifier.from_parameters(fitted.parameters).predict([_named(row) for row in fitted.rows])
    _write_lines(directory / "reference.jsonl", [reference(number, row) for number, row in lots])
    _write_lines(
        directory / "samples.jsonl",
        [sample(number, row, answer["label"]) for (number, row), answer in zip(lots, answers, strict=True)],
    )


def fit() -> Fitted:
    """Fit the pipeline on three quarters of the data and measure it on the rest."""
    from sklearn.datasets import load_wine  # noqa: PLC0415 - seconds to import, and needed here alone
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above
    from sklearn.model_selection import train_test_split  # noqa: PLC0415 - as above
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - as above
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - as above

    data: Any
    target: Any
    data, target = load_wine(return_X_y=True)
    split: Any = train_test_split(data, target, test_size=_HOLD_OUT, stratify=target, random_state=_SEED)
    seen, held_out, seen_target, held_out_target = split
    # Newton's method reaches the one optimum to the last bits, so that rounding leaves nothing to chance.
    pipeline: Any = make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", tol=1e-10))
    pipeline.fit(seen, seen_target)
    scaler, regression = pipeline
    parameters = {
        "features": FEATURES,
        "labels": LABELS,
        "mean": scaler.mean_.round(_DECIMALS).tolist(),
        "scale": scaler.scale_.round(_DECIMALS).tolist(),
        "coefficients": regression.coef_.T.round(_DECIMALS).tolist(),
        "intercepts": regression.intercept_.round(_DECIMALS).tolist(),
    }
    served = Classifier.from_parameters(parameters)
    right = served.probabilities(held_out.tolist()).argmax(axis=1) == held_out_target
    return Fitted(parameters=parameters, accuracy=float(right.mean()), rows=data.tolist(), pipeline=pipeline)


def reference(number: int, row: list[float]) -> dict[str, Any]:
    """What the table holds of a lot: its analysis. Lot `lot-001` is the data's first row."""
    kept = {name: value for name, value in _named(row).items() if name not in MEASUREMENTS}
    return {"id": _lot(number), **kept}


def sample(number: int, row: list[float], label: str) -> dict[str, Any]:
    """What a customer sends of the lot, and what must come back.

    `label` is what the model answers, which for one lot in a hundred is not what the grower says.
    """
    measurements = {name: value for name, value in _named(row).items() if name in MEASUREMENTS}
    return {
        "operation": "createPrediction",
        "request": {"body": {"id": _lot(number), "measurements": measurements}},
        "expect": {
            "values": [
                {"pointer": "/id", "equals": _lot(number)},
                {"pointer": "/prediction", "equals": label},
            ]
        },
    }


def _lot(number: int) -> str:
    return f"lot-{number:03}"


def _named(row: list[float]) -> dict[str, float]:
    return dict(zip(FEATURES, row, strict=True))


def _write_lines(path: Path, documents: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(each) + "\n" for each in documents), encoding="utf-8")
