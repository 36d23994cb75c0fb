"""Renewing the generated part of the catalogue, on a recorded small package."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.lint.published import files, renew

# Cut from the package's own database: two metrics of a queue, one of an API with two sets.
SCHEMA: dict[str, Any] = {
    "dimensionSet": {
        "entities": [
            {"$id": "7", "name": "QueueName", "dimensions": [{"name": "QueueName"}]},
            {"$id": "8", "name": "Stage", "dimensions": [{"name": "Stage"}, {"name": "ApiName"}]},
            {"$id": "9", "name": "Across", "dimensions": []},
        ]
    },
    "metric": {
        "entities": [
            {"$id": "1", "namespace": "AWS/SQS", "name": "SentMessageSize", "statistic": "Average"},
            {"$id": "2", "namespace": "AWS/SQS", "name": "NumberOfMessagesSent", "statistic": "Sum"},
            {"$id": "3", "namespace": "AWS/ApiGateway", "name": "Count", "statistic": "Sum"},
            {"$id": "4", "namespace": "AWS/ApiGateway", "name": "Count", "statistic": "SampleCount"},
        ]
    },
    "usesDimensionSet": {
        "forward": {"1": [{"$id": "7"}], "2": [{"$id": "7"}], "3": [{"$id": "8"}], "4": [{"$id": "9"}]}
    },
}
LISTED = {
    "AWS/ApiGateway": {"Count": ["", "ApiName+Stage"]},
    "AWS/SQS": {"NumberOfMessagesSent": ["QueueName"], "SentMessageSize": ["QueueName"]},
}
Pack = Callable[[dict[str, Any]], Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Packs a database as npm does."""

    def packed(database: dict[str, Any]) -> Path:
        path = tmp_path / "package.tgz"
        contents = {
            "package/package.json": json.dumps({"version": "0.2.0"}).encode(),
            "package/db.json.gz": gzip.compress(json.dumps(database).encode()),
        }
        with tarfile.open(path, "w:gz") as tar:
            for name, content in contents.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return path

    return packed


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generated file of its own, so that the repository's stays."""
    path = tmp_path / "generated.json"
    path.write_text(renew.written("0.1.0", {"AWS/SQS": {"SentMessageSize": [], "Gone": ["QueueName"]}}))
    monkeypatch.setattr(files, "GENERATED", path)
    return path


def test_a_package_is_read_to_metrics_with_their_sets_in_order_of_names(pack: Pack) -> None:
    assert renew.read(pack({"schema": SCHEMA})) == ("0.2.0", LISTED)


def test_renewing_writes_the_new_part_moves_the_pin_and_prints_what_changed(
    pack: Pack, generated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert renew.main(["renew", "--tarball", str(pack({"schema": SCHEMA}))]) == 0
    assert json.loads(generated.read_text())["namespaces"] == LISTED
    assert renew.pinned() == "0.2.0"
    assert capsys.readouterr().out.splitlines() == [
        "+ AWS/ApiGateway Count ['', 'ApiName+Stage']",
        "- AWS/SQS Gone ['QueueName']",
        "+ AWS/SQS NumberOfMessagesSent ['QueueName']",
        "~ AWS/SQS SentMessageSize [] -> ['QueueName']",
    ]


def test_renewing_names_what_a_whole_namespace_lacks() -> None:
    assert list(
        renew.uncurated({"AWS/SQS": {"SentMessageSize": [], "Novel": []}, "CWAgent": {"any": []}})
    ) == ["? AWS/SQS Novel: not in AWS_SQS.yaml; look it up and add it"]


@pytest.mark.parametrize("database", [{}, {"schema": {}}, {"schema": {"dimensionSet": []}}])
def test_another_shape_of_the_package_is_refused_and_nothing_is_written(
    database: dict[str, Any], pack: Pack, generated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = generated.read_text()
    assert renew.main(["renew", "--tarball", str(pack(database))]) == 2
    assert generated.read_text() == before
    assert "nothing was renewed" in capsys.readouterr().err


@pytest.mark.usefixtures("generated")
def test_a_file_that_is_no_package_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.tgz"
    broken.write_text("no archive")
    assert renew.main(["renew", "--tarball", str(broken)]) == 2
    assert capsys.readouterr().err
    assert renew.pinned() == "0.1.0"


@pytest.mark.usefixtures("generated")
def test_without_npm_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert renew.main(["renew"]) == 2
    assert "Install Node.js" in capsys.readouterr().err


@pytest.fixture
def npm(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An npm that has version 0.2.0 alone."""
    tarball = pack({"schema": SCHEMA})
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$2" = "{renew.PACKAGE}@0.2.0" ] || {{ echo "no such version" >&2; exit 1; }}\n'
        f'/bin/cp "{tarball}" "$5"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


@pytest.mark.usefixtures("npm")
def test_the_pinned_version_is_fetched_unless_another_one_is_given(
    generated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = generated.read_text()
    assert renew.main(["renew"]) == 2
    assert "@0.1.0 failed; nothing was renewed.\nno such version" in capsys.readouterr().err
    assert generated.read_text() == before
    assert renew.main(["renew", "--version", "0.2.0"]) == 0
    assert renew.pinned() == "0.2.0"


def test_the_checked_in_part_is_written_as_renew_writes_it() -> None:
    data = json.loads(files.GENERATED.read_text())
    assert files.GENERATED.read_text() == renew.written(renew.pinned(), data["namespaces"])
