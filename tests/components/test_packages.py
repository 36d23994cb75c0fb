"""Lambda packages are reproducible and made for the runtime that runs them."""

import hashlib
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from components.shared import packages


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", packages.HANDLERS)
def test_the_same_sources_give_the_same_bytes_whatever_their_times(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = digest(packages.build_handler(name))
    copy = tmp_path / "handlers"
    for source in [*packages.HANDLERS_FOLDER.glob("*.py"), *(packages.HANDLERS_FOLDER / name).rglob("*.py")]:
        target = copy / source.relative_to(packages.HANDLERS_FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        target.chmod(0o600)
        os.utime(target, (1, 1))
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "HANDLERS_FOLDER", copy)
    monkeypatch.setattr(packages, "OUTPUT", tmp_path / "out")
    assert digest(packages.build_handler(name)) == first


def test_a_package_does_not_depend_on_the_machine_that_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "HANDLERS_FOLDER", tmp_path / "handlers")
    monkeypatch.setattr(packages, "OUTPUT", tmp_path / "out")
    source = tmp_path / "handlers" / "one" / "app.py"
    source.parent.mkdir(parents=True)
    source.write_bytes(b"handler = print\n" * 100)
    package = packages.build_handler("one")
    assert digest(package) == "83192d2454fb9899e9544b17b3971e6024afb69822513ef5dcf4ff8041197a80"
    with zipfile.ZipFile(package) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    for built in (package, packages.build_layer()):
        with zipfile.ZipFile(built) as archive:
            assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


@pytest.mark.parametrize("layer", [packages.SDK, packages.EVIDENCE], ids=lambda layer: layer.name)
def test_a_layer_holds_its_pinned_wheels_as_they_are_compressed_there(
    layer: packages.Layer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = packages.build_layer(layer)
    assert built.stat().st_size < 50 * 2**20  # uploaded directly
    with zipfile.ZipFile(built) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert sum(entry.file_size for entry in archive.infolist()) < 200 * 2**20  # of 250 MB, unpacked
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    wheel = tmp_path / "a.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b/large.txt", "x" * 10_000)
        archive.writestr("a.py", "one = 1\n", zipfile.ZIP_STORED)
    monkeypatch.setattr(packages, "OUTPUT", tmp_path / "out")
    monkeypatch.setattr(packages, "_download", lambda _, folder: shutil.copy(wheel, folder))
    with zipfile.ZipFile(packages.build_layer(layer)) as archive, zipfile.ZipFile(wheel) as source:
        assert archive.read("python/b/large.txt") == b"x" * 10_000
        assert archive.read("python/a.py") == b"one = 1\n"
        sizes = {entry.filename.removeprefix("python/"): entry.compress_size for entry in archive.infolist()}
        assert sizes == {entry.filename: entry.compress_size for entry in source.infolist()}


def test_the_collectors_package_has_the_report_and_its_sql_and_no_command_for_people() -> None:
    with zipfile.ZipFile(packages.build_handler(packages.COLLECTOR, {"reports/x.json": b"[]"})) as archive:
        names = set(archive.namelist())
    assert {
        "reports/sla/collect/app.py",
        "reports/sla/figures/sql/daily.sql",
        "monitoring/alarms/burn_rates.yaml",
        "handlers/usage_reporter/usage.py",
        "reports/x.json",
    } <= names
    assert not {name for name in names if name.startswith(("components/", "local/", "tests/", "rehearsal/"))}
    assert not {name for name in names if "/generated/" in name or name.endswith(".pyc")}


def test_packages_are_within_what_lambda_takes_uploaded_directly() -> None:
    paths = [*(packages.build_handler(name) for name in packages.HANDLERS), packages.build_layer()]
    assert sum(path.stat().st_size for path in paths) < 50 * 2**20


def test_the_layer_is_built_anew_when_its_recipe_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = packages.build_layer()
    changed = tmp_path / "packages.py"
    changed.write_bytes(Path(packages.__file__).read_bytes() + b"# changed\n")
    monkeypatch.setattr(packages, "__file__", str(changed))
    monkeypatch.setattr(packages, "OUTPUT", tmp_path)
    monkeypatch.setattr(packages, "_download", lambda _layer, _folder: None)
    assert packages.build_layer().name != first.name


@pytest.mark.parametrize("name", packages.HANDLERS)
def test_a_package_holds_its_handler_and_what_all_share_and_nothing_of_the_others(name: str) -> None:
    with zipfile.ZipFile(packages.build_handler(name)) as archive:
        names = archive.namelist()
    assert f"handlers/{name}/app.py" in names
    assert "handlers/tracing.py" in names
    others = [other for other in packages.HANDLERS if other != name]
    assert not [n for n in names if n.startswith(tuple(f"handlers/{other}/" for other in others))]
    assert names == sorted(names)


def test_the_layer_holds_the_sdk_with_binaries_for_the_lambda_runtime_only() -> None:
    with zipfile.ZipFile(packages.build_layer()) as archive:
        names = archive.namelist()
        assert {entry.date_time for entry in archive.infolist()} == {packages.EPOCH}
    assert "python/aws_xray_sdk/__init__.py" in names
    binaries = [n for n in names if n.endswith(".so")]
    assert binaries
    assert all(n.endswith("cpython-314-aarch64-linux-gnu.so") for n in binaries)
    assert not [n for n in names if n.endswith(".pyc")]
    assert not [n for n in names if n.startswith("python/bin/")]
    assert names == sorted(names)


def test_a_layer_that_cannot_be_built_says_what_follows_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "requirements.txt"
    wrong.write_text("aws-xray-sdk==2.15.0\n")  # no hash
    layer = packages.Layer(name="layer", requirements=wrong)
    monkeypatch.setattr(packages, "SDK", layer)
    monkeypatch.setattr(packages, "OUTPUT", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(packages.PackageError, match=r"(?s)no function can be deployed.*run `make build`"):
        packages.build_layer(layer)
    assert list(tmp_path.iterdir()) == [wrong]
    assert packages.main() == 1
    assert "no function can be deployed" in capsys.readouterr().err
