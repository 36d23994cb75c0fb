"""Raw datapoints -> present states, as the local run asks for them."""

from datetime import UTC, datetime, timedelta

import pytest

from rehearsal import states
from rehearsal.errors import RehearsalError
from tests.rehearsal.builders import alarm, composite, stat

NOW = datetime(2026, 3, 3, 12, 0, 30, tzinfo=UTC)


def sample(seconds_ago: float, value: float = 1.0, **fields: object) -> dict[str, object]:
    at = NOW - timedelta(seconds=seconds_ago)
    return {"namespace": "N", "metric": "m", "dimensions": {}, "timestamp": at, "value": value, **fields}


def test_minutes_are_counted_back_from_now() -> None:
    spec = alarm(queries=(stat(statistic="Sum", return_data=True),), threshold=2.5)
    assert states([spec], [sample(59), sample(30), sample(1)], NOW) == {"a": "ALARM"}
    assert states([spec], [sample(61), sample(30), sample(1)], NOW) == {"a": "OK"}


def test_seconds_since_1970_will_do_for_a_timestamp() -> None:
    assert states([alarm()], [sample(1, timestamp=NOW.timestamp() - 1)], NOW) == {"a": "ALARM"}


def test_composites_follow_their_children() -> None:
    assert states([alarm(), composite("c", "ALARM(a)")], [sample(1)], NOW) == {"a": "ALARM", "c": "ALARM"}


def test_without_data_the_treatment_of_missing_data_decides() -> None:
    specs = [alarm("quiet"), alarm("loud", missing_data="breaching")]
    assert states(specs, [], NOW) == {"quiet": "INSUFFICIENT_DATA", "loud": "ALARM"}


def test_another_account_s_datapoints_are_seen_only_by_name() -> None:
    specs = [alarm("near"), alarm("far", queries=(stat(account_id="222222222222", return_data=True),))]
    found = states(specs, [sample(1, account="222222222222")], NOW, home="111111111111")
    assert found == {"near": "INSUFFICIENT_DATA", "far": "ALARM"}


def test_dimensions_must_match_exactly() -> None:
    spec = alarm(queries=(stat(dimensions={"A": "1"}, return_data=True),))
    assert states([spec], [sample(1, dimensions={"A": "1"})], NOW) == {"a": "ALARM"}
    assert states([spec], [sample(1, dimensions={"A": "1", "B": "2"})], NOW) == {"a": "INSUFFICIENT_DATA"}


def test_two_units_of_one_metric_are_refused() -> None:
    with pytest.raises(RehearsalError, match="two units, Count and Percent"):
        states([alarm()], [sample(1, unit="Count"), sample(1, unit="Percent")], NOW)


def test_the_same_metric_in_two_accounts_needs_a_home() -> None:
    both = [sample(1, account="111111111111"), sample(1, account="222222222222")]
    with pytest.raises(RehearsalError, match="several accounts"):
        states([alarm()], both, NOW)
    assert states([alarm()], both, NOW, home="222222222222") == {"a": "ALARM"}


def test_alarms_that_wait_for_their_warm_up_do_not_fire_for_what_is_not_there_yet() -> None:
    spec = alarm(missing_data="breaching", warm_up_min=15, of=2)
    assert states([spec], [sample(61, 0.0), sample(1, namespace="other")], NOW) == {"a": "INSUFFICIENT_DATA"}
