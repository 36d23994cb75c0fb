"""Scaled pixels through one matrix and a softmax, in numpy. A picture becomes 8 x 8 grey values."""

import io
import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

PARAMETERS: Final = "parameters.json"
PNG: Final = "image/png"
SIDE: Final = 8
INK: Final = 16.0  # the darkest value of a pixel, as in the training data
WHITE: Final = 240  # and as light a picture has it: scaled by 15, a pixel is a whole grey value
MAX_SIDE: Final = 1024  # of a picture: a small file can hold a huge one

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Classifier:
    """Parameters: `coefficients` (64, 10) and `intercepts` (10,)."""

    coefficients: Floats
    intercepts: Floats

    def predict(self, instances: list[Any]) -> list[dict[str, list[float]]]:
        """The probability of each digit from 0 to 9, for instances `{"pixels": 8 rows of 8}`.

        Pixels are from 0 to 16. Raises ValueError for an instance of another form.
        """
        scores = np.array([_pixels(n, each) for n, each in enumerate(instances)]) / INK @ self.coefficients
        scores += self.intercepts
        scores -= scores.max(axis=1, keepdims=True)
        weights = np.exp(scores)
        return [{"probabilities": row} for row in (weights / weights.sum(axis=1, keepdims=True)).tolist()]


def load(directory: Path) -> Classifier:
    """The classifier that `train.py` wrote into `directory`."""
    document = json.loads((directory / PARAMETERS).read_bytes())
    return Classifier(
        coefficients=np.array(document["coefficients"], dtype=np.float64).reshape(SIDE * SIDE, 10),
        intercepts=np.array(document["intercepts"], dtype=np.float64).reshape(10),
    )


def decode(body: bytes, content_type: str) -> list[dict[str, Any]]:
    """The one instance in a picture: dark paper with light ink, of any size up to `MAX_SIDE`.

    Raises ValueError for another content type and for what is no such picture.
    """
    if content_type != PNG:
        raise ValueError(f"the picture must be {PNG}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=["PNG"]) as picture:
                if max(picture.size) > MAX_SIDE:
                    raise ValueError(f"the picture has more than {MAX_SIDE} pixels on a side")
                small = picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    except (OSError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError("the body is not a picture that can be read") from error
    grey = np.asarray(small, dtype=np.float64) * (INK / WHITE)
    return [{"pixels": np.minimum(grey, INK).tolist()}]


def _pixels(index: int, instance: object) -> list[float]:
    rows = instance.get("pixels") if isinstance(instance, dict) else None
    if not (isinstance(rows, list) and len(rows) == SIDE and all(_is_row(row) for row in rows)):
        raise ValueError(f"instances[{index}].pixels must be {SIDE} rows of {SIDE} numbers from 0 to {INK:g}")
    return [float(value) for row in rows for value in row]


def _is_row(row: object) -> bool:
    return isinstance(row, list) and len(row) == SIDE and all(map(_is_ink, row))


def _is_ink(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= INK
