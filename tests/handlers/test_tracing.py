import time

import pytest

from bench.stand_ins.daemon import PARENT, ROOT, SAMPLED, Daemon, flatten, shape
from handlers import tracing
from handlers.inference.failure import FailureError


def test_steps_nest_as_they_run_and_each_run_in_a_loop_is_one(xray: Daemon) -> None:
    @tracing.step("score")
    def score(number: int) -> int:
        """Scores."""
        return number * 2

    with tracing.invocation("handle"):
        with tracing.step("prepare"), tracing.step("read"):
            pass
        assert [score(number) for number in range(3)] == [0, 2, 4]
    assert score.__doc__ == "Scores."
    (document,) = xray.received()  # one datagram an invocation
    assert shape(document) == ("## handle", [("## prepare", ["## read"]), "## score", "## score", "## score"])
    assert (document["trace_id"], document["parent_id"], document["type"]) == (ROOT, PARENT, "subsegment")
    assert all(child["parent_id"] == document["id"] for child in document["subsegments"])
    assert all(
        part["end_time"] >= part["start_time"] and not part["in_progress"] for part in flatten(document)
    )


def test_a_tree_too_large_for_one_datagram_arrives_in_parts_and_whole(daemon: Daemon) -> None:
    with tracing.invocation("handle"), tracing.step("loop"):
        for _ in range(60):
            with tracing.step("item"):
                tracing.annotate("text", "x" * 1000)
    documents = daemon.received()
    assert len(documents) > 1
    parts = {part["id"]: part for document in documents for part in flatten(document)}
    names = [part["name"] for part in parts.values()]
    assert (names.count("## item"), names.count("## loop"), names.count("## handle")) == (60, 1, 1)
    assert {part["parent_id"] for part in parts.values()} - parts.keys() == {PARENT}


def test_annotations_are_on_the_innermost_step(daemon: Daemon) -> None:
    with tracing.invocation("handle"):
        tracing.annotate("outcome", "ok")
        with tracing.step("predict"):
            tracing.annotate("probability", 0.5)
            tracing.annotate("cached", value=False)
    (document,) = daemon.received()
    assert document["annotations"] == {"cold_start": True, "outcome": "ok"}
    assert document["subsegments"][0]["annotations"] == {"probability": 0.5, "cached": False}


def test_only_the_first_invocation_of_an_environment_is_a_cold_start(daemon: Daemon) -> None:
    for _ in range(3):
        with tracing.invocation("handle"):
            pass
    assert [d["annotations"]["cold_start"] for d in daemon.received()] == [True, False, False]


def test_with_provisioned_concurrency_nobody_waits_for_a_cold_start(
    daemon: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    lambda_.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency")
    with tracing.invocation("handle"):
        pass
    assert daemon.received()[0]["annotations"] == {"cold_start": False}


def test_an_exception_is_recorded_as_a_fault_with_its_frames_and_goes_on(xray: Daemon) -> None:
    with (
        pytest.raises(ValueError, match="invalid literal"),
        tracing.invocation("handle"),
        tracing.step("predict"),
    ):
        int("x")
    (document,) = xray.received()
    (step,) = document["subsegments"]
    assert document["fault"] is True
    assert step["fault"] is True
    (cause,) = step["cause"]["exceptions"]
    assert cause["type"] == "ValueError"
    assert cause["stack"][-1]["path"] == "test_tracing.py"
    assert document["cause"] == cause["id"]


def test_the_callers_error_is_an_error_and_no_fault(xray: Daemon) -> None:
    with tracing.invocation("handle"), pytest.raises(FailureError), tracing.step("parse"):
        raise FailureError("invalid_request", "No.")
    (document,) = xray.received()
    (step,) = document["subsegments"]
    assert step["error"] is True
    assert step.keys().isdisjoint(("fault", "cause"))
    assert document.keys().isdisjoint(("fault", "error"))


def test_an_aws_call_is_recorded_as_the_sdk_records_one_and_is_the_parent_of_what_it_reaches(
    xray: Daemon,
) -> None:
    with (
        tracing.invocation("handle"),
        tracing.aws_call("dynamodb", "GetItem", "eu-west-1", table_name="t") as call,
    ):
        header = tracing.current_header()
        call.answered(429, "request-1")
    (subsegment,) = xray.received()[0]["subsegments"]
    assert header == f"Root={ROOT};Parent={subsegment['id']};Sampled=1"
    assert (subsegment["name"], subsegment["namespace"]) == ("dynamodb", "aws")
    assert subsegment["aws"] == {
        "operation": "GetItem",
        "region": "eu-west-1",
        "table_name": "t",
        "request_id": "request-1",
    }
    assert (subsegment["http"], subsegment["throttle"]) == ({"response": {"status": 429}}, True)


def test_an_aws_call_without_an_answer_keeps_what_was_called(daemon: Daemon) -> None:
    with tracing.invocation("handle"), pytest.raises(OSError, match="gone"):  # noqa: SIM117  # order matters
        with tracing.aws_call("dynamodb", "GetItem", "eu-west-1"):
            raise OSError("gone")
    (subsegment,) = daemon.received()[0]["subsegments"]
    assert (subsegment["fault"], subsegment["aws"]["operation"]) == (True, "GetItem")


def test_a_call_to_another_service_names_host_method_and_url(xray: Daemon) -> None:
    url = "https://api.example/live/v1/predictions"
    with tracing.invocation("canary"), tracing.http_call("api.example", "POST", url) as call:
        call.answered(500)
    (subsegment,) = xray.received()[0]["subsegments"]
    assert (subsegment["name"], subsegment["namespace"], subsegment["fault"]) == (
        "api.example",
        "remote",
        True,
    )
    assert subsegment["http"] == {"request": {"method": "POST", "url": url}, "response": {"status": 500}}


def test_whatever_else_the_header_carries_travels_on(daemon: Daemon, lambda_: pytest.MonkeyPatch) -> None:
    lambda_.setenv("_X_AMZN_TRACE_ID", f"{SAMPLED};Lineage=1:abc:0")
    with tracing.invocation("handle"):
        header = tracing.current_header()
    assert header == f"Root={ROOT};Parent={daemon.received()[0]['id']};Sampled=1;Lineage=1:abc:0"


@pytest.mark.parametrize(
    ("kind", "idle_s", "cold"),
    [
        ("on-demand", 0.5, True),
        ("on-demand", 9.5, True),
        ("on-demand", 10.5, False),  # started ahead of any request
        ("snap-start", 3600, True),  # the snapshot is old; the restore was waited for
        ("provisioned-concurrency", 0.5, False),
    ],
)
def test_a_start_is_cold_if_a_customer_waited_for_it(
    kind: str, idle_s: float, *, cold: bool, daemon: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    lambda_.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    tracing.prepare()
    lambda_.setattr(time, "monotonic", lambda now=time.monotonic: now() + idle_s)
    with tracing.invocation("handle"):
        pass
    assert daemon.received()[0]["annotations"] == {"cold_start": cold}
