"""The local run's own check that its traces are whole."""

from typing import Any

import pytest

from local.report.checks import summarise, traces_complete, traces_of
from local.summary import Traces
from tests.local.made import START, findings, sample
from tests.local.made_traces import api_traces, without

ALL = api_traces(1000, START + 20)
NAME = "Every trace is complete, from the API into the model"


def test_a_run_whose_every_request_left_a_whole_trace_passes() -> None:
    summary = summarise(findings(segments=ALL))
    assert summary.traces == Traces(total=1000, complete=1000, orphaned=0, reached_model=1000)
    (check,) = (check for check in summary.checks if check.name == NAME)
    assert (check.held, check.detail) == (True, "1,000 of 1,000 traces complete, 1,000 into the model")


def test_a_lost_gateway_segment_leaves_a_trace_without_its_root() -> None:
    summary = summarise(findings(segments=without(ALL, "inference-dev/live", 3)))
    (check,) = (check for check in summary.checks if check.name == NAME)
    assert (check.held, summary.held) == (False, False)
    assert check.detail.endswith("; 3 of 1,000 answered requests left none")


def test_a_part_whose_parent_is_missing_is_counted_as_orphaned() -> None:
    stray = {**ALL[1], "id": "f" * 16, "parent_id": "e" * 16}
    found = traces_of(findings(segments=(*ALL, stray)))
    assert (found.total, found.complete, found.orphaned) == (1000, 999, 1)
    check = traces_complete(found, findings(samples=(sample(),)))
    assert not check.held
    assert check.detail.endswith(", 1 with orphaned parts")


def test_a_right_answer_whose_trace_does_not_reach_the_model_does_not_pass() -> None:
    found = traces_of(findings(segments=without(ALL, "model", 1)))
    assert found == Traces(total=1000, complete=1000, orphaned=0, reached_model=999)
    assert not traces_complete(found, findings()).held


def test_a_refused_request_need_not_reach_the_model_and_an_unanswered_one_need_leave_no_trace() -> None:
    found = Traces(total=2, complete=2, orphaned=0, reached_model=1)
    refused, lost = sample(status=429, code="too_many_requests"), sample(status=0, code="connection")
    assert traces_complete(found, findings(samples=(sample(), refused, lost))).held
    assert not traces_complete(found, findings(samples=(sample(), sample()))).held


@pytest.mark.parametrize("changes", [{"operation": "lookUp"}, {"status": 404}])
def test_a_success_that_asks_no_model_and_a_failure_that_was_expected_need_not_reach_the_model(
    changes: dict[str, Any],
) -> None:
    found = Traces(total=2, complete=2, orphaned=0, reached_model=1)
    assert traces_complete(found, findings(samples=(sample(), sample(**changes)))).held


def test_a_run_without_a_trace_does_not_pass() -> None:
    assert not traces_complete(
        Traces(total=0, complete=0, orphaned=0, reached_model=0), findings(samples=())
    ).held


def test_traces_that_begin_elsewhere_are_not_the_apis() -> None:
    canarys = api_traces(5, START, entry="inference-dev-canary")
    assert traces_of(findings(segments=canarys)).total == 0
