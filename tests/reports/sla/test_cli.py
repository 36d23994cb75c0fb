"""`python -m reports sla` as people call it."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from reports.cli import main as reports
from tests.reports.sla.months import SERVICE, Month, write_csv


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Month(datetime(2026, 10, 1), datetime(2026, 10, 3))
    made.outage(made.at(2, "12:00"), 30)
    return made.keep(tmp_path_factory.mktemp("kept"))


def run(*words: object) -> int:
    return reports(["sla", *(str(word) for word in words)])


TWO_DAYS = ("--from", "2026-10-01", "--to", "2026-10-02")


def test_a_report_writes_a_page_a_service_and_one_over_all(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--evidence", root, *TWO_DAYS, "--out", tmp_path) == 0
    service = json.loads((tmp_path / "services" / f"{SERVICE}.json").read_text())
    whole = json.loads((tmp_path / "index.json").read_text())
    assert (service["verdict"], service["probes"]["down_minutes"]) == ("broken", 30)
    assert (whole["verdict"], whole["broken"], whole["services"][0]["service"]) == ("broken", 1, SERVICE)
    assert whole["proof"]["head"] == service["proof"]["head"]
    for page in (tmp_path / "index.md", tmp_path / "services" / f"{SERVICE}.md"):
        assert whole["proof"]["head"] in page.read_text()
    told = capsys.readouterr().out
    assert "broken" in told
    assert f"pages {tmp_path}/index.html" in told


def test_expect_kept_fails_for_a_broken_promise(root: Path, tmp_path: Path) -> None:
    assert run("--evidence", root, *TWO_DAYS, "--out", tmp_path, "--expect-kept") == 1
    one_day = ("--from", "2026-10-01", "--to", "2026-10-01")
    assert run("--evidence", root, *one_day, "--out", tmp_path, "--expect-kept") == 0


def test_keep_prints_the_heads_and_verify_takes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Month(datetime(2026, 10, 1), datetime(2026, 10, 3))
    write_csv(tmp_path / "minutes.csv", list(made.minutes.values()))
    evidence, heads = tmp_path / "evidence", tmp_path / "heads"
    assert run("--evidence", evidence, "--keep", tmp_path) == 0
    heads.write_text(capsys.readouterr().out)
    assert [line.split()[0] for line in heads.read_text().splitlines()] == ["2026-10-01", "2026-10-02"]
    assert run("--evidence", evidence, "--verify", "--heads", heads) == 0
    told = capsys.readouterr().out
    assert "2 files of 2 days, 2026-10-01 to 2026-10-02, are what was kept." in told
    assert "would pass" not in told
    assert run("--evidence", evidence, "--verify") == 0
    assert "a chain rewritten as a whole would pass" in capsys.readouterr().out
    assert run("--evidence", evidence, "--verify", "--head", "0" * 64) == 3
    assert "CHANGED  the head 000" in capsys.readouterr().out


def test_changed_evidence_is_not_reported_on(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "minutes" / f"service={SERVICE}" / "day=2026-10-02" / "data.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    try:
        assert run("--evidence", root, *TWO_DAYS, "--out", tmp_path) == 2
    finally:
        path.write_bytes(content)
    told = capsys.readouterr().err
    assert "no figure of it is reported" in told
    assert "day=2026-10-02/data.parquet is not what was kept" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--month", "2026-13"), "--month '2026-13' is no month"),
        (("--month", "2026-09"), "there is no evidence of 2026-09; it goes from 2026-10-01 to 2026-10-02"),
        ((*TWO_DAYS, "--service", "other"), "there is no evidence of other in 2026-10-01 to 2026-10-02"),
        ((*TWO_DAYS, "--timezone", "Mars"), "there is no time zone 'Mars'"),
        ((*TWO_DAYS, "--head", "abc"), "'abc' is no head"),
        (("--heads", "/nowhere"), "No such file or directory: '/nowhere'"),
    ],
)
def test_wrong_words_are_told_without_a_traceback(
    words: tuple[str, ...], told: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--evidence", root, *words) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--month", "2026-10", *TWO_DAYS), ("--from", "2026-10-01"), ("--from", "x")]
)
def test_arguments_that_do_not_go_together_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*words)
    assert stopped.value.code == 2


def test_without_duckdb_the_way_to_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(_: str) -> None:
        raise ModuleNotFoundError("No module named 'duckdb'", name="duckdb")

    monkeypatch.setattr("reports.cli.entry.load", missing)
    assert run("--verify") == 2
    assert "pipx install --force '.[evidence]'" in capsys.readouterr().err
    monkeypatch.setattr(
        "reports.cli.entry.load", lambda _: (_ for _ in ()).throw(ModuleNotFoundError(name="x"))
    )
    with pytest.raises(ModuleNotFoundError):
        run("--verify")


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--schema") == 0
    assert "ServiceReport" in json.loads(capsys.readouterr().out)["$defs"]
