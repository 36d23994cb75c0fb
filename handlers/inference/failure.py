"""Every answer that is an error: a status, a code that clients may rely on, and a message.

Messages name what is wrong and never repeat what was sent, so that they are safe to log and to trace.
"""

from typing import Literal

Code = Literal[
    "invalid_request",
    "not_found",
    "unknown_reference",
    "request_too_large",
    "unsupported_media_type",
    "internal_error",
    "answer_too_large",
    "model_failure",
    "throttled",
    "time_budget_exceeded",
]
STATUS: dict[Code, int] = {
    "invalid_request": 400,
    "not_found": 404,
    "unknown_reference": 404,
    "request_too_large": 413,
    "unsupported_media_type": 415,
    "internal_error": 500,
    "answer_too_large": 500,
    "model_failure": 502,
    "throttled": 503,
    "time_budget_exceeded": 504,
}


class FailureError(Exception):
    """The request ends in the error answer `code`; `message` is for the client."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = STATUS[code]


def internal_error() -> FailureError:
    """What a client may know of an error of ours."""
    return FailureError("internal_error", "The request failed for a reason of ours; it is logged.")


def model_failure(message: str) -> FailureError:
    """The model is at fault."""
    return FailureError("model_failure", message)


def out_of_time() -> FailureError:
    """The time budget is used up."""
    return FailureError("time_budget_exceeded", "The answer was not found within the time budget.")
