"""Alarms changed in one thing at a time: all of it shows, but for what nobody could notice.

The catalogue's alarms of a shop of the tests' own; `python -m bench.diff` does the same with all of prod's.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from bench.alarm_mutants import mutants
from bench.diff import Mutation, Outcome
from monitoring import monitor_alarms, service_alarms
from rehearsal.sources.stack import Account, AlarmSet
from tests.monitoring.builders import MONITOR, SERVICE, watched
from tests.rehearsal.builders import alarm, composite, math_alarm, stat

FILLED = "its value is never missing: its expression fills every gap"


@cache
def shop() -> AlarmSet:
    service = watched()
    return AlarmSet(
        name="shop",
        accounts=(
            Account(id=SERVICE, alarms=service_alarms(service)),
            Account(id=MONITOR, alarms=monitor_alarms(service)),
        ),
        service_account=SERVICE,
        monitor_account=MONITOR,
        cores=4,
    )


@cache
def mutation() -> Mutation:
    return Mutation(shop())


def outcomes(key: str, every: int) -> list[Outcome]:
    (found,) = (a for a in shop().alarms if a.key == key)
    return list(mutation().of([found], every))


def survivors(found: Sequence[Outcome]) -> set[tuple[str, str, str | None]]:
    return {(o.field, o.what, o.reason) for o in found if o.reason is not None}


@pytest.mark.parametrize(
    ("key", "every", "count", "unnoticed"),
    [
        ("api-5xx-critical", 3, 9, set()),
        ("api-latency-p90-warn", 6, 4, set()),
        ("table-latency-critical", 7, 3, set()),
        ("api-silent", 6, 5, {("missing data", "notBreaching", FILLED)}),
        ("page-function-errors", 5, 4, set()),
        ("page-silence", 7, 4, set()),
    ],
)
def test_every_change_shows_but_for_what_nobody_could_notice(
    key: str, every: int, count: int, unnoticed: set[tuple[str, str, str]]
) -> None:
    found = outcomes(key, every)
    assert survivors(found) == unnoticed
    assert len(found) == count


def fields(made: Iterator[object] | Sequence[object]) -> set[str]:
    return {str(getattr(mutant, "field", "")) for mutant in made}


def test_a_metric_alarm_is_changed_in_each_of_its_fields() -> None:
    query = stat("x", dimensions={"Queue": "orders"}, statistic="Sum", account_id="1")
    found = mutants(math_alarm("IF(m1 > 3, m1, 0)", [query], of=3, threshold=5.0, level="warn"), [])
    assert fields(found) == {
        *("threshold", "evaluation periods", "datapoints to alarm", "missing data", "comparison", "period"),
        *("statistic", "metric", "dimension", "account", "expression", "actions"),
    }
    assert all(mutant.alarm != alarm() for mutant in found)


def test_a_composite_is_changed_in_each_of_its_fields_and_waits_only_with_a_suppressor() -> None:
    rule = "ALARM(a) OR ALARM(b)"
    muted = mutants(composite("c", rule, level="warn", suppressor="a"), ["b"])
    assert fields(muted) == {"rule", "suppressor", "wait period", "extension period", "actions"}
    assert fields(mutants(composite("c", rule, level="warn"), ["b"])) == {"rule", "suppressor", "actions"}


def test_what_cloudwatch_would_refuse_is_no_mutant() -> None:
    assert not [m for m in mutants(alarm(of=1), []) if (m.field, m.what) == ("datapoints to alarm", "2")]
