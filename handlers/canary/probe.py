"""A probe: its steps, each one request over a connection of its own. It never retries.

All steps share one deadline. Clean-up is done whatever came of the others, with what is left of the time and
at least a little of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from handlers import tracing
from handlers.canary import templates
from handlers.canary.outcome import NOTHING, Outcome, decide, no_answer, not_sent, take
from handlers.canary.patterns import SlowPatternError
from handlers.canary.probes import Probe, Step
from handlers.canary.request import Prepared, Sender, UnsignedError, prepare
from handlers.canary.templates import UnfillableError
from handlers.canary.tokens import NoTokenError
from handlers.transport import Clock, Connection, Response, TransportError

CLEANUP_S = 2.0  # that clean-up has at least


def send(sender: Sender, probe: Probe, clock: Clock) -> Outcome:
    """Send the known requests and judge what comes back, or that nothing does.

    What is told is the probe's own call, or the first step that failed.
    """
    deadline = clock() + sender.settings.timeout_ms / 1000
    taken: dict[str, Any] = {}
    outcome = _through(sender, [*probe.before, probe], taken, deadline, clock)
    deadline = max(deadline, clock() + CLEANUP_S)
    for step in probe.cleanup:
        if any(name not in taken for name in _wanted(step)):
            continue  # what it would clean up was never made
        cleaned = _call(sender, step, taken, deadline, clock)
        if outcome.reason is None and cleaned.reason is not None:
            outcome = replace(cleaned, step=step.name)
    return outcome


def _through(
    sender: Sender, steps: Sequence[Step], taken: dict[str, Any], deadline: float, clock: Clock
) -> Outcome:
    """The last step's outcome, or that of the first which fails."""
    *before, last = steps
    for step in before:
        outcome = _call(sender, step, taken, deadline, clock)
        if outcome.reason is not None:
            return replace(outcome, step=step.name)
    return _call(sender, last, taken, deadline, clock)


def _wanted(step: Step) -> list[str]:
    """The taken values that a step's request needs."""
    parts = (step.target, step.headers, step.document, step.form, [value.equals for value in step.values])
    return [name for name in templates.references(parts) if not name.startswith(templates.SECRETS)]


def _call(sender: Sender, step: Step, taken: dict[str, Any], deadline: float, clock: Clock) -> Outcome:
    """One step; what it takes is added to `taken`."""
    try:
        request = prepare(sender, step, taken, deadline)
        values = [replace(v, equals=templates.filled(v.equals, taken.__getitem__)) for v in step.values]
    except UnsignedError as error:
        return not_sent(str(error))
    except NoTokenError as error:
        return Outcome(reason="token", detail=str(error))
    except UnfillableError as error:
        return Outcome(reason="value", detail=str(error))
    started = clock()
    try:
        response = _answer(step, request, deadline, clock)
    except TransportError as error:
        return no_answer(error, _ms(clock() - started))
    return _judged(response, _ms(clock() - started), replace(step, values=values), taken)


def _judged(response: Response, took_ms: float, step: Step, taken: dict[str, Any]) -> Outcome:
    """What comes of an answer; what it takes is added to `taken`."""
    outcome = decide(response, took_ms, step)
    try:
        found = take(response, step)  # of a wrong answer, too: what it made has to be cleaned up
    except SlowPatternError as error:
        return replace(outcome, reason="canary", detail=str(error))
    taken |= {name: value for name, value in found.items() if value is not NOTHING}
    lost = next((name for name, value in found.items() if value is NOTHING), None)
    if outcome.reason is None and lost is not None:
        return replace(outcome, reason="value", detail=f"`{lost}` is not there")
    return outcome


def _answer(step: Step, request: Prepared, deadline: float, clock: Clock) -> Response:
    headers: Mapping[str, str] = request.headers
    host, path = urlsplit(request.url).hostname or "", step.target.partition("?")[0]
    connection = Connection(request.url, clock)
    try:
        # Not what the path was filled with: it may be a session's.
        with tracing.http_call(host, step.method, request.url + path) as call:
            if step.url is None:
                headers = {**headers, **tracing.onward()}
            response = connection.request(
                step.method, request.target, headers, request.body, connect_by=deadline, answer_by=deadline
            )
            call.answered(response.status)
            return response
    finally:
        connection.close()


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
