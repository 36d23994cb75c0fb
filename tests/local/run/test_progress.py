"""A step that takes long says where it is, also where its line does not live."""

import io
import time

import pytest
from rich.console import Console

from local.run import progress
from local.run.progress import Steps


def test_a_long_step_in_a_pipe_says_how_far_it_is_and_stops_when_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert progress.BEAT_S < 10
    monkeypatch.setattr(progress, "BEAT_S", 0.01)
    out = io.StringIO()
    with Steps(Console(file=out)) as steps:
        with steps.step("all well", "Traffic", total=2000) as advance:
            advance(1200, "all right")
            deadline = time.monotonic() + 10
            while "…" not in out.getvalue() and time.monotonic() < deadline:
                time.sleep(0.005)
        ended = out.getvalue()
        time.sleep(0.05)
        assert out.getvalue() == ended
    first, *_, last = ended.splitlines()
    assert first.startswith("Traffic … 1,200 of 2,000, all right (")
    assert last.startswith("Traffic: all right, ")


def test_a_step_that_fails_speaks_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BEAT_S", 0.01)
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Steps(Console(file=out)) as steps, steps.step("x", "Wait"):
        raise KeyboardInterrupt
    time.sleep(0.05)
    said = out.getvalue()
    time.sleep(0.05)
    assert out.getvalue() == said
