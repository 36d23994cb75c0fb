"""The child process of `local.emulator`: ministack in process, with the fill-ins hooked in first.

Started as `python -m local.emulator_process` with the environment that `Emulator` makes. Its standard
input is a leash: when the owner is gone, however it ended, the pipe closes and the whole group ends, so
neither this process nor a Lambda worker is ever left behind.
"""

import os
import signal
import sys
import threading

import ministack.app

from local import fillins


def _watch_leash() -> None:
    sys.stdin.buffer.read()  # returns when every holder of the other end is gone
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Install the fill-ins and serve until told to end."""
    threading.Thread(target=_watch_leash, name="leash", daemon=True).start()
    fillins.install()
    sys.argv = sys.argv[:1]
    ministack.app.main()


if __name__ == "__main__":
    main()
