"""Train the model: `python -m model.train --out build/model`.

A standard scaler and logistic regression on the wine data that scikit-learn brings along, held to a floor
of accuracy on data it has not seen. Writes three JSON files: `parameters.json` (the model),
`metadata.json` (what it is) and `reference_data.json` (all lots with the prediction each gets, for the
local run and the tests). The same input gives the same bytes, so the version is stable. Deliberately
loads scikit-learn only when there is something to train: it takes seconds to import.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from model import wire
from model.classifier import METADATA, PARAMETERS, ArtefactError, Classifier, version_of
from model.wire import FEATURES, LABELS, MEASUREMENTS

REFERENCE_DATA: Final = "reference_data.json"
ACCURACY_FLOOR: Final = 0.95  # of the hold-out; 44 of its 45 lots are right as shipped
_HOLD_OUT: Final = 0.25
_SEED: Final = 7
# Parameters are rounded, as the last bits of a sum differ between processors and the version must not.
_DECIMALS: Final = 6


class TrainingError(RuntimeError):
    """The trained model is not good enough to be written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """What training found: the parameters to serve, and how good exactly those are on unseen data."""

    parameters: dict[str, Any]  # see Classifier.from_parameters
    accuracy: float  # 0 to 1, on the hold-out
    hold_out: int  # rows
    rows: list[list[float]]  # the whole data, features in the order of model.wire
    pipeline: Any  # the scikit-learn pipeline, which has no types


def ensure(directory: Path) -> Path:
    """Return `directory` with a current artefact in it, training one if it is missing, damaged or stale.

    Stale means made by another version of this recipe, of the wire names or of the training library.
    Safe to call from several processes at once: files are replaced whole, and all would write the same.
    """
    if not _is_current(directory):
        write(directory, fit())
    return directory


def write(directory: Path, fitted: Fitted) -> dict[str, Any]:
    """Check the accuracy and write the three files; returns the metadata. TrainingError below the floor."""
    if fitted.accuracy < ACCURACY_FLOOR:
        raise TrainingError(
            f"hold-out accuracy {fitted.accuracy:.3f} is below {ACCURACY_FLOOR}; nothing was written. "
            "Look at what changed in the data or the recipe."
        )
    content = _as_json(fitted.parameters)
    version = version_of(content)
    classifier = Classifier.from_parameters(fitted.parameters, version=version)
    metadata = {
        "model_version": version,
        "features": FEATURES,
        "labels": LABELS,
        "accuracy": fitted.accuracy,
        "hold_out": fitted.hold_out,
        "recipe": _recipe(),
        "libraries": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in ("numpy", "scikit-learn", "scipy")},
    }
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / PARAMETERS, content)
    _write(directory / REFERENCE_DATA, _as_json(reference_data(fitted.rows, classifier)))
    _write(directory / METADATA, _as_json(metadata))  # last: an artefact without it is not taken for one
    return metadata


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
    served = Classifier.from_parameters(parameters, version="unversioned")
    right = served.probabilities(held_out.tolist()).argmax(axis=1) == held_out_target
    return Fitted(
        parameters=parameters,
        accuracy=float(right.mean()),
        hold_out=len(held_out),
        rows=data.tolist(),
        pipeline=pipeline,
    )


def reference_data(rows: list[list[float]], classifier: Classifier) -> list[dict[str, Any]]:
    """Split each row of 13 features into what the table holds and what a request brings.

    Lot `lot-001` is the data's first row. `label` is what the model answers, which for one lot in a hundred
    is not what the grower says.
    """
    items = []
    for number, (row, prediction) in enumerate(zip(rows, classifier.predict(rows), strict=True), start=1):
        features = dict(zip(FEATURES, row, strict=True))
        items.append(
            {
                "id": f"lot-{number:03}",
                "reference": {name: value for name, value in features.items() if name not in MEASUREMENTS},
                "measurements": {name: features[name] for name in MEASUREMENTS},
                "label": prediction.label,
            }
        )
    return items


def _is_current(directory: Path) -> bool:
    try:
        Classifier.load(directory)
        metadata = json.loads((directory / METADATA).read_bytes())
    except ArtefactError:
        return False
    return metadata.get("recipe") == _recipe() and (directory / REFERENCE_DATA).is_file()


def _recipe() -> str:
    """A hash of everything that decides the artefact: this file, the wire names, the training library."""
    sources = [Path(__file__).read_bytes(), Path(wire.__file__).read_bytes()]
    library = importlib.metadata.version("scikit-learn").encode()
    return version_of(b"\0".join(hashlib.sha256(part).digest() for part in (*sources, library)))


def _as_json(document: object) -> bytes:
    return (json.dumps(document, indent=1) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Replace the file whole, so that a reader never sees half of one."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line; 0 if the model was written, 1 if it is not good enough."""
    parser = argparse.ArgumentParser(
        prog="python -m model.train", description="Train the model and write it."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the artefact, made if missing")
    out = parser.parse_args(arguments).out
    try:
        metadata = write(out, fit())
    except TrainingError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(
        f"model {metadata['model_version']}, accuracy {metadata['accuracy']:.3f}, written to {out}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
