"""Missing data."""

from tests.rehearsal.lint.builders import BELOW, PAGE, TICKET, alarm, expression, math, stat
from tests.rehearsal.lint.faults import of
from tests.rehearsal.lint.presets import (
    FUNCTION,
    MISSING,
    TARGETS,
    balancer_errors,
    cpu,
    db_cpu,
    db_free,
    errors,
    healthy,
    invoked,
    rate,
    response,
    target_errors,
)

WARN = "warning"
custom = alarm(
    "Shop Heartbeat",
    {"Service": "orders"},
    Threshold=1.0,
    ComparisonOperator=BELOW,
    TreatMissingData="breaching",
)
job = alarm("Shop/Backup Completed", Threshold=1.0, ComparisonOperator=BELOW, TreatMissingData="breaching")
requests = alarm(
    "AWS/ApplicationELB RequestCount",
    TARGETS,
    Threshold=10.0,
    ComparisonOperator=BELOW,
    TreatMissingData="breaching",
)


def filled(text: str, treatment: str = "breaching") -> dict[str, object]:
    queries = [stat("calls", "AWS/Lambda Invocations", FUNCTION), expression("filled", text)]
    return math(queries, Threshold=1.0, ComparisonOperator=BELOW, TreatMissingData=treatment)


FAULTS = [
    of(
        "a heartbeat that is not breaching",
        invoked(),
        invoked(TreatMissingData="notBreaching"),
        "hidden-heartbeat",
    ),
    of(
        "few requests, not breaching",
        requests,
        {**requests, "TreatMissingData": "notBreaching"},
        "hidden-heartbeat",
    ),
    of("a heartbeat that ignores silence", invoked(), invoked(TreatMissingData="ignore"), "hidden-heartbeat"),
    of(
        "a heartbeat that turns grey",
        requests,
        {**requests, "TreatMissingData": "missing"},
        "hidden-heartbeat",
        WARN,
    ),
    of(
        "a heartbeat of one's own", custom, {**custom, "TreatMissingData": "notBreaching"}, "hidden-heartbeat"
    ),
    of(
        "a heartbeat filled with good news",
        filled("FILL(calls, 0)"),
        filled("FILL(calls, 1)"),
        "hidden-heartbeat",
    ),
    of(
        "a heartbeat within an expression",
        filled("FILL(calls, 0)", "notBreaching"),
        filled("calls * 1", "notBreaching"),
        "hidden-heartbeat",
    ),
    of(
        "breaching without an error",
        balancer_errors(),
        balancer_errors(TreatMissingData="breaching"),
        "loud-when-quiet",
    ),
    of(
        "breaching without an answer",
        target_errors(),
        target_errors(TreatMissingData="breaching"),
        "loud-when-quiet",
    ),
    of(
        "breaching without a request",
        response(),
        response(TreatMissingData="breaching"),
        "loud-when-quiet",
        WARN,
    ),
    of(
        "breaching without an invocation",
        errors(),
        errors(TreatMissingData="breaching"),
        "loud-when-quiet",
        WARN,
    ),
    of(
        "an event that is never over",
        balancer_errors(),
        balancer_errors(TreatMissingData="ignore"),
        "stuck",
        WARN,
    ),
    of(
        "an event that ends in grey",
        target_errors(),
        target_errors(TreatMissingData="missing"),
        "stuck",
        WARN,
    ),
    of("an event without a treatment", target_errors(), target_errors(TreatMissingData=None), "stuck", WARN),
    of("every lull told", errors(), errors(**MISSING), "noisy-gaps", WARN),
    of("a machine that nobody misses", cpu(), cpu(TreatMissingData="notBreaching"), "owners", WARN),
    of("a machine that is grey for nobody", cpu(), cpu(InsufficientDataActions=[]), "owners", WARN),
    of("a database that nobody misses", db_free(), db_free(TreatMissingData="ignore"), "owners", WARN),
    of("hosts that nobody misses", healthy(), healthy(TreatMissingData="notBreaching"), "owners", WARN),
    of(
        "one silence, two pages",
        [
            db_cpu(AlarmName="one", TreatMissingData="breaching"),
            db_cpu(AlarmName="two", Threshold=95.0, TreatMissingData="ignore", AlarmActions=[TICKET]),
        ],
        [
            db_cpu(AlarmName="one", TreatMissingData="breaching"),
            db_cpu(
                AlarmName="two", Threshold=95.0, TreatMissingData="breaching", AlarmActions=[PAGE, TICKET]
            ),
        ],
        "owners",
        WARN,
    ),
    of(
        "a FILL that undoes breaching",
        rate("IF(calls >= 50, 100 * errors / calls, 0)"),
        rate("IF(FILL(calls, 0) >= 50, 100 * errors / calls, 0)", TreatMissingData="breaching"),
        "undone-by-fill",
        WARN,
    ),
    of(
        "a FILL with what was before",
        filled("FILL(calls, 0)"),
        filled("FILL(calls, REPEAT)"),
        "undone-by-fill",
        WARN,
    ),
    of(
        "a division by nothing",
        rate(),
        rate("100 * errors / calls", TreatMissingData="breaching", DatapointsToAlarm=3, EvaluationPeriods=3),
        "division-by-nothing",
        WARN,
    ),
    of(
        "a job of one's own that is done",
        job,
        {**job, "TreatMissingData": "notBreaching"},
        "hidden-heartbeat",
        WARN,
    ),
]
