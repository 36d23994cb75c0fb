"""Where steps land: in threads, in tasks, and in invocations that share an environment or a trace."""

import asyncio
import contextvars
import json
import re
import threading
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench.stand_ins.daemon import PARENT, ROOT, SAMPLED, UNSAMPLED, Daemon, flatten, shape
from handlers import tracing

OTHER = "00000000000000bb"


def work(number: int, together: threading.Barrier | None = None) -> None:
    with tracing.step(f"work-{number}"):
        if together is not None:
            together.wait()
        tracing.annotate("number", number)


def numbers(document: Mapping[str, Any]) -> dict[str, Any]:
    return {part["name"]: part.get("annotations", {}).get("number") for part in flatten(document)}


WORKED = {"## work-0": 0, "## work-1": 1, "## work-2": 2}


def test_a_second_invocation_of_the_same_trace_is_under_its_own_parent(
    daemon: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    with tracing.invocation("handle"), tracing.step("a"):
        pass
    lambda_.setenv("_X_AMZN_TRACE_ID", SAMPLED.replace(PARENT, OTHER))
    with tracing.invocation("handle"), tracing.step("b"):
        pass
    found = daemon.received()
    assert [(d["trace_id"], d["parent_id"], shape(d)) for d in found] == [
        (ROOT, PARENT, ("## handle", ["## a"])),
        (ROOT, OTHER, ("## handle", ["## b"])),
    ]


def test_steps_of_a_pool_are_under_the_step_that_waits_for_it_each_with_its_own_annotations(
    daemon: Daemon,
) -> None:
    together = threading.Barrier(3)
    with tracing.invocation("handle"):
        with tracing.step("fan-out"), ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda number: work(number, together), range(3)))
        tracing.annotate("outcome", "ok")
    (document,) = daemon.received()
    assert document["annotations"] == {"cold_start": True, "outcome": "ok"}
    (fan_out,) = document["subsegments"]
    assert numbers(fan_out) == {"## fan-out": None, **WORKED}
    assert len(fan_out["subsegments"]) == 3


def test_a_pool_that_outlives_invocations_serves_each_under_its_own(
    daemon: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(1) as pool:
        for number, header in enumerate((SAMPLED, UNSAMPLED, SAMPLED.replace(PARENT, OTHER))):
            lambda_.setenv("_X_AMZN_TRACE_ID", header)
            with tracing.invocation("handle"):
                pool.submit(work, number).result()
    found = daemon.received()
    assert [(d["parent_id"], shape(d)) for d in found] == [
        (PARENT, ("## handle", ["## work-0"])),
        (OTHER, ("## handle", ["## work-2"])),
    ]


def test_tasks_are_under_the_step_that_started_them(daemon: Daemon) -> None:
    async def task(number: int) -> None:
        with tracing.step(f"work-{number}"):
            await asyncio.sleep(0.001 * (3 - number))
            tracing.annotate("number", number)

    async def everything() -> None:
        with tracing.step("gather"):
            await asyncio.gather(*(task(number) for number in range(3)), asyncio.to_thread(work, 3))
        with tracing.step("executor"):
            await asyncio.get_running_loop().run_in_executor(None, work, 4)

    with tracing.invocation("handle"):
        asyncio.run(everything())
    (document,) = daemon.received()
    tree = {part["name"]: part["id"] for part in flatten(document)}
    parents = {part["name"]: part["parent_id"] for part in flatten(document)}
    assert {parents[f"## work-{number}"] for number in range(4)} == {tree["## gather"]}
    assert parents["## work-4"] == tree["## handle"]  # its thread was given no context
    assert numbers(document)["## work-1"] == 1


def test_a_thread_with_a_copied_context_is_under_the_step_that_was_copied(daemon: Daemon) -> None:
    with tracing.invocation("handle"):
        with tracing.step("started"):
            context = contextvars.copy_context()
        with tracing.step("later"):
            thread = threading.Thread(target=lambda: context.run(work, 0))
            thread.start()
            thread.join()
    (document,) = daemon.received()
    # "started" has ended: the nearest that is open is the invocation
    assert shape(document) == ("## handle", ["## started", "## later", "## work-0"])


def test_a_thread_that_outlives_its_invocation_harms_neither_it_nor_the_next_one(
    daemon: Daemon, lambda_: pytest.MonkeyPatch
) -> None:
    begun, go_on, problems = threading.Event(), threading.Event(), []

    def straggler() -> None:
        try:
            with tracing.step("slow"):
                begun.set()
                go_on.wait(5)
                work(0)
        except BaseException as problem:  # noqa: BLE001  # that is what must not happen
            problems.append(problem)

    thread = threading.Thread(target=straggler)
    with tracing.invocation("handle"):
        thread.start()
        begun.wait(5)
    (first,) = daemon.received()
    assert first["subsegments"][0]["in_progress"] is True
    lambda_.setenv("_X_AMZN_TRACE_ID", SAMPLED.replace(PARENT, OTHER))
    with tracing.invocation("handle"):
        go_on.set()
        thread.join()
        work(1)
    assert problems == []
    (second,) = daemon.received()
    assert second["parent_id"] == OTHER
    assert "## work-1" in numbers(second)
    assert {part["parent_id"] for part in flatten(second)} <= {part["id"] for part in flatten(second)} | {
        OTHER
    }


def test_outside_of_an_invocation_nothing_is_recorded(daemon: Daemon) -> None:
    with tracing.invocation("handle"):
        pass
    daemon.received()
    work(0)
    tracing.annotate("number", 1)
    assert tracing.current_header() == SAMPLED
    assert daemon.received() == []


def test_what_is_more_than_a_trace_can_hold_is_dropped_and_told_with_its_number(
    daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    with tracing.invocation("handle"):
        for number in range(1200):
            work(number)
            if number == 1100:
                assert daemon.received() == []
        tracing.annotate("outcome", "ok")
    found = [part for document in daemon.received() for part in flatten(document)]
    assert 0 < len(found) <= 1000
    assert next(part for part in found if part["name"] == "## handle")["annotations"]["outcome"] == "ok"
    assert [record.message for record in caplog.records] == [
        "201 steps were not recorded: an invocation keeps 1000"
    ]


def test_a_step_too_large_for_a_datagram_is_told_with_its_size_and_the_others_arrive(
    daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    with tracing.invocation("handle"):
        with tracing.step("large"):
            for number in range(70):
                tracing.annotate(f"text_{number}", "x" * 1000)
        with tracing.step("small"):
            pass
    names = {part["name"] for document in daemon.received() for part in flatten(document)}
    assert names == {"## handle", "## small"}
    (said,) = [record.message for record in caplog.records]
    assert re.fullmatch(r"a step of 7\d{4} bytes was not recorded: a datagram takes no more", said)


class Teapot(Exception):  # noqa: N818  # a name is a name
    """An exception of an HTTP library whose status is a text."""

    status = "418 I'm a teapot"


class Slotted(Exception):  # noqa: N818  # as above
    """One that takes no attribute."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("__"):  # the language's own
            raise AttributeError("immutable")
        super().__setattr__(name, value)


class Unspeakable(Exception):  # noqa: N818  # as above
    """One that cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


HUSH = "hush-hush" * 8000  # 72 kB, more than a datagram
RAISED = [kind(HUSH) for kind in (ValueError, SystemExit, KeyboardInterrupt, Teapot, Slotted, Unspeakable)]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_whatever_is_raised_goes_on_as_it_is_and_leaves_a_fault_without_its_text(
    error: BaseException, daemon: Daemon
) -> None:
    with pytest.raises(type(error)) as raised, tracing.invocation("handle"), tracing.step("a"):
        raise error
    assert raised.value is error
    (document,) = daemon.received()
    (step,) = document["subsegments"]
    assert (document["fault"], step["fault"]) == (True, True)
    assert "hush" not in json.dumps(document)


def test_a_generator_that_is_left_early_has_not_failed(daemon: Daemon) -> None:
    def pages() -> Generator[int, None, None]:
        with tracing.step("read"):
            yield from range(3)

    with tracing.invocation("handle"):
        reading = pages()
        next(reading)
        reading.close()
    (document,) = daemon.received()
    assert "fault" not in document["subsegments"][0]


VALUES = [
    (float("nan"), None),
    (float("inf"), None),
    (-float("inf"), None),
    ("x" * 70_000, "x" * 1000),
    ("\ud800", "?"),
    (object(), None),
    (2.5, 2.5),
    (True, True),
]


@pytest.mark.parametrize(("value", "kept"), VALUES)
def test_an_annotation_is_kept_as_far_as_a_document_can_hold_it(
    value: Any, kept: Any, daemon: Daemon
) -> None:
    with tracing.invocation("handle"):
        tracing.annotate("key", value)
        tracing.annotate("outcome", "ok")
    (document,) = daemon.received()
    assert document["annotations"].get("key") == kept
    assert document["annotations"]["outcome"] == "ok"
