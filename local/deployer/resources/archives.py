"""Pulumi assets and archives as the bytes that AWS takes. Remote ones are refused: nothing is fetched."""

import importlib.util
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pulumi

from local.deployer.errors import Unsupported

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip holds; fixed, so that equal input gives equal bytes


def zip_bytes(archive: object, root: Path) -> bytes:
    """An archive as a zip; relative paths are below `root`. A `.zip` file is taken as it is.

    Raises `Unsupported` for a remote archive and for one whose path does not exist.
    """
    if isinstance(archive, pulumi.FileArchive | pulumi.FileAsset):
        path = _existing(archive.path, root)
        if path.is_file():
            return path.read_bytes()
    return _packed(_entries(archive, root))


def _packed(entries: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, entries[name])
    return buffer.getvalue()


def usable_here(layer: bytes) -> bytes:
    """A layer without the packages that are compiled for Lambda's machine where this one has its own.

    Locally a function sees what is installed here, and compiled code of another machine would hide it.
    """
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        compiled = {_top(name) for name in archive.namelist() if name.endswith(".so")}
        replaced = {top for top in compiled if importlib.util.find_spec(top)}
        kept = {name: archive.read(name) for name in archive.namelist() if _top(name) not in replaced}
    return _packed(kept) if replaced else layer


def _top(name: str) -> str:
    """The package or module that a layer's file belongs to: `python/_duckdb.abi3.so` to `_duckdb`."""
    return name.removeprefix("python/").partition("/")[0].partition(".")[0]


def _existing(path: str | Path, root: Path) -> Path:
    absolute = root / path
    if not absolute.exists():
        raise Unsupported(f"{absolute} does not exist; build the packages first (make build)")
    return absolute


def _entries(item: object, root: Path, prefix: str = "") -> dict[str, bytes]:
    """File name in the zip -> content."""
    if isinstance(item, pulumi.AssetArchive):
        found: dict[str, bytes] = {}
        for name, asset in item.assets.items():
            found |= _entries(asset, root, f"{prefix}/{name}" if prefix else name)
        return found
    if isinstance(item, pulumi.StringAsset):
        return {prefix: item.text.encode()}
    if isinstance(item, pulumi.FileAsset):
        return {prefix: _existing(item.path, root).read_bytes()}
    if isinstance(item, pulumi.FileArchive):
        folder = _existing(item.path, root)
        if folder.is_file():
            with zipfile.ZipFile(folder) as inner:
                return {_join(prefix, name): inner.read(name) for name in inner.namelist() if name[-1] != "/"}
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {_join(prefix, str(path.relative_to(folder))): path.read_bytes() for path in files}
    raise Unsupported(f"{type(item).__name__} cannot be packed here; use a FileArchive of a local path")


def _join(prefix: str, name: str) -> str:
    return f"{prefix}/{name}" if prefix else name
