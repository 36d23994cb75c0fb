"""The faults that a local run can be asked for: what breaks, and what should be seen of it.

Each is one entry of `FAULTS`: how the stack is deployed for it, how it begins, what the API should then
answer, and what the canary should then publish. A fault stays until the run ends. Where a fault is made
(in the emulator, in the model server, in the stack's configuration) is decided here and nowhere else. The
command line shows this table, so it imports nothing that takes time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from local.run.client import Sample
    from local.run.observe import Probe


class FaultyEmulator(Protocol):
    """An emulator whose own faults can be switched on; `local.emulator.Emulator` is one."""

    def client(self, service: str, account: str) -> Any:
        """A boto3 client of one account."""

    def fault(self, name: str, **params: Any) -> None:
        """Switch a fault on until the emulator ends."""


class Stoppable(Protocol):
    """The model server."""

    def stop(self) -> None:
        """End its processes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lab:
    """What a fault may touch."""

    emulator: FaultyEmulator
    model: Stoppable | None
    monitor_account: str
    canary_schedule: str
    time_budget_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault. `codes` are the `Sample.code`s that answers should have ("" is a right answer), `reasons`
    those that probes should fail with (empty: probes succeed); `silent` expects no probe at all.

    `needs` is what the service must use of the pipeline, `reference` or `model`. `begin` switches it on.
    `quota` deploys the customers' plan with a quota that the traffic before the fault just uses up.
    """

    name: str
    breaks: str
    expected: str
    codes: frozenset[str]
    reasons: frozenset[str] = frozenset()
    silent: bool = False
    needs: str = ""
    quota: bool = False
    begin: Callable[[Lab], None] = lambda _: None

    def answers_show(self, samples: "Sequence[Sample]") -> bool:
        """Whether the API answered as expected, every single time."""
        return bool(samples) and all(sample.code in self.codes for sample in samples)

    def canary_shows(self, probes: "Sequence[Probe]") -> bool:
        """Whether the probes since the fault began are as expected; the latest one decides.

        The first may still meet what was cached before.
        """
        if self.silent or not probes:
            return self.silent and not probes
        last = probes[-1]
        return last.reason in self.reasons if self.reasons else last.succeeded


def plan_overrides(plans: Sequence[Mapping[str, Any]], requests: int) -> dict[str, Any]:
    """Config that gives every usage plan one key with a quota of `requests` a day."""
    quota = {"limit": requests, "period": "DAY"}
    return {"usage_plans": [{**plan, "quota": quota, "keys": plan["keys"][:1]} for plan in plans]}


def _model_slow(lab: Lab) -> None:
    lab.emulator.fault("model-slow", delay_ms=lab.time_budget_ms + 500)


def _model_down(lab: Lab) -> None:
    if lab.model is not None:
        lab.model.stop()


def _canary_stopped(lab: Lab) -> None:
    scheduler = lab.emulator.client("scheduler", lab.monitor_account)
    schedule = scheduler.get_schedule(Name=lab.canary_schedule)
    kept = ("Name", "ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(**{name: schedule[name] for name in kept if name in schedule}, State="DISABLED")


FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault(
            name="model-slow",
            breaks="the endpoint answers after the function's time budget",
            needs="model",
            expected="The model takes longer than the function's time budget: every request is answered "
            "504 time_budget_exceeded, and the canary fails with reason status.",
            codes=frozenset({"time_budget_exceeded"}),
            reasons=frozenset({"status"}),
            begin=_model_slow,
        ),
        Fault(
            name="model-down",
            breaks="the model server is stopped",
            needs="model",
            expected="The model server is stopped: every request is answered 502 model_failure, and the "
            "canary fails with reason status.",
            codes=frozenset({"model_failure"}),
            reasons=frozenset({"status"}),
            begin=_model_down,
        ),
        Fault(
            name="model-wrong",
            breaks="the endpoint answers with another request's prediction",
            needs="model",
            expected="The model gives another request's prediction: the API answers 200, no metric of its"
            " own notices, "
            "and the canary fails with reason value.",
            codes=frozenset({"wrong_value"}),
            reasons=frozenset({"value"}),
            begin=lambda lab: lab.emulator.fault("model-wrong"),
        ),
        Fault(
            name="table-throttled",
            breaks="DynamoDB refuses every read",
            needs="reference",
            expected="DynamoDB refuses every read: requests whose items no function instance has cached"
            " are answered "
            "503 throttled, and the canary fails with reason status once its own item has left the cache.",
            codes=frozenset({"throttled"}),
            reasons=frozenset({"status"}),
            begin=lambda lab: lab.emulator.fault("table-throttled"),
        ),
        Fault(
            name="quota-exhausted",
            breaks="the customers' plan has no quota left",
            expected="The customers' plan has used up its quota: every further request is answered "
            "429 too_many_requests, while the canary, on its own plan, succeeds.",
            codes=frozenset({"too_many_requests"}),
            quota=True,
        ),
        Fault(
            name="canary-stopped",
            breaks="the canary's schedule is disabled",
            expected="The canary's schedule is disabled: customers notice nothing, and no probe arrives "
            "for longer than its interval.",
            codes=frozenset({""}),
            silent=True,
            begin=_canary_stopped,
        ),
    )
}
