"""Real runs of `python -m local`: one to its end, one interrupted, one cut off. Nothing survives any."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from entry import INTERRUPTED
from local import cli
from local.command import NOT_HELD
from local.emulator.group import group_is_alive
from local.run import served as run
from local.summary import FleetSummary, Summary, schema

ROOT = Path(__file__).resolve().parents[3]
START_S, END_S = 90.0, 30.0  # bounds for a busy machine; 15 s and 3 s on an idle one
REQUESTS = 30


def descendants(pid: int) -> set[int]:
    """The processes below `pid`, all generations."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    todo = [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found.update(children)
        todo += children
    return found


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@pytest.fixture
def command(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that would take minutes, in a session of its own; its temporary files are in `tmp_path`."""
    process = subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-u", "-m", "local", "--minutes", "5", "--out", str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()


def lines(process: subprocess.Popen[str]) -> "queue.Queue[str]":
    """What it prints, as it prints it."""
    printed: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            printed.put(line)

    threading.Thread(target=read, daemon=True).start()
    return printed


def wait_for(printed: "queue.Queue[str]", words: str) -> None:
    deadline = time.monotonic() + START_S
    seen = []
    while time.monotonic() < deadline:
        try:
            seen.append(printed.get(timeout=1))
        except queue.Empty:
            continue
        if words in seen[-1]:
            return
    pytest.fail(f"never printed {words!r}: {''.join(seen)}")


def wait_for_descendants(pid: int, count: int) -> set[int]:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        found = descendants(pid)
        if len(found) >= count:
            return found
        time.sleep(0.1)
    pytest.fail(f"only {len(found)} processes below {pid}")


def test_ctrl_c_in_the_middle_of_the_traffic_ends_everything(
    command: subprocess.Popen[str], tmp_path: Path
) -> None:
    printed = lines(command)
    wait_for(printed, "Load the reference data")
    started = wait_for_descendants(command.pid, 4)  # emulator, function, model server, its worker
    groups = {os.getpgid(pid) for pid in started}
    assert os.getpgid(command.pid) not in groups
    began = time.monotonic()
    command.send_signal(signal.SIGINT)
    time.sleep(0.2)
    command.send_signal(signal.SIGINT)  # an impatient second one must not disturb the cleaning up
    assert command.wait(timeout=END_S) == INTERRUPTED
    assert time.monotonic() - began < END_S
    assert alive(started) == set()
    assert [group for group in groups if group_is_alive(group)] == []  # who was started in between, too
    wait_for(printed, "Interrupted. Everything that was started is ended.")
    assert list((tmp_path / "out").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]  # no temporary folder is left


def test_a_killed_emulator_ends_the_run_with_1_and_a_message_and_leaves_no_process(
    command: subprocess.Popen[str], tmp_path: Path
) -> None:
    printed = lines(command)
    wait_for(printed, "Start the model server")
    started = wait_for_descendants(command.pid, 3)  # emulator, model server, its worker
    (emulator,) = (
        pid for pid in started if b"local.emulator.serve" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(emulator, signal.SIGKILL)
    wait_for(printed, "error: The emulator ended in the middle of the run, so nothing was judged")
    assert command.wait(timeout=END_S) == NOT_HELD
    assert alive(started) == set()
    rest = []
    while not printed.empty():
        rest.append(printed.get())
    assert "Traceback" not in "".join(rest)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_small_run_does_everything_but_wait_for_the_canarys_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "CANARY_INTERVAL_S", 0.0)
    monkeypatch.setattr(run, "CANARY_SLACK_S", 0.0)
    before = descendants(os.getpid())
    code = cli.main(["--json", "--requests", str(REQUESTS), "--clients", "2", "--out", str(tmp_path)])
    said = capsys.readouterr().out
    assert alive(descendants(os.getpid()) - before) == set()
    document = json.loads(said)
    Draft202012Validator(schema()).validate(document)
    summary = Summary.model_validate_json(said)
    unheld = {check.name for check in summary.checks if not check.held}
    assert unheld == {"The canary's schedule fired and every probe succeeded"}, summary.checks
    assert (code, summary.held) == (NOT_HELD, False)
    assert (summary.requests, summary.failed, summary.availability_pct) == (REQUESTS, 0, 100.0)
    assert summary.statuses == {"200": REQUESTS}
    assert summary.p50_ms is not None
    assert summary.p90_ms is not None
    assert summary.p99_ms is not None
    assert 0 < summary.p50_ms <= summary.p90_ms <= summary.p99_ms
    assert set(summary.usage) == {"partners", "trial"}
    assert summary.usage["partners"].requests == REQUESTS
    assert summary.resources.service > 100
    assert summary.resources.monitor > 40
    assert "inference-dev-monitor-page-api-down" in summary.alarms
    assert len(summary.alarms) > 90
    assert list(summary.steps_s) == [
        "emulator",
        "model",
        "bootstrap",
        "deploy dev",
        "deploy dev-monitor",
        "load",
        "all well",
        "canary",
        "usage",
        "alarms",
    ]
    assert summary.wall_s >= sum(summary.steps_s.values()) - 0.5
    report = (tmp_path / "report.html").read_text()
    assert "1 of 5 things did not hold." in report
    assert "inference-dev-monitor-page-api-down" in report


def test_two_copies_of_a_service_run_side_by_side_under_one_monitor_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "CANARY_INTERVAL_S", 0.0)
    monkeypatch.setattr(run, "CANARY_SLACK_S", 0.0)
    copies = ["--service", "tickets", "--service", "tickets:staging"]
    cli.main(["--json", "--requests", str(REQUESTS), "--clients", "2", "--out", str(tmp_path), *copies])
    said = capsys.readouterr().out
    Draft202012Validator(schema(FleetSummary)).validate(json.loads(said))
    fleet = FleetSummary.model_validate_json(said)
    assert list(fleet.services) == ["tickets-dev", "tickets-staging"]
    for name, each in fleet.services.items():
        unheld = {check.name for check in each.checks if not check.held}
        assert unheld == {"The canary's schedule fired and every probe succeeded"}, each.checks
        assert (each.requests, each.failed) == (REQUESTS, 0)
        assert each.usage["partners"].requests == REQUESTS
        assert each.traces.total == REQUESTS
        assert f"{name}-monitor-page-api-down" in each.alarms
        assert all(alarm.startswith(f"{name}-") for alarm in each.alarms)
        assert each == Summary.model_validate_json((tmp_path / name / "summary.json").read_text())
        assert f"{name}-monitor" in (tmp_path / name / "report.html").read_text()
        assert (tmp_path / "sla" / "services" / f"{name}.json").exists()
    report = (tmp_path / "report.html").read_text()
    assert "inference-dev-monitor-overview" in report
    assert [name for name in fleet.services if f'href="{name}/report.html"' not in report] == []
