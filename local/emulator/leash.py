"""Runs a module as a program that never outlives whoever started it.

`python -m local.emulator.leash FOLDER MODULE [ARGS]`: standard input is the leash. When the owner is
gone, however it ended, the pipe closes, the program's temporary FOLDER is removed and its whole process
group is killed, workers included. The owner starts it in a session of its own (`start_leashed`), so that
the group holds nobody else.
"""

import os
import runpy
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parents[2]


def start_leashed(
    module: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: IO[bytes],
    python: str = sys.executable,
) -> subprocess.Popen[bytes]:
    """Start `module` with `python`, on a leash held by this process: closing `stdin` of the result ends it.

    `folder` is what it may leave behind; an owner that ends in an orderly way removes it itself.
    """
    return subprocess.Popen(  # noqa: S603 # an interpreter and arguments from our own code
        [python, "-m", "local.emulator.leash", str(folder), module, *arguments],
        cwd=_ROOT,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _watch(folder: str) -> None:
    os.read(sys.stdin.fileno(), 1)  # returns when every holder of the other end is gone
    shutil.rmtree(folder, ignore_errors=True)  # a worker may still be writing: as much as can be
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Watch the leash and run the module named on the command line."""
    threading.Thread(target=_watch, args=(sys.argv[1],), name="leash", daemon=True).start()
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
