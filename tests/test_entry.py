"""Ctrl-C ends every command with a message and exit code 130, however early it comes."""

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import entry

ROOT = Path(__file__).resolve().parents[1]
# module, arguments with which it would end with another code, and what it says
COMMANDS = {
    "components.shared.packages": ([], "Interrupted: the packages are not all built.\n"),
    "local": (["--stack", "none"], "Interrupted. Everything that was started is ended.\n"),
    "rehearsal": (["evaluate", "none", "none"], "Interrupted.\n"),
    "reports": (["traces", "none"], "Interrupted.\n"),
    "reports.history": ([], "Interrupted.\n"),
}


@pytest.mark.parametrize("imports", [1, 40, 100])
@pytest.mark.parametrize("module", sorted(COMMANDS))
def test_ctrl_c_while_a_command_is_imported_is_a_message_and_130(module: str, imports: int) -> None:
    """Sent after so many imports, as Python tells them: at the same place on a slow and on a fast machine."""
    arguments, said = COMMANDS[module]
    process = subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-X", "importtime", "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        pipesize=4096,  # so far at most is it ahead of us, whoever is slow
    )
    assert process.stderr is not None
    with process, process.stderr:
        started, told = -1, []
        for line in process.stderr:
            if not line.startswith("import time:"):
                told.append(line)
            elif started >= 0 or line.rstrip().endswith("| entry"):
                started += 1
                if started == imports:
                    process.send_signal(signal.SIGINT)
    assert ("".join(told), process.returncode) == (said, 130)


@pytest.mark.parametrize("raised", [False, True])
def test_a_command_ends_with_its_own_code_or_130_while_it_works(
    raised: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "some_command.py").write_text(
        f"import signal\ndef main():\n    {raised} and signal.raise_signal(signal.SIGINT)\n    return 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as ended:
            entry.run("some_command", "Stopped.")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
        sys.modules.pop("some_command", None)
    assert ended.value.code == (130 if raised else 3)
    assert capsys.readouterr().err == ("Stopped.\n" if raised else "")


def test_a_package_that_is_not_installed_is_named_with_the_way_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "some_command.py").write_text("def main():\n    import no_such.part\n")
    (tmp_path / "broken_command.py").write_text("import rehearsal.no_such\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as ended:
            entry.run("some_command")
        with pytest.raises(ModuleNotFoundError, match=r"rehearsal\.no_such"):
            entry.run("broken_command")
    finally:
        signal.signal(signal.SIGINT, before)
        sys.modules.pop("some_command", None)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: no_such is not installed for {sys.executable}.\n")
    assert "`make build`" in said
    assert "`. .venv/bin/activate`" in said


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """An environment with what `pipx install .` installs, and not the project's folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    for pattern in project["packages"]["find"]["include"]:
        folder = ROOT / pattern.removesuffix("*")
        shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    for module in project["py-modules"]:
        shutil.copy(ROOT / f"{module}.py", tmp_path)
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def test_installed_it_reads_the_stacks_and_services_of_the_project_that_it_is_called_in(
    installed: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-P", "-m", "entry", "lint", "--stack", "prod"]
    run = functools.partial(
        subprocess.run, command, env=installed, capture_output=True, text=True, check=False
    )
    inside, outside = run(cwd=ROOT), run(cwd=tmp_path)
    assert (inside.returncode, inside.stderr) == (0, "")
    assert re.match(r"\d+ alarms: ", inside.stdout)
    assert outside.returncode == 2
    assert outside.stderr.startswith(
        f"There is no project in {tmp_path}, so no stack: Pulumi.yaml is missing. Call"
    )


IN_THE_IMAGE = {"train", "push"}  # and there is no other command there


def called(*arguments: str) -> tuple[int, str, str, float]:
    """Exit code, both outputs and CPU seconds of `inference-watch`."""
    process = subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-m", "entry", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        said, wrong = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, said, wrong, usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("help",)])
def test_help_fits_a_screen_and_names_every_command_and_exit_code(arguments: tuple[str, ...]) -> None:
    code, said, wrong, seconds = called(*arguments)
    assert (code, wrong, said) == (0, "", entry.usage())
    assert len(said.splitlines()) <= 40
    assert max(map(len, said.splitlines())) <= 79
    assert all(f"  {name} " in said for name in entry.COMMANDS)
    assert seconds < 0.3


@pytest.mark.parametrize("name", sorted(entry.COMMANDS))
def test_each_command_says_how_it_is_called_and_at_once(name: str) -> None:
    code, said, wrong, seconds = called(name, "--help")
    assert (code, wrong) == (0, "")
    expected = entry.COMMANDS[name].alone if name in IN_THE_IMAGE else f"inference-watch {name}"
    assert said.startswith(f"usage: {expected}")
    assert seconds < 0.3


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((), ""), (("rehears",), "\nerror: 'rehears' is no command; the commands are above\n")],
)
def test_without_a_command_help_goes_to_standard_error(arguments: tuple[str, ...], error: str) -> None:
    code, said, wrong, _ = called(*arguments)
    assert (code, said, wrong) == (2, "", entry.usage() + error)


def test_a_command_that_was_not_installed_names_the_way_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(entry, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        entry.main(["local", "--help"])
    assert ended.value.code == 2
    expected = "error: local is not installed with inference-watch; run it in the project's folder\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("name", sorted(entry.COMMANDS))
def test_without_inference_watch_a_command_is_called_by_its_module(name: str) -> None:
    command = entry.COMMANDS[name]
    assert entry.program(name) == command.alone
    assert (ROOT / command.alone.split()[2].replace(".", "/")).with_suffix("").exists() or (
        ROOT / f"{command.alone.split()[2].replace('.', '/')}.py"
    ).exists()


def test_the_version_is_one_line() -> None:
    code, said, wrong, _ = called("--version")
    assert (code, wrong) == (0, "")
    assert said.startswith("inference-watch ")
    assert said.count("\n") == 1
