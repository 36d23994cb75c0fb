"""At most one retry, and only if it fits what is left of the time budget.

Knows nothing of AWS: the caller's judge says of each error whether another attempt could help, and what
to answer if there is none.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from handlers.inference.aws.client import Deadline, ServiceError
from handlers.inference.failure import FailureError, out_of_time
from handlers.transport import Clock, TransportError

T = TypeVar("T")
MAX_REQUESTS = 2
RETRY_NEEDS_S = 0.1  # a pause and a useful attempt
PAUSE_S = (0.02, 0.05)  # random, so that functions throttled together do not come back together

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """The time one request may take, in seconds, from `started` on `clock`."""

    clock: Clock
    started: float
    total_s: float

    def remaining_s(self) -> float:
        """What is left; negative when it is overdrawn."""
        return self.started + self.total_s - self.clock()

    def deadline(self, share: float = 1.0) -> Deadline:
        """For one attempt: `share` of the total, if that much is left. Half of it may go into connecting.

        With all of it there is no time for another attempt, so a silent kept connection is not waited for.
        """
        now = self.clock()
        available = min(self.total_s * share, self.remaining_s())
        half = now + available / 2
        return Deadline(connect_by=half, answer_by=now + available, again_at=half if share == 1 else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What an error means: whether to try again, and the answer if not."""

    retry: bool
    failure: FailureError


def attempt(
    call: Callable[[], T],
    judge: Callable[[ServiceError | TransportError], Verdict],
    budget: Budget,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """The result of `call`, tried once more if the judge and the budget allow it. Raises `FailureError`.

    With the budget used up the answer is time_budget_exceeded, whatever the last error was.
    """
    requests = 0
    while True:
        try:
            return call()
        except (ServiceError, TransportError) as error:
            requests += max(error.requests, 1)
            verdict = judge(error)
            left_s = budget.remaining_s()
            again = requests < MAX_REQUESTS and verdict.retry and left_s >= RETRY_NEEDS_S
            fields = {"error": type(error).__name__, "detail": str(error), "retry": again}
            log.warning("a downstream call failed", extra={"fields": fields})
            if not again:
                raise (verdict.failure if left_s > 0 else out_of_time()) from error
        sleep(_pause_s())


def _pause_s() -> float:
    # From the system: a generator of ours would go on alike in all environments restored from one snapshot.
    low, high = PAUSE_S
    return low + (high - low) * int.from_bytes(os.urandom(4)) / 2**32
