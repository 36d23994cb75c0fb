import io
import zipfile
from pathlib import Path

import pulumi
import pytest

from local.deployer.errors import Unsupported
from local.deployer.resources.archives import zip_bytes


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_zip_file_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_bytes(b"any bytes")
    assert zip_bytes(pulumi.FileArchive("code.zip"), tmp_path) == b"any bytes"


def test_a_folder_is_packed_with_its_subfolders_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    (tmp_path / "code" / "inner").mkdir(parents=True)
    (tmp_path / "code" / "a.py").write_text("a")
    (tmp_path / "code" / "inner" / "b.py").write_text("b")
    first = zip_bytes(pulumi.FileArchive("code"), tmp_path)
    assert contents(first) == {"a.py": b"a", "inner/b.py": b"b"}
    assert zip_bytes(pulumi.FileArchive(str(tmp_path / "code")), tmp_path) == first


def test_an_asset_archive_is_packed_from_its_parts(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("b")
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.writestr("c.txt", "c")
    archive = pulumi.AssetArchive(
        {
            "a.txt": pulumi.StringAsset("a"),
            "b.txt": pulumi.FileAsset("b.txt"),
            "deep": pulumi.AssetArchive({"in": pulumi.FileArchive("inner.zip")}),
        }
    )
    assert contents(zip_bytes(archive, tmp_path)) == {
        "a.txt": b"a",
        "b.txt": b"b",
        "deep/in/c.txt": b"c",
    }


def test_nothing_is_fetched_and_a_missing_path_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="RemoteArchive cannot be packed"):
        zip_bytes(pulumi.RemoteArchive("https://example.com/x.zip"), tmp_path)
    with pytest.raises(Unsupported, match="make build"):
        zip_bytes(pulumi.FileArchive("gone.zip"), tmp_path)
