"""The command line of the local run: its options, its exit codes, and what goes where."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from jsonschema import Draft202012Validator

from local import cli
from local import command as runner
from local.deployer import DeployError
from local.emulator import MONITOR_ACCOUNT
from local.emulator.model_environment import Trained
from local.run.customers import NoPlanError, Plan
from local.run.faults import FAULTS
from local.run.findings import Findings
from local.run.plan import (
    ALL_WELL,
    BEFORE,
    DURING,
    Options,
    phases,
)
from local.run.watching import Page
from local.summary import schema
from settings import service
from tests.local.made import SENT, START, faulty, findings
from tests.settings.service.folder import Folder

ROOT = Path(__file__).resolve().parents[2]
PLAN = Plan(name="partners", rate_per_s=100.0, quota=1000, keys=("a", "b"))


class StandIn:
    """In place of the emulator and of the model server: nothing is started."""

    url, pid, region, running = "http://127.0.0.1:1", 1, "eu-central-1", True

    def log_tail(self) -> str:
        return "its log"

    def __init__(self, **options: Any) -> None:
        self.options = options

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Nothing to end."""

    def sdk_environment(self, account: str) -> dict[str, str]:
        names = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        return dict.fromkeys(names, account)


class MadeRun:
    """In place of a run: hands out findings, or raises."""

    curls = ("curl -sS 'http://127.0.0.1:1'",)
    shared = None
    found: Findings | BaseException = findings()
    options: Options

    def __init__(self, options: Options, *_: Any, started_at: float) -> None:
        type(self).options = options
        assert started_at > 0

    def execute(self, _stop: threading.Event) -> tuple[Findings, ...]:
        if isinstance(self.found, BaseException):
            raise self.found
        return (self.found,)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[MadeRun]]:
    monkeypatch.setattr(runner, "Emulator", StandIn)
    monkeypatch.setattr(runner, "ModelServer", StandIn)
    monkeypatch.setattr(runner, "Run", MadeRun)
    model = Trained(service="wine", directory=tmp_path, python=sys.executable)
    monkeypatch.setattr(runner, "trained", lambda service: model if service == "wine" else None)
    yield MadeRun
    MadeRun.found = findings()


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_names_every_option_and_fault_and_the_exit_codes() -> None:
    done = command("--help")
    assert (done.returncode, done.stderr) == (0, "")
    shown = " ".join(done.stdout.split())
    options = ("requests", "clients", "minutes", "fault", "keep", "json", "port", "out", "stack")
    assert [name for name in options if f"--{name}" not in shown] == []
    assert [name for name in FAULTS if name not in shown] == []
    assert (
        "exit codes: 0 everything held, 1 something did not, 2 wrong usage, "
        "3 the fault showed as it should and broke the SLO, 130 interrupted"
    ) in shown
    assert [fault.name for fault in FAULTS.values() if f"{fault.name} {fault.breaks}" not in shown] == []
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fault", "everything"], "argument --fault: invalid choice: 'everything'"),
        (["--requests", "9"], "argument --requests: 9 is out of range; give a whole number at least 10"),
        (["--requests", "many"], "argument --requests: invalid whole number value: 'many'"),
        (["--clients", "0"], "argument --clients: 0 is out of range; give a whole number from 1 to 64"),
        (["--minutes", "0"], "argument --minutes: 0 is out of range; give minutes above 0, at most 600"),
        (["--minutes", "nan"], "argument --minutes: nan is out of range"),
        (["--minutes", "soon"], "argument --minutes: 'soon' is no number of minutes"),
        (["--port", "65536"], "argument --port: 65536 is out of range; give a whole number from 0 to 65535"),
        (["--out", "README.md"], "argument --out: cannot write the report there"),
        (["--speed", "9"], "unrecognized arguments: --speed 9"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as exited:
        cli.main(arguments)
    assert exited.value.code == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_a_port_in_use_exits_with_2_and_names_the_port_and_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = command("--port", str(port), "--out", str(tmp_path))
    assert done.returncode == 2
    assert f"error: Port {port} on 127.0.0.1 is taken" in done.stdout
    assert "0 picks a free one" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_good_run_exits_with_0_and_writes_summary_and_report(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--out", str(tmp_path / "new" / "folder")]) == 0
    written = json.loads((tmp_path / "new" / "folder" / "summary.json").read_text())
    Draft202012Validator(schema()).validate(written)
    assert (written["held"], written["requests"]) == (True, 1000)
    assert (tmp_path / "new" / "folder" / "report.html").read_text().startswith("<!doctype html>")
    said = capsys.readouterr().out
    assert "Everything held." in said
    assert str(tmp_path / "new" / "folder" / "report.html") in said
    assert made.options == Options(requests=1000, clients=8)


def test_a_run_that_did_not_hold_exits_with_1(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.found = findings(probes=())
    assert cli.main(["--out", str(tmp_path)]) == 1
    assert "1 of 5 things did not hold." in capsys.readouterr().out


def test_with_json_nothing_but_the_summary_goes_to_standard_output(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.found = faulty("model-down", "model_failure", 502, "status")
    assert cli.main(["--json", "--fault", "model-down", "--out", str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert said.out == (tmp_path / "summary.json").read_text()
    assert json.loads(said.out)["fault"]["as_expected"]
    assert "seen      700 requests, all 502 model_failure; canary: 1 failed (status)." in said.err
    assert made.options.fault is FAULTS["model-down"]


def test_a_pipe_gets_no_colour_and_no_bar(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.found = faulty("model-down", "model_failure", 502, "status")
    assert cli.main(["--fault", "model-down", "--out", str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert re.search(r"^Start the emulator: \d+\.\d s$", said.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DeployError(type_token="aws:sqs/queue:Queue", name="q", account="1", reason="no room [red]"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_is_one_line_and_its_exit_code(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    made.found = error
    assert cli.main(["--out", str(tmp_path)]) == code
    said = capsys.readouterr()
    if code == 1:
        assert f"error: {error}" in said.out
    assert "Traceback" not in said.out + said.err
    assert list(tmp_path.iterdir()) == []


def test_a_fault_that_the_slo_survives_exits_with_0_and_one_that_breaks_it_says_so_and_exits_with_3(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.found = faulty("canary-stopped", "", 200, None)
    made.found = replace(made.found, probes=made.found.probes[:0])
    assert cli.main(["--fault", "canary-stopped", "--out", str(tmp_path)]) == 0
    assert "The SLO was kept. The fault canary-stopped shows as it should." in flat(capsys)
    made.found = faulty("model-down", "model_failure", 502, "status")
    assert cli.main(["--fault", "model-down", "--out", str(tmp_path)]) == 3
    assert "The SLO was not kept: 30 % of the answers were right" in flat(capsys)


def flat(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_a_fault_run_shows_what_went_off_who_was_paged_and_what_was_muted_in_80_columns(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    down = faulty("model-down", "model_failure", 502, "status")
    names = ("page-slo-burn-1h", "page-api-errors", "api-5xx-critical", "page-late", "page-unheard")
    alarms = [
        replace(down.alarms[0], name=f"inference-dev-{name}", went_off=((START + 60, None),))
        for name in names
    ]
    pages = tuple(
        Page(
            at=START + 60,
            alarm=f"inference-dev-{name}",
            account=MONITOR_ACCOUNT,
            level="critical",
            topic="inference-dev-monitor-critical",
            to=to,
            muted_by=muted_by,
            pending=pending,
        )
        for name, to, muted_by, pending in (
            (names[0], ("team@example.org",), None, False),
            (names[1], (), "inference-dev-monitor-page-slo-burn-1h-of-a-long-name", False),
            (names[3], ("team@example.org",), None, True),
            (names[4], (), None, False),
        )
    )
    made.found = replace(down, alarms=tuple(alarms), pages=pages)
    assert cli.main(["--fault", "model-down", "--out", str(tmp_path)]) == 3
    said = capsys.readouterr().out
    paging = said[said.index("Paging, UTC") :].replace("│", " ")
    rows = " ".join(paging.split())
    for row in (
        "14:04:20 critical page-slo-burn-1h sent to team@example.org",
        "14:04:20 critical page-api-errors muted by",
        "14:04:20 api-5xx-critical went off; other alarms speak for it",
        "14:04:20 critical page-late due after the run's end to",
        "14:04:20 critical page-unheard sent; nobody is subscribed",
    ):
        assert row in rows
    lines = [line for line in said.splitlines() if str(tmp_path) not in line]
    assert max(map(len, lines)) <= 80


def test_an_error_with_the_emulator_gone_is_told_as_its_end(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made.found = ConnectionRefusedError("no")
    monkeypatch.setattr(StandIn, "running", False)
    assert cli.main(["--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "error: The emulator ended in the middle of the run" in said.out
    assert "Traceback" not in said.out + said.err


def test_the_stack_and_a_long_runs_length_are_said_before_it_begins(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--requests", "20000", "--out", str(tmp_path)]) == 0
    assert flat(capsys).startswith(
        "20,000 requests take some 6 minutes on two cores, at most 33; 10% of them are traced."
    )
    assert made.options == Options(requests=20_000, clients=8)


def test_more_requests_than_the_quota_lets_through_are_refused_before_the_first() -> None:
    phases(Options(requests=2000), PLAN, 50.0, [SENT])
    with pytest.raises(NoPlanError, match="Give at most 2000, or raise its quota"):
        phases(Options(requests=2001), PLAN, 50.0, [SENT])
    with pytest.raises(NoPlanError, match="Give at most 1000"):
        phases(Options(requests=1001, clients=1), PLAN, 50.0, [SENT])


def test_many_requests_may_take_longer_and_few_of_them_are_traced() -> None:
    plan = replace(PLAN, quota=None)
    (phase,) = phases(Options(requests=20_000), plan, 500.0, [SENT])
    assert phase.seconds == 2000
    assert Options(requests=20_000).traced_share == 0.1
    assert (Options(requests=2000).traced_share, Options(requests=2000).announcement) == (1.0, "")


def test_keep_shows_how_to_call_and_ends_in_peace_on_an_interrupt(
    made: type[MadeRun], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("signal.pause", interrupted)
    assert cli.main(["--keep", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert made.curls[0] in said
    assert "AWS_ENDPOINT_URL=111111111111" in said
    assert "Press Ctrl-C to end it." in said


def test_minutes_without_requests_leave_their_number_open(made: type[MadeRun], tmp_path: Path) -> None:
    assert cli.main(["--minutes", "2", "--clients", "3", "--out", str(tmp_path)]) == 0
    assert made.options == Options(requests=None, clients=3, minutes=2.0)


def test_a_run_without_a_fault_has_one_phase_as_fast_as_the_plan_allows() -> None:
    (phase,) = phases(Options(requests=500), PLAN, 50.0, [SENT])
    assert (phase.name, phase.requests, phase.per_s, phase.ramp_up) == (ALL_WELL, 500, 45.0, True)
    assert phase.seconds < 120


def test_requests_over_minutes_are_spread_and_never_use_up_the_quota() -> None:
    (spread,) = phases(Options(requests=588, minutes=1.0), PLAN, 50.0, [SENT])
    assert spread.per_s == pytest.approx(10.0)
    (long,) = phases(Options(requests=None, minutes=60.0), PLAN, 50.0, [SENT])
    assert long.requests is None
    assert long.per_s == pytest.approx(0.5)  # 90 % of 2 x 1,000 in an hour


def test_a_run_with_a_fault_has_two_phases_that_send_different_requests() -> None:
    sent = [SENT, SENT]
    before, during = phases(Options(requests=1000, fault=FAULTS["table-throttled"]), PLAN, 50.0, sent)
    assert [(phase.name, phase.requests, phase.ramp_up) for phase in (before, during)] == [
        (BEFORE, 300, True),
        (DURING, 700, False),
    ]
    assert len(before.sent) + len(during.sent) == len(sent)


def test_the_quota_fault_counts_what_comes_before_it_even_over_minutes() -> None:
    options = Options(requests=None, minutes=10.0, fault=FAULTS["quota-exhausted"])
    before, during = phases(options, PLAN, 50.0, [SENT, SENT])
    assert (before.requests, during.requests) == (options.before_fault, None)
    assert before.seconds + during.seconds == pytest.approx(600)


def test_a_service_with_tokens_is_refused_with_the_line_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Folder(tmp_path)
    folder.contract["components"]["securitySchemes"] = {"badge": {"type": "http", "scheme": "bearer"}}
    folder.contract["paths"]["/v1/shapes"]["post"]["security"] = [{"badge": []}]
    for probe in folder.definition["probes"]:
        if probe["operation"] == "createShapes":
            probe["authorization"] = {"bearer": "badge"}
    folder.write()
    monkeypatch.setattr(runner, "load", lambda name: service.load(name, tmp_path / "services"))
    assert cli.main(["--service", "shapes", "--out", str(tmp_path)]) == 2
    told = flat(capsys)
    assert "--service shapes: services/shapes/openapi.yaml:" in told
    assert "paths[/v1/shapes].post: it wants a token (badge), and nobody here issues" in told


@pytest.mark.usefixtures("made")
def test_a_fault_of_several_services_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    several = ["--service", "wine", "--service", "wine:staging"]
    assert cli.main(["--fault", "model-down", "--out", str(tmp_path), *several]) == 2
    said = " ".join(capsys.readouterr().out.split())
    assert "--fault model-down breaks one service, and 2 were to run. Give one --service." in said
