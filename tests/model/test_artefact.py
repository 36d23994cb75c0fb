import io
import json
import sys
from pathlib import Path

import pytest

import services
from model import artefact as made
from model import train as command
from model.app import Application
from model.artefact import ARTEFACT, ArtefactError, ensure, is_current, load, recipe, train, version_of
from model.tracing import Tracer

TRAIN = """
def train(directory):
    (directory / "weight.txt").write_text("2")
    (directory / "samples.jsonl").write_text("{}")
"""
PREDICTOR = """
class Doubling:
    def __init__(self, weight):
        self.weight = weight

    def predict(self, instances):
        return [self.weight * each for each in instances]


def load(directory):
    return Doubling(int((directory / "weight.txt").read_text()))
"""


class Service:
    """A service of a name of its own below a root of its own."""

    def __init__(self, root: Path, name: str) -> None:
        self.name, self.source, self.directory = (
            name,
            root / "services" / name / "model",
            root / "build" / name,
        )
        self.source.mkdir(parents=True)
        self.write("train", TRAIN)
        self.write("predictor", PREDICTOR)

    def write(self, module: str, text: str) -> None:
        (self.source / f"{module}.py").write_text(text)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Service:
    name = f"s{abs(hash(request.node.name))}"
    monkeypatch.setattr(made, "ROOT", tmp_path)
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path / "services")])
    return Service(tmp_path, name)


def test_what_was_trained_is_loaded_with_its_version(service: Service) -> None:
    version = train(service.name, service.directory)
    loaded = load(service.name, service.directory)
    assert (loaded.predictor.predict([1, 2]), loaded.version) == ([2, 4], version)
    assert (loaded.decode, loaded.encode) == (None, None)


def test_a_predictor_may_speak_a_wire_of_its_own(service: Service) -> None:
    wire = (
        "\n\ndef decode(body, content_type):\n    return [int(line) for line in body.split()]\n"
        '\n\ndef encode(predictions):\n    return b"\\n".join(b"%d" % p for p in predictions), "text/csv"\n'
    )
    service.write("predictor", PREDICTOR + wire)
    train(service.name, service.directory)
    application = Application(service.name, service.directory, Tracer(name="model", make_emitter=None))
    application.load()
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations", "CONTENT_TYPE": "text/csv"}
    told: list[tuple[str, list[tuple[str, str]]]] = []
    body = application({**environ, "wsgi.input": io.BytesIO(b"1\n20")}, lambda *said: told.append(said))
    assert (b"".join(body), told) == (
        b"2\n40",
        [("200 OK", [("Content-Type", "text/csv"), ("Content-Length", "4")])],
    )
    assert json.loads((service.directory / ARTEFACT).read_text())["service"] == service.name


def test_the_version_follows_the_models_files_alone(service: Service) -> None:
    version = train(service.name, service.directory)
    (service.directory / "samples.jsonl").write_text("other samples")
    assert version_of(service.directory) == version
    (service.directory / "weight.txt").write_text("3")
    assert version_of(service.directory) != version
    (service.directory / "weight.txt").rename(service.directory / "weights.txt")
    assert version_of(service.directory) != version


def test_the_same_recipe_gives_the_same_bytes(service: Service) -> None:
    train(service.name, service.directory)
    before = {path.name: path.read_bytes() for path in service.directory.iterdir()}
    train(service.name, service.directory)
    assert {path.name: path.read_bytes() for path in service.directory.iterdir()} == before
    assert [path.name for path in service.directory.parent.iterdir()] == [service.name]


@pytest.mark.parametrize("name", ["train.py", "predictor.py", "requirements.txt"])
def test_a_change_of_any_source_makes_the_artefact_stale(service: Service, name: str) -> None:
    train(service.name, service.directory)
    assert is_current(service.name, service.directory)
    before = recipe(service.name)
    (service.source / name).write_text("# other")
    assert recipe(service.name) != before
    assert not is_current(service.name, service.directory)


def test_ensure_trains_once_and_again_only_when_something_is_missing_or_damaged(service: Service) -> None:
    service.write(
        "train", TRAIN + '    with (directory.parent.parent / "trainings").open("a") as f: f.write("x")\n'
    )
    trainings = service.directory.parent / "trainings"
    ensure(service.name, service.directory)
    ensure(service.name, service.directory)
    assert trainings.read_text() == "x"
    (service.directory / "weight.txt").write_text("3")
    ensure(service.name, service.directory)
    assert (trainings.read_text(), (service.directory / "weight.txt").read_text()) == ("xx", "2")
    (service.directory / ARTEFACT).unlink()
    ensure(service.name, service.directory)
    assert trainings.read_text() == "xxx"


def test_a_training_that_finds_its_model_too_bad_changes_nothing(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    version = train(service.name, service.directory)
    service.write("train", 'def train(directory):\n    raise ValueError("accuracy 0.5 is below 0.9")\n')
    sys.modules.pop(f"services.{service.name}.model.train")
    assert command.main(["--service", service.name, "--out", str(service.directory)]) == 1
    expected = (
        f"error: services/{service.name}/model/train.py: accuracy 0.5 is below 0.9; nothing was written\n"
    )
    assert capsys.readouterr().err == expected
    assert version_of(service.directory) == version


@pytest.mark.parametrize(
    ("module", "text", "message"),
    [
        ("predictor", None, "predictor.py is missing; write it"),
        ("predictor", "x = 1\n", "predictor.py has no function `load`; write it"),
        ("train", None, "train.py is missing; write it"),
        ("train", "train = 1\n", "train.py has no function `train`; write it"),
    ],
)
def test_what_a_service_lacks_is_named_with_its_file(
    service: Service, module: str, text: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is None:
        (service.source / f"{module}.py").unlink()
    else:
        service.write(module, text)
    result = command.main(["--service", service.name, "--out", str(service.directory)])
    if module == "train":
        assert result == 1
        assert message in capsys.readouterr().err
    else:
        with pytest.raises(ArtefactError, match=message):
            load(service.name, service.directory)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no model in"),
        ("{", "damaged"),
        ("[]", "damaged: TypeError"),
        ('{"service": "x"}', "damaged: KeyError"),
        ('{"service": "x", "model_version": "1"}', "is of service 'x', not"),
    ],
)
def test_an_artefact_that_is_none_is_refused_with_the_way_out(
    service: Service, content: str | None, reason: str
) -> None:
    service.directory.mkdir(parents=True)
    if content is not None:
        (service.directory / ARTEFACT).write_text(content)
    with pytest.raises(ArtefactError, match=rf"{reason}.*python -m model\.train --service {service.name}"):
        load(service.name, service.directory)


def test_an_artefact_whose_content_is_not_its_version_is_refused(service: Service) -> None:
    train(service.name, service.directory)
    (service.directory / "weight.txt").write_text("3")
    with pytest.raises(ArtefactError, match="its content is not its version"):
        load(service.name, service.directory)


def test_a_predictor_that_cannot_load_names_its_file_and_reason(service: Service) -> None:
    service.write("train", 'def train(directory):\n    (directory / "weight.txt").write_text("two")\n')
    train(service.name, service.directory)
    with pytest.raises(ArtefactError, match=r"predictor\.py cannot load .*ValueError.*'two'.*train it with"):
        load(service.name, service.directory)
