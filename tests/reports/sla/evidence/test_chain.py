"""The chain finds a changed byte, and a day that was removed, reordered, added or rewritten."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from reports.sla.evidence.chain import BEGINNING, digest, heads, links
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.verify import verify
from tests.reports.sla.months import SERVICE, Month

DAYS = ("2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    month = Month(datetime(2026, 10, 1), datetime(2026, 10, 5))
    month.alarm(month.at(2, "12:00"), "page-api-down", "critical")
    return month.keep(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def root(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "evidence"))


def data(root: Path, day: str, table: str = "minutes") -> Path:
    return root / table / f"service={SERVICE}" / f"day={day}" / "data.parquet"


def link(root: Path, day: str) -> Path:
    return root / "chain" / f"{day}.json"


def test_what_was_kept_is_found_whole(root: Path) -> None:
    found = verify(root)
    assert (found.faults, found.never_kept, found.files) == ((), (), 5)
    assert found.head == digest(link(root, DAYS[-1]).read_bytes())
    assert [str(kept.day) for kept in found.links] == list(DAYS)
    assert found.links[0].previous == BEGINNING
    assert not found.head_confirmed


def test_the_same_rows_are_the_same_bytes_and_the_same_head(root: Path, tmp_path: Path) -> None:
    month = Month(datetime(2026, 10, 1), datetime(2026, 10, 5))
    month.alarm(month.at(2, "12:00"), "page-api-down", "critical")
    assert verify(month.keep(tmp_path / "again")).head == verify(root).head


@pytest.mark.parametrize("position", [0, 100, -1])
def test_one_changed_byte_of_a_file_is_found(root: Path, position: int) -> None:
    path = data(root, DAYS[1])
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    assert verify(root).faults == (
        f"minutes/service={SERVICE}/day=2026-10-02/data.parquet is not what was kept: "
        "its content was changed",
    )


@pytest.mark.parametrize("day", DAYS[:-1])
def test_one_changed_byte_of_a_link_is_found_by_the_next(root: Path, day: str) -> None:
    path = link(root, day)
    path.write_bytes(path.read_bytes().replace(b"2027-01-01", b"2027-01-02"))
    (fault,) = verify(root).faults
    assert fault.endswith("a day was changed, removed or reordered")
    assert fault.startswith(DAYS[DAYS.index(day) + 1])


def test_a_changed_last_link_is_found_by_the_head_that_was_handed_out(root: Path) -> None:
    head = verify(root).head
    path = link(root, DAYS[-1])
    path.write_bytes(path.read_bytes().replace(b"2027-01-01", b"2027-01-02"))
    assert verify(root).faults == ()
    (fault,) = verify(root, heads=[head]).faults
    assert fault.startswith(f"the head {head} was handed out")


@pytest.mark.parametrize("day", DAYS[:-1])
def test_a_removed_day_is_found(root: Path, day: str) -> None:
    link(root, day).unlink()
    shutil.rmtree(data(root, day).parent)
    faults = verify(root).faults
    assert any("a day was changed, removed or reordered" in fault for fault in faults)


def test_removed_last_days_are_found_by_the_head_that_was_handed_out(root: Path) -> None:
    head = verify(root).head
    link(root, DAYS[-1]).unlink()
    shutil.rmtree(data(root, DAYS[-1]).parent)
    assert verify(root).faults == ()
    assert len(verify(root, heads=[head]).faults) == 1


def test_a_removed_file_is_found(root: Path) -> None:
    data(root, DAYS[2]).unlink()
    assert verify(root).faults == (f"minutes/service={SERVICE}/day=2026-10-03/data.parquet is missing",)


def test_two_days_exchanged_with_their_files_are_found(root: Path) -> None:
    for path in (link, data):
        first, second = path(root, DAYS[1]), path(root, DAYS[2])
        kept = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(kept)
    faults = verify(root).faults
    assert "chain/2026-10-02.json is the link of 2026-10-03: days were reordered or renamed" in faults
    assert "2026-10-02 comes after 2026-10-03 in the chain: days were reordered" in faults


def test_a_link_renamed_to_another_day_is_found(root: Path) -> None:
    link(root, DAYS[3]).rename(link(root, "2026-10-09"))
    assert verify(root).faults == (
        "chain/2026-10-09.json is the link of 2026-10-04: days were reordered or renamed",
    )


def test_a_file_added_beside_the_chain_is_found(root: Path) -> None:
    added = data(root, "2026-10-05")
    added.parent.mkdir()
    shutil.copy(data(root, DAYS[0]), added)
    assert verify(root).faults == (
        f"minutes/service={SERVICE}/day=2026-10-05/data.parquet is in no link: it was added beside the chain",
    )


def test_a_wholly_rewritten_chain_is_found_by_any_head_that_was_handed_out(
    root: Path, tmp_path: Path
) -> None:
    handed_out = [digest(link(root, day).read_bytes()) for day in DAYS]
    month = Month(datetime(2026, 10, 1), datetime(2026, 10, 5))
    month.change(month.at(1, "00:00"), 1, requests=11)
    rewritten = month.keep(tmp_path / "again")
    assert verify(rewritten).faults == ()
    for head in handed_out:
        (fault,) = verify(rewritten, heads=[head]).faults
        assert "the chain was rewritten" in fault
    found = verify(root, heads=handed_out)
    assert found.faults == ()
    assert found.head_confirmed


def test_one_head_of_several_that_is_not_in_the_chain_confirms_nothing(root: Path) -> None:
    found = verify(root, heads=[verify(root).head, "0" * 64])
    assert len(found.faults) == 1
    assert not found.head_confirmed


def test_a_day_that_was_never_kept_is_told_and_is_no_fault(tmp_path: Path) -> None:
    month = Month(datetime(2026, 10, 1), datetime(2026, 10, 5))
    for row in list(month.between(month.at(2, "00:00"), 2880)):
        del month.minutes[row["minute"]]
    found = verify(month.keep(tmp_path))
    assert found.faults == ()
    assert [str(day) for day in found.never_kept] == ["2026-10-02", "2026-10-03"]


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "{",
        lambda _: "[]",
        lambda content: json.dumps({**content, "format": 2}),
        lambda content: json.dumps({**content, "day": "the first"}),
        lambda content: json.dumps({**content, "covers": ["2026-10-01T00:00:00", "2026-10-02T00:01:00"]}),
        lambda content: json.dumps({**content, "covers": ["2026-10-01T12:00:00", "2026-10-01T11:00:00"]}),
        lambda content: json.dumps(
            {**content, "files": [{**content["files"][0], "path": "../../etc/passwd"}]}
        ),
        lambda content: json.dumps({**content, "promises": {SERVICE: {"availability_pct": 100}}}),
        lambda content: json.dumps({**content, "promises": {"../../x": {}}}),
        lambda _: "[" * 100_000,
    ],
)
def test_a_file_that_is_no_link_is_named(root: Path, change) -> None:  # type: ignore[no-untyped-def]
    path = link(root, DAYS[0])
    path.write_text(change(json.loads(path.read_bytes())))
    with pytest.raises(
        EvidenceError, match=r"2026-10-01\.json|the promise of orders-prod|the service '\.\./\.\./x'"
    ):
        links(root)


def test_a_link_that_cannot_be_read_is_a_fault_among_the_others(root: Path) -> None:
    path = link(root, DAYS[1])
    path.write_bytes(b"\xff" + path.read_bytes())
    faults = verify(root).faults
    assert "2026-10-02.json is no link of a chain of evidence" in faults[0]
    assert any(fault.startswith("2026-10-03 does not continue 2026-10-01") for fault in faults)
    assert any("day=2026-10-02/data.parquet is in no link" in fault for fault in faults)
    for day in DAYS:
        link(root, day).write_text("no")
    with pytest.raises(EvidenceError, match="is no link of a chain"):
        verify(root)


def test_a_folder_without_a_chain_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no evidence in"):
        verify(tmp_path)


def test_heads_are_the_last_words_of_lines() -> None:
    first, second = "a" * 64, "B" * 64
    assert heads(["", f"2026-10-01 {first}", second]) == (first, second.lower())
    with pytest.raises(EvidenceError, match="line 2: 'abc' is no head"):
        heads([first, "2026-10-02 abc"])
