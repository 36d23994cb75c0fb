"""`sla --verify` over what somebody did to the evidence: told by the exit code and in words."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from reports.cli import main as reports
from reports.sla.evidence.keep import keep
from tests.reports.sla.months import KEPT_AT, Month, write_csv

DAYS = ("2026-10-01", "2026-10-02", "2026-10-03")
CHANGED = 3


def kept(folder: Path, requests: int = 10) -> Path:
    """Three days of two services, whose second one is busier."""
    made = Month(datetime(2026, 10, 1), datetime(2026, 10, 4))
    rows = list(made.minutes.values())
    other = [{**row, "service": "other", "requests": requests + 1} for row in rows]
    source, root = folder / "tables", folder / "evidence"
    source.mkdir()
    write_csv(source / "minutes.csv", [*({**row, "requests": requests} for row in rows), *other])
    keep(source, root, kept_at=KEPT_AT)
    return root


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(tmp_path_factory.mktemp("kept"))


def data(root: Path, service: str, day: str) -> Path:
    return root / "minutes" / f"service={service}" / f"day={day}" / "data.parquet"


def exchange(one: Path, other: Path) -> None:
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def one_byte(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def remove(root: Path, day: str) -> None:
    (root / "chain" / f"{day}.json").unlink()
    for path in root.glob(f"minutes/*/day={day}"):
        shutil.rmtree(path)


def beside(root: Path) -> None:
    """A query engine reads every object of a partition, whatever its name."""
    path = data(root, "other", DAYS[1])
    shutil.copy(path, path.with_name("more.parquet"))


def another_service(root: Path) -> None:
    shutil.copytree(root / "minutes" / "service=other", root / "minutes" / "service=third")


DONE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte of a file": (lambda root: one_byte(data(root, "other", DAYS[2]), 50), "its content was changed"),
    "a byte of a link": (lambda root: one_byte(root / "chain" / f"{DAYS[0]}.json", 0), "is no link"),
    "a byte of the last link": (lambda root: one_byte(root / "chain" / f"{DAYS[2]}.json", 0), "is no link"),
    "a removed day": (lambda root: remove(root, DAYS[1]), "2026-10-03 does not continue 2026-10-01"),
    "the first day removed": (lambda root: remove(root, DAYS[0]), "2026-10-02 does not continue the beg"),
    "services exchanged": (
        lambda root: exchange(data(root, "other", DAYS[0]), data(root, "orders-prod", DAYS[0])),
        "service=other/day=2026-10-01/data.parquet is not what was kept",
    ),
    "days exchanged": (
        lambda root: exchange(data(root, "other", DAYS[0]), data(root, "other", DAYS[1])),
        "service=other/day=2026-10-02/data.parquet is not what was kept",
    ),
    "links exchanged": (
        lambda root: exchange(root / "chain" / f"{DAYS[0]}.json", root / "chain" / f"{DAYS[1]}.json"),
        "days were reordered",
    ),
    "a file beside": (beside, "service=other/day=2026-10-02/more.parquet is in no link"),
    "a service beside": (another_service, "service=third/day=2026-10-01/data.parquet is in no link"),
}


@pytest.mark.parametrize("what", DONE)
def test_what_was_done_to_evidence_is_found(
    what: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(shutil.copytree(whole, tmp_path / "evidence"))
    assert reports(["sla", "--evidence", str(root), "--verify"]) == 0
    do, words = DONE[what]
    do(root)
    assert reports(["sla", "--evidence", str(root), "--verify"]) == CHANGED
    assert words in capsys.readouterr().out


def test_a_cut_tail_and_a_rewritten_chain_are_found_by_heads_kept_elsewhere(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reports(["sla", "--evidence", str(whole), "--verify"]) == 0
    head = capsys.readouterr().out.split()[-1]
    cut = Path(shutil.copytree(whole, tmp_path / "cut"))
    remove(cut, DAYS[2])
    for root in (cut, kept(tmp_path, requests=9)):
        words = ["sla", "--evidence", str(root), "--verify"]
        assert reports(words) == 0
        assert "a chain rewritten as a whole would pass" in capsys.readouterr().out
        assert reports([*words, "--head", head]) == CHANGED
        assert "the chain was rewritten, or its last days were removed" in capsys.readouterr().out
