"""Tuning: the threshold that keeps a wanted rate, for frequent, rare and bursty metrics."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from rehearsal.cli import main
from rehearsal.cloudwatch.actions import entries
from rehearsal.cloudwatch.evaluate import metric_states
from rehearsal.errors import RehearsalError
from rehearsal.history.tune import between, most_often, propose, trade
from tests.rehearsal.builders import alarm, one_metric
from tests.rehearsal.test_replay import described, saved

WEEK = 7 * 1440


def rare(tmp_path: Path) -> Path:
    """Fourteen days of 0, but 10, 20, ... 130 in one minute of each of the first thirteen."""
    values = {str(m): 0.0 for m in range(2 * WEEK)}
    values |= {str(1440 * day + 187): 10.0 * (day + 1) for day in range(13)}
    ones = dict.fromkeys(values, 1.0)
    return saved(
        tmp_path, {"SampleCount": ones, "Sum": values, "Minimum": values, "Maximum": values}, 2 * WEEK
    )


def run(tmp_path: Path, metrics: Path, rate: float) -> tuple[int, str]:
    out = StringIO()
    arguments = ["tune", "spikes", "--alarms", str(described(tmp_path)), "--metrics", str(metrics)]
    code = main([*arguments, "--pages-per-week", str(rate)], Console(file=out, width=140))
    return code, out.getvalue()


@pytest.mark.parametrize(
    ("rate", "low", "high", "times"), [(0.5, 120, 130, 1), (2, 90, 100, 4), (6.5, 0, 10, 13)]
)
def test_a_rare_metric_is_tuned_between_its_values(
    tmp_path: Path, rate: float, low: float, high: float, times: int
) -> None:
    code, out = run(tmp_path, rare(tmp_path), rate)
    (row,) = ([c.strip() for c in line.split("│")[1:-1]] for line in out.splitlines() if "proposed" in line)
    assert code == 0
    assert low <= float(row[0]) < high
    assert row[1:3] == [str(times), f"{times / 2:.2f}"]


def test_a_day_that_is_not_over_counts_as_a_day(tmp_path: Path) -> None:
    document = json.loads(rare(tmp_path).read_text())
    path = tmp_path / "today.json"
    path.write_text(json.dumps({**document, "minutes": 2 * WEEK - 700}))
    assert "│   0.50 │" in run(tmp_path, path, 0.5)[1]


def test_where_no_threshold_keeps_the_rate_it_says_so(tmp_path: Path) -> None:
    code, out = run(tmp_path, rare(tmp_path), 0.4)
    assert code == 1
    assert "No threshold keeps 0.4 pages a week" in out
    assert "proposed" not in out


def test_no_pages_wanted_is_a_threshold_above_all(tmp_path: Path) -> None:
    code, out = run(tmp_path, rare(tmp_path), 0)
    (row,) = ([c.strip() for c in line.split("│")[1:-1]] for line in out.splitlines() if "proposed" in line)
    assert code == 0
    assert float(row[0]) > 130


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(RehearsalError, match="is no rate"):
        most_often(rate, one_metric([1.0]))


def test_a_threshold_that_is_never_left_is_no_proposal() -> None:
    world = one_metric([5.0 + (minute % 7 == 0) for minute in range(1440)])
    chosen = propose(trade(alarm(threshold=1.0), world, None, 300), 300)
    assert chosen is not None
    assert 5 < chosen.threshold < 6


def test_an_alarm_without_data_cannot_be_tuned() -> None:
    with pytest.raises(RehearsalError, match="have no data in this time"):
        trade(alarm(), one_metric([None, None]), None, 1)


@pytest.mark.parametrize("values", [[0.0], [1.0, 2.0], [0.1, 0.1000001, 5e9], [-3.0, -1.0], [1e-12, 2e-12]])
def test_thresholds_lie_strictly_between_the_values_and_are_short(values: list[float]) -> None:
    found = between(np.array(values))
    assert len(found) == len(values) + 1
    assert all(low < value < high for value, low, high in zip(values, found, found[1:], strict=False))
    assert between(np.array([10.0, 20.0])).tolist()[1] == 15.0


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0, 50.0]), min_size=30, max_size=120),
    bursts=st.lists(st.tuples(st.integers(0, 110), st.floats(5, 500)), max_size=10),
    comparison=st.sampled_from(
        ["GreaterThanThreshold", "LessThanThreshold", "GreaterThanOrEqualToThreshold"]
    ),
    most=st.integers(0, 5),
)
def test_no_more_sensitive_threshold_would_have_kept_the_rate(
    values: list[float], bursts: list[tuple[int, float]], comparison: str, most: int
) -> None:
    for at, height in bursts:
        values[at % len(values)] = height
    world, spec = one_metric(values), replace(alarm(threshold=1.0), comparison=comparison)  # type: ignore[arg-type]
    chosen = propose(trade(spec, world, None, most), most, may_never=True)
    candidates = between(np.unique(values))[:: -1 if comparison.startswith("Less") else 1]
    keeps = []
    for threshold in map(float, candidates):
        states = metric_states(replace(spec, threshold=threshold), world)
        keeps.append(len(entries(states)) <= most and (states == 1).mean() <= 0.5)
    first = max((place + 1 for place, kept in enumerate(keeps) if not kept), default=0)
    assert (chosen is None) == (first == len(candidates))
    if chosen is not None:
        assert chosen.threshold == candidates[first]
