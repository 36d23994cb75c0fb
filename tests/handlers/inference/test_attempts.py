import random

import pytest

from handlers.inference.attempts import Budget, Verdict, attempt
from handlers.inference.aws.client import Deadline, ServiceError
from handlers.inference.failure import FailureError
from handlers.transport import BrokenOffError, TransportError, UnconnectedError
from tests.handlers.inference.clock import Clock

GONE = FailureError("model_failure", "gone")


class Flaky:
    """Fails the first `failures` calls, each of which takes `seconds`."""

    def __init__(self, clock: Clock, failures: int, seconds: float) -> None:
        self.clock, self.failures, self.seconds = clock, failures, seconds
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        self.clock.now += self.seconds
        if self.calls <= self.failures:
            raise UnconnectedError("refused")
        return "answer"


def again(_error: ServiceError | TransportError) -> Verdict:
    return Verdict(retry=True, failure=GONE)


def never(_error: ServiceError | TransportError) -> Verdict:
    return Verdict(retry=False, failure=GONE)


def budget(clock: Clock, total_s: float = 1.0) -> Budget:
    return Budget(clock=clock, started=clock.now, total_s=total_s)


def test_a_first_answer_is_returned_without_a_pause() -> None:
    clock = Clock()
    call = Flaky(clock, 0, 0.2)
    assert attempt(call, again, budget(clock), clock.sleep) == "answer"
    assert (call.calls, clock.slept) == (1, [])


def test_one_error_is_tried_again_after_a_short_pause() -> None:
    clock = Clock()
    call = Flaky(clock, 1, 0.2)
    assert attempt(call, again, budget(clock), clock.sleep) == "answer"
    assert call.calls == 2
    assert len(clock.slept) == 1


def test_there_is_never_a_third_attempt() -> None:
    clock = Clock()
    call = Flaky(clock, 9, 0.1)
    with pytest.raises(FailureError) as raised:
        attempt(call, again, budget(clock), clock.sleep)
    assert (raised.value, call.calls) == (GONE, 2)
    assert isinstance(raised.value.__cause__, UnconnectedError)


def test_what_the_judge_gives_up_is_not_tried_again() -> None:
    clock = Clock()
    call = Flaky(clock, 9, 0.1)
    with pytest.raises(FailureError) as raised:
        attempt(call, never, budget(clock), clock.sleep)
    assert (raised.value, call.calls) == (GONE, 1)


@pytest.mark.parametrize("requests", [2, 3])
def test_what_went_out_twice_is_not_tried_again(requests: int) -> None:
    clock, calls = Clock(), 0

    def call() -> None:
        nonlocal calls
        calls += 1
        raise ServiceError(503, "", requests) if requests == 2 else BrokenOffError(requests=requests)

    with pytest.raises(FailureError):
        attempt(call, again, budget(clock), clock.sleep)
    assert (calls, clock.slept) == (1, [])


def test_pauses_differ_though_all_environments_start_from_one_snapshot() -> None:
    pauses = set()
    for _ in range(20):
        random.seed(1)  # what a snapshot does to every environment that is restored from it
        clock = Clock()
        attempt(Flaky(clock, 1, 0.1), again, budget(clock), clock.sleep)
        pauses.update(clock.slept)
    assert len(pauses) == 20
    assert all(0.02 <= pause < 0.05 for pause in pauses)


@pytest.mark.parametrize(("left_s", "calls"), [(0.125, 2), (0.1, 2), (0.09375, 1)])
def test_a_retry_needs_a_tenth_of_a_second(left_s: float, calls: int) -> None:
    clock = Clock()
    clock.now = 0.0  # so that nothing is rounded
    call = Flaky(clock, 9, 0)
    with pytest.raises(FailureError):
        attempt(call, again, Budget(clock=clock, started=clock.now, total_s=left_s), clock.sleep)
    assert call.calls == calls


def test_with_the_budget_used_up_the_answer_is_out_of_time_whatever_the_error() -> None:
    clock = Clock()
    with pytest.raises(FailureError) as raised:
        attempt(Flaky(clock, 9, 1.0), again, budget(clock), clock.sleep)
    assert raised.value.code == "time_budget_exceeded"


def test_errors_of_ours_are_neither_judged_nor_retried() -> None:
    clock = Clock()
    failure = FailureError("model_failure", "nonsense")

    def call() -> None:
        raise failure

    with pytest.raises(FailureError) as raised:
        attempt(call, again, budget(clock), clock.sleep)
    assert (raised.value, clock.slept) == (failure, [])


def test_an_attempt_gets_its_share_or_what_is_left_and_half_of_it_to_connect() -> None:
    clock = Clock()
    spent = budget(clock, 2.0)
    assert spent.deadline() == Deadline(connect_by=101.0, answer_by=102.0, again_at=101.0)
    assert spent.deadline(0.25) == Deadline(connect_by=100.25, answer_by=100.5)
    clock.now += 1.75
    assert spent.remaining_s() == 0.25
    assert spent.deadline(0.25) == Deadline(connect_by=101.875, answer_by=102.0)
    clock.now += 1
    assert spent.remaining_s() == -0.75
    assert spent.deadline().answer_by < clock.now
