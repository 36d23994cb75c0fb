"""Trains on the digits that scikit-learn brings along: 1,797 handwritten ones of 8 x 8 pixels."""

import base64
import io
import json
from pathlib import Path
from typing import Any, Final

from services.digits.model.predictor import INK, PARAMETERS, PNG, WHITE, Classifier

ACCURACY_FLOOR: Final = 0.95  # of the hold-out
_HOLD_OUT: Final = 0.25
_SEED: Final = 7
_DECIMALS: Final = 5  # the last bits of a sum differ between processors, and the version must not
_SAMPLES: Final = 60  # of each operation


def train(directory: Path) -> None:
    """Write the parameters and samples. Raises ValueError for a model below the floor."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - seconds to import, and needed here alone
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above
    from sklearn.model_selection import train_test_split  # noqa: PLC0415 - as above

    pixels: Any
    labels: Any
    pixels, labels = load_digits(return_X_y=True)
    split: Any = train_test_split(pixels, labels, test_size=_HOLD_OUT, stratify=labels, random_state=_SEED)
    seen, held_out, seen_labels, held_out_labels = split
    # Newton's method reaches the one optimum to the last bits, so that rounding leaves nothing to chance.
    regression: Any = LogisticRegression(solver="newton-cholesky", tol=1e-10)
    regression.fit(seen / INK, seen_labels)
    classifier = Classifier(
        coefficients=regression.coef_.T.round(_DECIMALS), intercepts=regression.intercept_.round(_DECIMALS)
    )
    rows = [picture.reshape(8, 8).tolist() for picture in held_out]
    answers = [each["probabilities"] for each in classifier.predict([{"pixels": each} for each in rows])]
    right = sum(
        answer.index(max(answer)) == label for answer, label in zip(answers, held_out_labels, strict=True)
    )
    if right < ACCURACY_FLOOR * len(rows):
        raise ValueError(f"hold-out accuracy {right / len(rows):.3f} is below {ACCURACY_FLOOR}")
    parameters = {
        "coefficients": classifier.coefficients.tolist(),
        "intercepts": classifier.intercepts.tolist(),
    }
    (directory / PARAMETERS).write_text(json.dumps(parameters) + "\n", encoding="utf-8")
    chosen = list(zip(rows, answers, strict=True))
    samples = [
        *(picture_sample(*each) for each in chosen[:_SAMPLES]),
        *(pixels_sample(*each) for each in chosen[_SAMPLES : 2 * _SAMPLES]),
    ]
    text = "".join(json.dumps(line) + "\n" for line in samples)
    (directory / "samples.jsonl").write_text(text, encoding="utf-8")


def picture_sample(rows: list[list[float]], probabilities: list[float]) -> dict[str, Any]:
    """A picture as a customer sends it, and the digit that must come back."""
    return {
        "operation": "classifyDigit",
        "request": {"base64": base64.b64encode(png(rows)).decode(), "content_type": PNG},
        "expect": {
            "values": [
                {"pointer": "/digit", "equals": probabilities.index(max(probabilities))},
                {"pointer": "/probability", "equals": max(probabilities), "tolerance": 1e-6},
            ]
        },
    }


def pixels_sample(rows: list[list[float]], probabilities: list[float]) -> dict[str, Any]:
    """Pixels as a customer sends them, and the likeliest digit that must come back."""
    return {
        "operation": "rankDigits",
        "request": {"body": {"pixels": rows}},
        "expect": {
            "values": [{"pointer": "/ranking/0/digit", "equals": probabilities.index(max(probabilities))}]
        },
    }


def png(rows: list[list[float]]) -> bytes:
    """A picture of 8 x 8 grey values."""
    from PIL import Image  # noqa: PLC0415 - with the other libraries of training

    picture = Image.new("L", (8, 8))
    picture.putdata([round(value * WHITE / INK) for row in rows for value in row])
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()
