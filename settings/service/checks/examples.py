"""Probes and samples against the contract and the service's own functions, which run on them here.

The functions are pure, so running them changes nothing; the model is not asked. An answer that needs none is
known here, and judged as the canary would.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from handlers.canary import outcome
from handlers.canary.probes import Probe
from handlers.inference.failure import FailureError
from handlers.inference.model import encode
from handlers.inference.operations import Operation, Operations
from handlers.inference.requests import request_of
from handlers.transport import Response
from settings.probes import exported
from settings.probes.answers import value_problems
from settings.probes.authorization import SIGNED, Authorization
from settings.probes.checks import probe_problems, request_problems, twin_problems
from settings.probes.definition import Call, Example
from settings.probes.texts import At
from settings.probes.wire import UnsendableError, reader
from settings.service import probing, running
from settings.service.errors import ServiceError, did_you_mean
from settings.service.probing import asked_for
from settings.service.reading import Service, no_item
from settings.service.sending import event_of, sent

SUCCESS = range(200, 300)
BAD_REQUEST = 400
OK = 200
META = {"model_version": "", "request_id": "checked"}
WRONG = {
    "canary": "Correct the pattern.",
    "status": "Correct the request, or `expect.status`.",
    "schema": "Correct the functions, or the contract.",
    "value": "Correct the functions, or `expect.values`.",
}


def example_problems(service: Service) -> Iterator[str]:
    """Every problem of `probes` and of `samples.jsonl` and `reference.jsonl`."""
    try:
        operations = running.operations(service)
        samples, items = service.samples(), service.reference_items()
    except ServiceError as error:
        yield from error.problems
        return
    kept: dict[object, Mapping[str, Any]] = {}
    probes = service.definition.probes
    yield from twin_problems(probes, lambda *place: service.source.at(("probes", *place)))
    for number, probe in enumerate(probes):

        def at(*place: str | int, number: int = number) -> str:
            return service.source.at(("probes", number, *place))

        for index, item in enumerate(probe.reference):
            if problem := no_item(item):
                yield f"{at('reference', index)}: {problem}"
            elif kept.setdefault(item["id"], item) != item:
                yield (
                    f"{at('reference', index)}: another probe has another item of the id {item['id']!r}, and"
                    " the table holds one of them. Make the two one, or give it an id of its own."
                )
        yield from probe_problems(probe, at, partial(_default, service))
        given = {str(item.get("id")): item for item in probe.reference}
        for place, call in probe.calls:
            yield from _example(service, operations, call, partial(at, *place), given)
    stored = {item["id"]: item for _, item in items}
    for line, sample in samples:

        def at_line(*place: str | int, line: str = line) -> str:
            return ": ".join(filter(None, [line, ".".join(map(str, place))]))

        yield from _example(service, operations, sample, at_line, stored)


def _default(service: Service, call: Call) -> Authorization:
    operation = service.contract.operations.get(call.operation)
    return asked_for(operation) if operation else SIGNED


def _example(
    service: Service, operations: Operations, example: Example, at: At, items: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    known = service.contract.operations
    if isinstance(example, Call) and not example.operation:
        yield from request_problems(example, reader(service.folder, service.shown), at)
        return
    if example.operation not in known:
        yield (
            f"{at('operation')}: the contract has no such operation. {did_you_mean(example.operation, known)}"
        )
        return
    impossible = list(_expectation(service, example, at))
    if isinstance(example, Call) and example.expect.status < BAD_REQUEST:
        yield from _unauthorized(service, example, at)
    yield from _request(service, operations, example, at, items, judged=not impossible)
    yield from impossible


def _unauthorized(service: Service, call: Call, at: At) -> Iterator[str]:
    """What the contract asks of a caller and the call does not bring."""
    operation = service.operation(call)
    wants, said = operation.security, call.authorization or asked_for(operation)
    tokens = (said.bearer, said.oauth, said.header, *call.request.headers.values())
    for wanted, given, fix in (
        (wants.signature, said.iam, "`iam: true`"),
        (wants.token, any(tokens), "`bearer`, `oauth` or `header` with the name of a secret"),
        (wants.api_key, said.api_key or said.header, "`api_key: true`"),
    ):
        if wanted and not given:
            yield (
                f"{at('authorization')}: the contract asks for `{wanted}` of `{operation.id}` and this call"
                f" brings none, so it is always refused. Write {fix}."
            )


def _request(
    service: Service,
    operations: Operations,
    example: Example,
    at: At,
    items: Mapping[str, Mapping[str, Any]],
    *,
    judged: bool,
) -> Iterator[str]:
    operation = service.operation(example)
    for where, given in (("path", example.request.path), ("query", example.request.query)):
        names = [parameter.name for parameter in operation.parameters if parameter.where == where]
        for name in given.keys() - set(names):
            fix = did_you_mean(name, names)
            yield (
                f"{at('request', where, name)}: the contract has no such parameter, so it is not read. {fix}"
            )
    try:
        wire = sent(service, example)
    except UnsendableError as error:
        yield f"{at('request', *filter(None, [error.part]))}: {error}"
        return
    if isinstance(example, Call) and any(example.refers_to):
        return  # what it asks for is known in a run
    event = event_of(operation, example, wire)
    runs = operations.of(event)
    if runs is None:
        return
    expected, answered = example.expect.status, _run(runs, event, items)
    if isinstance(answered, FailureError):
        if answered.status != expected:
            yield (
                f"{at('request')}: it is answered {answered.status} {answered.code} ({answered.message}) and"
                f" {expected} is expected, so it always fails. Correct the request, or `expect.status`."
            )
    elif isinstance(answered, Exception):
        yield (
            f"{at('request')}: the functions of `{runs.id}` fail on it with"
            f" {type(answered).__name__}: {answered};"
            f" it is answered 500. Correct {running.place(service, answered)}."
            f"{''.join(getattr(answered, '__notes__', ()))}"
        )
    elif answered is not None and judged:
        yield from _judgement(service, example, answered, at)


def _judgement(service: Service, example: Example, answered: Response, at: At) -> Iterator[str]:
    (loaded,) = exported.loaded([{"name": "", **probing.described(service, example)}])
    probe = replace(loaded, answer_headers=())  # which API Gateway and the pipeline write
    reason, said = outcome.judge(answered, probe)
    if reason is not None:
        said = _other_value(answered, probe) if reason == "value" else said
        yield (
            f"{at('expect')}: the functions of `{example.operation}` answer otherwise ({said}), so it always"
            f" fails. {WRONG[reason]}"
        )


def _other_value(answer: Response, probe: Probe) -> str:
    """The first known value that the answer has not, with what it has there."""
    document = json.loads(answer.body)
    known = next(value for value in probe.values if not outcome.holds(document, value))
    found = outcome.pointed(document, known.pointer)
    has = "nothing" if found is outcome.NOTHING else json.dumps(found)
    return f"{known.pointer or 'the answer'}: {has}, not {json.dumps(known.equals)}"


def _run(
    operation: Operation, event: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]
) -> Exception | Response | None:
    """What keeps the request from being answered, or the answer, if known without model and table."""
    parsed = None
    try:
        parsed = operation.parse(request_of(operation.inputs, event))
        several = operation.gather is not None and isinstance(parsed, list)
        asked = parsed if several else [parsed]
        instances = list(_instances(operation, asked, items, several=several))
        if operation.model and instances:
            encode(instances, operation.wire)
    except FailureError as failure:
        return failure
    except ValueError as error:
        return FailureError("invalid_request", str(error))
    except Exception as error:  # noqa: BLE001  # whatever a service's function does
        if operation.gather is None and isinstance(parsed, list):
            error.add_note(" `parse` gives a list: where that is a batch, write `def gather(answers, meta)`.")
        return error
    if operation.model or len(instances) != len(asked):
        return None
    try:
        answers = [operation.format(*each, META) for each in zip(asked, instances, strict=True)]
        answer = operation.gather(answers, META) if several and operation.gather else answers[0]
        return Response(status=OK, headers={}, body=json.dumps(answer, allow_nan=False).encode())
    except Exception as error:  # noqa: BLE001  # likewise
        return error


def _instances(
    operation: Operation, parsed: list[Any], items: Mapping[str, Mapping[str, Any]], *, several: bool
) -> Iterator[Any]:
    """What the model is asked, or else what `format` is given; of items whose reference is kept elsewhere,
    nothing."""
    for item in parsed:
        key = None if operation.reference is None else operation.reference(item)
        if key is not None and key not in items:
            if items and not several:
                raise FailureError("unknown_reference", f"no reference item has the id {key!r}")
            continue
        found = None if key is None else dict(items[key])
        if operation.features is None:
            yield found
            continue
        try:
            yield operation.features(item, found)
        except ValueError:
            if not several:  # else it is answered by its error, the others by their predictions
                raise


def _expectation(service: Service, example: Example, at: At) -> Iterator[str]:
    expect, operation = example.expect, service.operation(example)
    statuses = operation.answers.keys()
    if str(expect.status) not in statuses and "default" not in statuses:
        yield (
            f"{at('expect', 'status')}: the contract has no answer {expect.status} of `{operation.id}`, so"
            f" nothing says what it is. {did_you_mean(str(expect.status), list(statuses))}"
        )
        return
    schema = operation.answer_schema(expect.status)
    if schema is None:
        return
    yield from value_problems(schema, expect.values, lambda *place: at("expect", *place), of="contract")
