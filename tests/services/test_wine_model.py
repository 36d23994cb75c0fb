import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.wine.model import train
from services.wine.model.features import FEATURES, LABELS, MAX_MAGNITUDE, MEASUREMENTS, row
from services.wine.model.predictor import Classifier, load
from services.wine.model.train import Fitted
from tests.model.served import LOT_001
from tests.model.test_wire import JSON


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return train.fit()


@pytest.fixture(scope="module")
def written(fitted: Fitted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wine")
    train.write(directory, fitted)
    return directory


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def refusal(instance: object, index: int = 0) -> str:
    with pytest.raises(ValueError, match="instances") as raised:
        row(index, instance)
    return str(raised.value)


def test_features_come_out_in_the_models_order_whatever_the_order_they_came_in() -> None:
    assert row(0, dict(reversed(LOT_001.items()))) == [LOT_001[name] for name in FEATURES]


def test_whole_numbers_are_numbers() -> None:
    assert row(0, LOT_001 | {"proline": 1065})[-1] == 1065.0


def test_what_is_no_object_is_refused() -> None:
    assert refusal([1], 3) == "instances[3] must be an object of 13 features"


@pytest.mark.parametrize("feature", FEATURES)
def test_a_missing_feature_is_named(feature: str) -> None:
    rest = {name: value for name, value in LOT_001.items() if name != feature}
    assert refusal(rest, 1) == f"instances[1].{feature} is missing"


@pytest.mark.parametrize(
    "value", [None, True, "1.0", [1.0], {}, math.nan, math.inf, -math.inf, 1e300, -1e300, 10**400, 1_000_001]
)
def test_a_value_that_is_no_finite_number_in_range_is_refused_without_repeating_it(value: object) -> None:
    message = "instances[0].hue must be a number within plus and minus 1,000,000"
    assert refusal(LOT_001 | {"hue": value}) == message


def test_an_unknown_feature_is_named_but_never_at_length() -> None:
    assert refusal(LOT_001 | {"colour": 1}) == "instances[0] has an unknown feature: 'colour'"
    long = refusal(LOT_001 | {"é" * 10_000: 1})
    assert long == "instances[0] has an unknown feature: '" + ("\\xe9" * 10)[:39]


@settings(deadline=None)
@given(st.sampled_from(FEATURES), JSON)
def test_whatever_stands_for_a_feature_is_a_finite_number_or_refused(feature: str, value: object) -> None:
    try:
        numbers = row(0, LOT_001 | {feature: value})
    except ValueError:
        return
    assert all(abs(number) <= MAX_MAGNITUDE for number in numbers)


def test_the_hold_out_is_as_right_as_the_page_says(fitted: Fitted) -> None:
    assert fitted.accuracy == 44 / 45


def test_a_model_below_the_floor_is_not_written(fitted: Fitted, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"hold-out accuracy 0\.949 is below 0\.95"):
        train.write(tmp_path, dataclasses.replace(fitted, accuracy=0.9489))
    assert not list(tmp_path.iterdir())


def test_every_lot_is_split_into_reference_and_sample_and_carries_the_models_answer(written: Path) -> None:
    references, samples = lines(written / "reference.jsonl"), lines(written / "samples.jsonl")
    assert [item["id"] for item in references] == [f"lot-{number:03}" for number in range(1, 179)]
    classifier = load(written)
    for item, sample in zip(references, samples, strict=True):
        body = sample["request"]["body"]
        assert set(item) == {"id", *FEATURES} - set(MEASUREMENTS)
        assert tuple(body["measurements"]) == MEASUREMENTS
        features = {name: value for name, value in item.items() if name != "id"} | body["measurements"]
        (answer,) = classifier.predict([features])
        assert sample["expect"]["values"] == [
            {"pointer": "/id", "equals": item["id"]},
            {"pointer": "/prediction", "equals": answer["label"]},
        ]


def test_the_served_model_answers_as_the_scikit_learn_pipeline_on_every_lot(
    fitted: Fitted, written: Path
) -> None:
    served, trained = (
        load(written).probabilities(fitted.rows),
        fitted.pipeline.predict_proba(fitted.rows),
    )
    assert np.abs(served - trained).max() < 1e-5  # the parameters are rounded to six decimals
    assert served.argmax(axis=1).tolist() == trained.argmax(axis=1).tolist()


@settings(deadline=None)
@given(st.data())
def test_the_served_model_answers_as_the_pipeline_on_any_lot_like_the_real_ones(
    fitted: Fitted, written: Path, data: st.DataObject
) -> None:
    columns = list(zip(*fitted.rows, strict=True))
    numbers = [data.draw(st.floats(min(column), max(column))) for column in columns]
    served = load(written).probabilities([numbers])
    assert np.abs(served - fitted.pipeline.predict_proba([numbers])).max() < 1e-4


@settings(deadline=None)
@given(st.lists(st.floats(-MAX_MAGNITUDE, MAX_MAGNITUDE), min_size=13, max_size=13))
def test_any_allowed_numbers_give_a_label_and_a_real_probability(written: Path, numbers: list[float]) -> None:
    (prediction,) = load(written).predict([dict(zip(FEATURES, numbers, strict=True))])
    assert prediction["label"] in LABELS
    assert 1 / 3 - 1e-9 <= prediction["probability"] <= 1  # the likeliest of three


@pytest.mark.parametrize("key", ["features", "mean", "coefficients"])
def test_parameters_of_another_shape_are_refused(fitted: Fitted, key: str) -> None:
    with pytest.raises(ValueError, match="train it anew"):
        Classifier.from_parameters(fitted.parameters | {key: fitted.parameters[key][1:]})
