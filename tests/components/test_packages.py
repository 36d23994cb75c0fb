"""Lambda packages are reproducible and made for the runtime that runs them."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from components import packages


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


def test_a_layer_that_cannot_be_built_says_what_follows_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "requirements.txt"
    wrong.write_text("aws-xray-sdk==2.15.0\n")  # no hash
    monkeypatch.setattr(packages, "LAYER_REQUIREMENTS", wrong)
    monkeypatch.setattr(packages, "OUTPUT", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(packages.PackageError, match=r"(?s)no function can be deployed.*run `make build`"):
        packages.build_layer()
    assert list(tmp_path.iterdir()) == [wrong]
