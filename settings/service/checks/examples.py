"""Probes and samples against the contract and the service's own functions, which run on them here.

The functions are pure, so running them changes nothing; the model is not asked.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from handlers.inference.failure import FailureError
from handlers.inference.model import encode
from handlers.inference.operations import Operation, Operations
from handlers.inference.requests import request_of
from handlers.invalid import InvalidError
from settings.service import running
from settings.service.checks.pointers import pointed
from settings.service.definition import Example
from settings.service.errors import ServiceError, did_you_mean
from settings.service.reading import Service, no_item
from settings.service.sending import UnsendableError, event_of, sent
from settings.service.validators import compiled

SUCCESS = range(200, 300)
BAD_REQUEST = 400
At = Callable[..., str]  # the place of a part, given as path: `file:line: dotted place`


def example_problems(service: Service) -> Iterator[str]:
    """Every problem of `probes` and of `samples.jsonl` and `reference.jsonl`."""
    try:
        operations = running.operations(service)
        samples, items = service.samples(), service.reference_items()
    except ServiceError as error:
        yield from error.problems
        return
    for number, probe in enumerate(service.definition.probes):

        def at(*place: str | int, number: int = number) -> str:
            return service.source.at(("probes", number, *place))

        for index, item in enumerate(probe.reference):
            if problem := no_item(item):
                yield f"{at('reference', index)}: {problem}"
        yield from _example(service, operations, probe, at, {str(i.get("id")): i for i in probe.reference})
    stored = {item["id"]: item for _, item in items}
    for line, sample in samples:

        def at_line(*place: str | int, line: str = line) -> str:
            return ": ".join(filter(None, [line, ".".join(map(str, place))]))

        yield from _example(service, operations, sample, at_line, stored)


def _example(
    service: Service, operations: Operations, example: Example, at: At, items: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    known = service.contract.operations
    if example.operation not in known:
        yield (
            f"{at('operation')}: the contract has no such operation. {did_you_mean(example.operation, known)}"
        )
        return
    found = [*_request(service, operations, example, at, items), *_expectation(service, example, at)]
    yield from found


def _request(
    service: Service, operations: Operations, example: Example, at: At, items: Mapping[str, Mapping[str, Any]]
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
        event = event_of(operation, example, sent(service, example))
    except UnsendableError as error:
        yield f"{at('request', *filter(None, [error.part]))}: {error}"
        return
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
            " it is answered 500. Correct them."
        )


def _run(
    operation: Operation, event: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]
) -> Exception | None:
    """What keeps the request from being answered, as far as it can be known without model and table."""
    try:
        parsed = operation.parse(request_of(operation.inputs, event))
        several = operation.gather is not None and isinstance(parsed, list)
        instances = list(_instances(operation, parsed if several else [parsed], items, several=several))
        if operation.model and instances:
            encode(instances, operation.wire)
    except FailureError as failure:
        return failure
    except ValueError as error:
        return FailureError("invalid_request", str(error))
    except Exception as error:  # noqa: BLE001  # whatever a service's function does
        return error
    return None


def _instances(
    operation: Operation, parsed: list[Any], items: Mapping[str, Mapping[str, Any]], *, several: bool
) -> Iterator[Any]:
    """What the model is asked; of items whose reference is kept elsewhere, nothing."""
    for item in parsed:
        key = None if operation.reference is None else operation.reference(item)
        if key is not None and key not in items:
            if items and not several:
                raise FailureError("unknown_reference", f"no reference item has the id {key!r}")
            continue
        if operation.features is None:
            continue
        try:
            yield operation.features(item, None if key is None else dict(items[key]))
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
    for number, value in enumerate(expect.values):
        place = ("expect", "values", number)
        possible = pointed(schema, value.pointer)
        if not possible:
            yield (
                f"{at(*place, 'pointer')}: no answer that fits the contract has"
                f" {value.pointer!r}, so it always fails."
                " Correct the pointer."
            )
            continue
        problems = [_unfit(one, value.equals) for one in possible]
        if all(problems):
            yield (
                f"{at(*place, 'equals')}: no answer that fits the contract has this there"
                f" ({problems[0]}), so it"
                " always fails. Correct it."
            )


def _unfit(schema: Mapping[str, Any], value: object) -> str:
    try:
        compiled(schema)(value)
    except InvalidError as error:
        return str(error).removesuffix(".")
    return ""
