"""What the wine service's own functions make of odd data."""

from typing import Any

import pytest

from services.wine import functions
from services.wine.functions import ANALYSIS, Lot, features

LOT = Lot("lot-001", {"hue": 1.0})
META = {"request_id": "r", "model_version": "7"}
REFERENCE: dict[str, Any] = {name: n + 0.5 for n, name in enumerate(ANALYSIS)}


@pytest.mark.parametrize("probability", [0, 0.98, 1, 1.0])
def test_a_label_and_its_probability_are_an_answer(probability: float) -> None:
    assert functions.format(LOT, {"label": "barolo", "probability": probability}, META) == {
        "id": "lot-001",
        "prediction": "barolo",
        "probability": probability,
        "model_version": "7",
        "request_id": "r",
    }


NONSENSE: dict[str, Any] = {
    "no object": "barolo",
    "no label": {"probability": 1},
    "no probability": {"label": "barolo"},
    "an unknown label": {"label": "merlot", "probability": 1},
    "a label that is a list": {"label": ["barolo"], "probability": 1},
    "more than certain": {"label": "barolo", "probability": 1.01},
    "less than impossible": {"label": "barolo", "probability": -0.01},
    "a probability that is true": {"label": "barolo", "probability": True},
    "a probability that is text": {"label": "barolo", "probability": "1"},
    "NaN": {"label": "barolo", "probability": float("nan")},
}


@pytest.mark.parametrize("prediction", NONSENSE.values(), ids=NONSENSE.keys())
def test_any_other_prediction_is_none(prediction: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        functions.format(LOT, prediction, META)


@pytest.mark.parametrize("value", [None, "3", True, [], {}])
def test_an_analysis_with_a_feature_that_is_no_number_is_no_features(value: object) -> None:
    assert features(LOT, REFERENCE) == {**REFERENCE, "hue": 1.0}
    with pytest.raises(TypeError):
        features(LOT, {**REFERENCE, "ash": value})
    with pytest.raises(KeyError):
        features(LOT, {})
