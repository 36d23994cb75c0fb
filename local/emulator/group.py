"""Ends a process group for certain, in bounded time.

Only groups whose leader this process started itself: the leader's id is the group's id, and it is not
given to another process while a member of the group lives.
"""

import os
import signal
import subprocess
import time

GRACE_S = 2.0
_KILL_WAIT_S = 5.0
_POLL_S = 0.02


def end_group(leader: subprocess.Popen[bytes], *, grace_s: float = GRACE_S) -> None:
    """Ask the leader's group to end, wait `grace_s`, then kill what is left; returns when all are gone.

    Raises `RuntimeError` if a member survives SIGKILL for `_KILL_WAIT_S` (it hangs in the kernel).
    """
    for number, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, _KILL_WAIT_S)):
        if not _signal_group(leader.pid, number):
            break
        if _wait_until_gone(leader, wait_s):
            break
    else:
        raise RuntimeError(f"Processes of group {leader.pid} survived SIGKILL for {_KILL_WAIT_S:g} s.")
    leader.wait(timeout=_KILL_WAIT_S)


def group_is_alive(group: int) -> bool:
    """True while any process, zombies that nobody reaped included, is in the group."""
    return _signal_group(group, 0)


def _signal_group(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _wait_until_gone(leader: subprocess.Popen[bytes], wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        leader.poll()  # reaps the leader, which would keep the group alive as a zombie
        if not group_is_alive(leader.pid):
            return True
        time.sleep(_POLL_S)
    return False
