"""Ctrl-C ends every command with a message and exit code 130, however early it comes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import entry

ROOT = Path(__file__).resolve().parents[1]
# module, arguments with which it would end with another code, and what it says
COMMANDS = {
    "components.shared.packages": ([], "Interrupted: the packages are not all built.\n"),
    "local": (["--port", "none"], "Interrupted. Everything that was started is ended.\n"),
    "rehearsal": (["evaluate"], "Interrupted.\n"),
    "reports": (["none"], "Interrupted.\n"),
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
