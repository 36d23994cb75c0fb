"""The trace that Lambda says an invocation is part of, and the headers that take it on."""

import os

TRACE_ENV = "_X_AMZN_TRACE_ID"  # Lambda's, new with each invocation: `Root=...;Parent=...;Sampled=1`
W3C_DIGITS = (32, 16)  # of the ids of a trace and of a span in it


def sampled() -> tuple[str, str] | None:
    """The ids of the trace and of Lambda's segment in it, if this invocation is to be recorded."""
    found = _fields()
    root, parent = found.get("Root"), found.get("Parent")
    return (root, parent) if found.get("Sampled") == "1" and root and parent else None


def xray(parent: str | None) -> str | None:
    """X-Ray's header with this parent, or with Lambda's own; None when this invocation has none."""
    header = os.environ.get(TRACE_ENV)
    if header is None or parent is None:
        return header
    return ";".join(f"Parent={parent}" if part.startswith("Parent=") else part for part in header.split(";"))


def w3c(parent: str | None) -> str | None:
    """The same as `xray`, as W3C's Trace Context has it; None where there is no trace to go on."""
    found = _fields()
    ids = found.get("Root", "")[2:].replace("-", ""), parent or found.get("Parent", "")
    if tuple(map(len, ids)) != W3C_DIGITS:
        return None
    return f"00-{ids[0]}-{ids[1]}-{'01' if found.get('Sampled') == '1' else '00'}"


def _fields() -> dict[str, str]:
    """What Lambda's header says of this invocation."""
    parts = (part.partition("=") for part in os.environ.get(TRACE_ENV, "").split(";"))
    return {name: value for name, _, value in parts}
