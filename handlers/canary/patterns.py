"""Regular expressions that end in time, whatever they are and whatever stands in an answer.

`re` cannot be interrupted and lets no other thread run: `(a|aa)+$` of fifty a's and another letter would hold
the function, and with it every other probe, until Lambda ends it. `regex` looks at the clock, and lets the
others run.

The generated checks use this module in place of `re`; see `settings.probes.exported`.
"""

import re
import threading
import time
import warnings
from functools import cache
from typing import Any

PATIENCE_S = 0.2  # of CPU time, for all patterns of one answer; one that is well made takes microseconds
_LEAST_S = 0.001
_thread = threading.local()


class SlowPatternError(Exception):
    """A pattern takes too long; the message repeats it, and nothing of what it was to match."""


class Pattern:
    """A compiled pattern. Each method is that of `re`, and raises `SlowPatternError`."""

    def __init__(self, pattern: str) -> None:
        import regex  # noqa: PLC0415  # few probes have a pattern, and what reads their results has no `regex`

        self._pattern, self._compiled = pattern, regex.compile(pattern)
        self.groups: int = self._compiled.groups

    def search(self, text: str) -> Any:  # noqa: D102  # as `re` has it, like the next two
        return self._within(self._compiled.search, text)

    def match(self, text: str) -> Any:  # noqa: D102
        return self._within(self._compiled.match, text)

    def fullmatch(self, text: str) -> Any:  # noqa: D102
        return self._within(self._compiled.fullmatch, text)

    def _within(self, method: Any, text: str) -> Any:
        left = getattr(_thread, "until", time.thread_time() + PATIENCE_S) - time.thread_time()
        try:
            return method(text, timeout=max(left, _LEAST_S), concurrent=True)
        except TimeoutError:
            raise SlowPatternError(f"the pattern {self._pattern} takes too long to match") from None


compile = cache(Pattern)  # noqa: A001  # as `re` has it


def begin() -> None:
    """From here on the patterns of this thread have `PATIENCE_S` together."""
    _thread.until = time.thread_time() + PATIENCE_S


def problem(pattern: str) -> str:
    """Why it is no regular expression, empty for one; of `re`, too, whose dialect is the known one."""
    import regex  # noqa: PLC0415  # as above

    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)  # `[[:alpha:]]` is not the same in both
        try:
            re.compile(pattern)
            regex.compile(pattern)
        except (re.error, regex.error, FutureWarning, OverflowError, RecursionError) as error:
            return str(error)
    return ""
