"""Which step is open, wherever an invocation's work runs: the part that no way of recording changes.

A step is kept in a context variable. A thread that was not given a context adds to the innermost step that
the invocation's own thread has open, outside of any event loop.
"""

import logging
import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

MAX_STEPS = 1000  # of an invocation: X-Ray keeps some 500 kB of a trace
Step = TypeVar("Step")

log = logging.getLogger(__name__)


class OpenSteps(Generic[Step]):
    """The open steps of one invocation after the other; `is_open` says whether a step is, of this one."""

    def __init__(self, is_open: Callable[[Step], bool]) -> None:
        self._is_open = is_open
        self._own: ContextVar[tuple[Step, ...]] = ContextVar("steps", default=())
        self._shared: Step | None = None
        self._thread = 0
        self._room = 0

    def begin(self) -> None:
        """A new invocation."""
        self._thread, self._room = threading.get_ident(), MAX_STEPS
        self._shared = None
        self._own.set(())

    def end(self) -> None:
        """The invocation is over. What there was no room for is told, with how much it was."""
        self._shared = None
        if self._room < 0:
            log.warning("%d steps were not recorded: an invocation keeps %d", -self._room, MAX_STEPS)
            self._room = 0

    def current(self) -> Step | None:
        """The innermost step that is open here."""
        mine = [step for step in self._own.get() if self._is_open(step)]
        return mine[-1] if mine else self._shared

    def room(self) -> bool:
        """Whether one step more is recorded; it is counted, and one too many is dropped when it ends."""
        self._room -= 1
        return self._room >= 0

    def push(self, step: Step) -> None:
        """Make it the innermost one."""
        self._become((*self._own.get(), step))

    def pop(self) -> Step | None:
        """Take the innermost one off; None when there is none."""
        own = self._own.get()
        if not own:
            return None
        self._become(own[:-1])
        return own[-1]

    def _become(self, own: tuple[Step, ...]) -> None:
        self._own.set(own)
        if threading.get_ident() == self._thread and not _in_event_loop():
            self._shared = own[-1] if own else None


def _in_event_loop() -> bool:
    asyncio: Any = sys.modules.get("asyncio")  # 30 ms to import, for a function that does not use it
    return asyncio is not None and asyncio._get_running_loop() is not None  # noqa: SLF001  # get_running_loop raises
