"""A collector that is away changes no answer and adds less than 1 ms at p90; and how that is measured."""

import json

import pytest

from bench import tracing
from bench.stand_ins.wine import VALID
from bench.tracing import GONE, LIMIT_MS, OFF, ON, STUCK, Function, added_ms

ATTEMPTS = 3  # a busy machine adds to a measurement and takes nothing from it, so the best one counts


@pytest.fixture(scope="module")
def measured() -> list[dict[str, Function]]:
    """Measurements until one is good enough, `ATTEMPTS` at most."""
    found: list[dict[str, Function]] = []
    while len(found) < ATTEMPTS and (not found or worst(found[-1]) >= LIMIT_MS):
        found.append(tracing.measure(rounds=15, invocations=20))
    return found


def worst(functions: dict[str, Function]) -> float:
    return max(added_ms(functions[name], functions[base]) for name in (GONE, STUCK) for base in (OFF, ON))


def test_a_collector_that_is_gone_or_stuck_changes_no_answer(measured: list[dict[str, Function]]) -> None:
    for functions in measured:
        assert {name: len(function.answers) for name, function in functions.items()} == dict.fromkeys(
            (OFF, ON, GONE, STUCK), 1
        )
        (answer,) = functions[OFF].answers
        assert answer["statusCode"] == 200
        assert json.loads(answer["body"])["id"] == VALID["id"]
        assert all(function.answers == [answer] for function in functions.values())


def test_a_collector_that_is_gone_or_stuck_adds_less_than_a_millisecond_at_p90(
    measured: list[dict[str, Function]],
) -> None:
    assert min(worst(functions) for functions in measured) < LIMIT_MS


def test_only_a_sampled_request_records_anything(measured: list[dict[str, Function]]) -> None:
    added = [added_ms(functions[ON], functions[OFF]) for functions in measured]
    assert max(added) > 0  # else tracing was off where it should be on; one measurement may be disturbed


def test_a_difference_is_the_median_of_the_rounds() -> None:
    base = Function({}, rounds_ms=[[1.0] * 10, [2.0] * 10, [1.0] * 10])
    other = Function({}, rounds_ms=[[1.5] * 10, [2.5] * 10, [90.0] * 10])  # one round was disturbed
    assert added_ms(other, base) == 0.5
    assert other.overall_ms(50) == 2.5


def test_a_cold_start_is_measured_off_and_on() -> None:
    found = tracing.cold(starts=1)
    assert list(found) == [OFF, ON]
    assert found[ON][1] > found[OFF][1]  # the first sampled invocation loads the SDK


def test_a_function_that_does_not_start_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="the function ended with exit code 1"), Function({}):
        pass
