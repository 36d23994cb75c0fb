from pathlib import Path

import pytest

from entry import COMMANDS
from services.__main__ import main
from settings import service
from settings.service.errors import ServiceError
from settings.service.new import FILL, told, write
from tests.settings.service.served import held, served


def test_a_new_service_is_right_and_answers_its_probe_and_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write("cheese", tmp_path / "services")
    with served(folder, monkeypatch) as running:
        assert running.service.name == "cheese"
        (probe,) = running.service.definition.probes
        assert held(running.answer(probe), probe) == []
        samples = running.service.samples(running.directory)
        assert len(samples) == 68
        assert [held(running.answer(sample), sample) for _, sample in samples] == [[]] * 68


def test_a_new_service_bears_its_name_and_no_other_trace_of_where_it_comes_from(tmp_path: Path) -> None:
    folder = write("cheese", tmp_path)
    texts = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.*")}
    assert set(FILL) < set(texts)
    assert "API of cheese" in texts["openapi.yaml"]
    assert not [name for name, text in texts.items() if "{name}" in text or "template" in text]


@pytest.mark.parametrize("name", ["", "Cheese", "1st", "blue-cheese", "../cheese", "c" * 32])
def test_a_name_that_no_python_package_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ServiceError, match="cannot be a service's name"):
        write(name, tmp_path / "services")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    folder = write("cheese", tmp_path / "services")
    (folder / "functions.py").write_text("mine")
    with pytest.raises(ServiceError, match="services/cheese is there already, and nothing was written"):
        write("cheese", tmp_path / "services")
    assert (folder / "functions.py").read_text() == "mine"


def test_the_command_writes_and_names_the_files_to_fill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service, "SERVICES", tmp_path / "services")
    assert main(["new", "cheese"]) == 0
    assert capsys.readouterr().out == told("cheese", tmp_path / "services")
    assert all(f"services/cheese/{name} " in told("cheese", tmp_path / "services") for name in FILL)
    assert main(["new", "cheese"]) == 1
    assert capsys.readouterr().err.startswith("error: services/cheese is there already")


def test_check_judges_every_service_and_ends_with_1_when_one_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "services"
    monkeypatch.setattr(service, "SERVICES", folder)
    write("cheese", folder)
    write("bread", folder)
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "services/bread: ok\nservices/cheese: ok\n"
    (folder / "bread" / "functions.py").unlink()
    service._shipped.cache_clear()  # noqa: SLF001 - another process would read anew
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("services/bread: wrong\n  - services/bread/")
    assert said.endswith("services/cheese: ok\n")
    assert main(["check", "cheese"]) == 0


def test_it_is_a_command_of_inference_watch() -> None:
    assert COMMANDS["services"].alone == "python -m services"


def test_check_judges_a_file_of_probes_that_stands_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "probes.yaml"
    path.write_text("probes:\n  - {name: a, path: /a, authorization: {bearer: crm}}\n")
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: ok, 1 probe; secrets: crm\n"
    path.write_text("authorization: none\nprobes:\n  - {name: a, path: /a}\n  - {name: b, path: b}\n")
    assert main(["check", str(path)]) == 1
    assert capsys.readouterr().out.startswith(
        f"{path}: wrong\n  - {path}:4: probes[1].path: it should be a path"
    )
