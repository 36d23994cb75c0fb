"""What goes over the wire, whatever the service: the form of a request and its limits.

Deliberately knows nothing of HTTP servers or of how a prediction is made, so that a caller's mistake is
refused before either is touched. What an instance must look like is the service's own affair.
"""

import json
from typing import Any, Final, NoReturn

JSON: Final = "application/json"
MAX_INSTANCES: Final = 1000
MAX_BODY_BYTES: Final = 6_000_000  # what SageMaker passes on to a serverless endpoint at most is less: 4 MB


class InvalidRequestError(ValueError):
    """The caller's mistake. The message names the place, and never repeats a value."""


def parse_instances(body: bytes) -> list[Any]:
    """The instances of a request's body: `{"instances": [...]}` with 1 to `MAX_INSTANCES` of any form.

    Raises InvalidRequestError for anything else.
    """
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("the body is not valid JSON") from error
    if not isinstance(document, dict) or document.keys() != {"instances"}:
        raise InvalidRequestError('the body must be an object with the one key "instances"')
    instances = document["instances"]
    if not isinstance(instances, list) or not 1 <= len(instances) <= MAX_INSTANCES:
        raise InvalidRequestError(f"instances must be a list of 1 to {MAX_INSTANCES}")
    return instances


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
