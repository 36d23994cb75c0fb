import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import train
from model.classifier import METADATA, PARAMETERS, ArtefactError, Classifier
from model.train import REFERENCE_DATA, Fitted, TrainingError, ensure, write
from model.wire import FEATURES, LABELS, MEASUREMENTS
from settings.probe import Probe
from tests.model.served import LOT_001


def items(directory: Path) -> list[dict[str, object]]:
    loaded: list[dict[str, object]] = json.loads((directory / REFERENCE_DATA).read_bytes())
    return loaded


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_the_same_input_gives_the_same_bytes_and_so_the_same_version(artefact: Path, tmp_path: Path) -> None:
    write(tmp_path, train.fit())
    assert contents(tmp_path) == contents(artefact)


def test_the_version_changes_with_any_parameter(fitted: Fitted, tmp_path: Path) -> None:
    mean = [*fitted.parameters["mean"][:-1], fitted.parameters["mean"][-1] + 1e-6]
    other = dataclasses.replace(fitted, parameters=fitted.parameters | {"mean": mean})
    versions = {
        write(tmp_path / str(number), each)["model_version"] for number, each in enumerate((fitted, other))
    }
    assert len(versions) == 2


def test_the_metadata_says_what_the_model_is(artefact: Path) -> None:
    metadata = json.loads((artefact / METADATA).read_bytes())
    assert metadata["features"] == list(FEATURES)
    assert metadata["labels"] == ["barolo", "grignolino", "barbera"]
    assert (metadata["accuracy"], metadata["hold_out"]) == (44 / 45, 45)
    assert metadata["model_version"] == Classifier.load(artefact).version
    assert set(metadata["libraries"]) == {"python", "numpy", "scikit-learn", "scipy"}


def test_a_model_below_the_floor_is_not_written(fitted: Fitted, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"hold-out accuracy 0\.949 is below 0\.95; nothing was written"):
        write(tmp_path / "model", dataclasses.replace(fitted, accuracy=0.9489))
    assert not (tmp_path / "model").exists()


def test_the_command_line_fails_below_the_floor_and_succeeds_above_it(
    fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "fit", lambda: dataclasses.replace(fitted, accuracy=0.5))
    assert train.main(["--out", str(tmp_path)]) == 1
    assert "error: hold-out accuracy 0.500" in capsys.readouterr().err
    monkeypatch.setattr(train, "fit", lambda: fitted)
    assert train.main(["--out", str(tmp_path)]) == 0
    assert Classifier.load(tmp_path).version in capsys.readouterr().out


def test_every_lot_is_split_into_reference_and_measurements_and_carries_the_models_answer(
    artefact: Path,
) -> None:
    lots = items(artefact)
    assert [lot["id"] for lot in lots] == [f"lot-{number:03}" for number in range(1, 179)]
    classifier = Classifier.load(artefact)
    for lot in lots:
        reference, measurements = lot["reference"], lot["measurements"]
        assert isinstance(reference, dict)
        assert isinstance(measurements, dict)
        assert tuple(measurements) == MEASUREMENTS
        assert set(reference) == set(FEATURES) - set(MEASUREMENTS)
        both = reference | measurements
        assert classifier.predict([[both[name] for name in FEATURES]])[0].label == lot["label"]


def test_the_canarys_probe_is_the_first_lot(artefact: Path) -> None:
    probe = Probe()
    assert items(artefact)[0] == {
        "id": probe.id,
        "reference": dict(probe.reference),
        "measurements": dict(probe.measurements),
        "label": probe.prediction,
    }
    assert {**dict(probe.reference), **dict(probe.measurements)} == LOT_001


def test_the_served_model_answers_as_the_scikit_learn_pipeline_on_every_lot(
    fitted: Fitted, artefact: Path
) -> None:
    served, trained = (
        Classifier.load(artefact).probabilities(fitted.rows),
        fitted.pipeline.predict_proba(fitted.rows),
    )
    assert np.abs(served - trained).max() < 1e-5  # the parameters are rounded to six decimals
    assert served.argmax(axis=1).tolist() == trained.argmax(axis=1).tolist()


@settings(deadline=None)
@given(st.data())
def test_the_served_model_answers_as_the_pipeline_on_any_lot_like_the_real_ones(
    fitted: Fitted, artefact: Path, data: st.DataObject
) -> None:
    columns = list(zip(*fitted.rows, strict=True))
    row = [data.draw(st.floats(min(column), max(column))) for column in columns]
    served, trained = Classifier.load(artefact).probabilities([row]), fitted.pipeline.predict_proba([row])
    assert np.abs(served - trained).max() < 1e-4


def test_ensure_trains_once_and_again_only_when_the_artefact_is_missing_damaged_or_stale(
    fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings: list[int] = []

    def counted() -> Fitted:
        trainings.append(1)
        return fitted

    monkeypatch.setattr(train, "fit", counted)
    directory = tmp_path / "build" / "model"

    assert ensure(directory) == directory
    assert ensure(directory) == directory
    assert len(trainings) == 1

    (directory / PARAMETERS).write_bytes((directory / PARAMETERS).read_bytes() + b" ")
    ensure(directory)
    assert len(trainings) == 2

    (directory / REFERENCE_DATA).unlink()
    ensure(directory)
    assert len(trainings) == 3

    monkeypatch.setattr(train, "_recipe", lambda: "of another version")
    ensure(directory)
    assert len(trainings) == 4
    assert {path.name for path in directory.iterdir()} == {PARAMETERS, METADATA, REFERENCE_DATA}


@pytest.mark.parametrize("name", [PARAMETERS, METADATA])
def test_a_missing_file_is_named_together_with_the_way_out(artefact: Path, tmp_path: Path, name: str) -> None:
    for path in artefact.iterdir():
        if path.name != name:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ArtefactError, match=rf"{name}.*python -m model\.train --out"):
        Classifier.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (PARAMETERS, b"{", "damaged"),
        (PARAMETERS, b"{}", "its content is not its version"),
        (METADATA, b"{}", "damaged: KeyError"),
        (METADATA, b"[]", "damaged: TypeError"),
    ],
)
def test_a_damaged_artefact_is_refused(
    artefact: Path, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    for path in artefact.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ArtefactError, match=reason):
        Classifier.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"features": list(reversed(FEATURES))}, "other features"),
        ({"labels": LABELS[:2]}, "do not fit"),
        ({"mean": [0.0]}, "do not fit"),
    ],
)
def test_parameters_of_another_shape_are_refused(
    fitted: Fitted, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(ArtefactError, match=reason):
        Classifier.from_parameters(fitted.parameters | change, version="x")
