"""The trace that Lambda says an invocation is part of, and the headers that take it on."""

import os

TRACE_ENV = "_X_AMZN_TRACE_ID"  # Lambda's, new with each invocation: `Root=...;Parent=...;Sampled=1`
DIGITS = frozenset("0123456789abcdef")
TRACE, SPAN = 32, 16  # digits of the ids of a trace and of a span in it


def sampled() -> tuple[str, str] | None:
    """The ids of the trace and of Lambda's segment in it, if this invocation is to be recorded.

    None also where one of them cannot be an id: whoever calls may send a header of their own.
    """
    found = _fields()
    root, parent = found.get("Root", ""), found.get("Parent", "")
    whole = found.get("Sampled") == "1" and _is_id(_trace(root), TRACE) and _is_id(parent.lower(), SPAN)
    return (root, parent) if whole else None


def xray(parent: str | None) -> str | None:
    """X-Ray's header with this parent, or with Lambda's own; None when this invocation has none."""
    header = os.environ.get(TRACE_ENV)
    if header is None or parent is None:
        return header
    return ";".join(f"Parent={parent}" if part.startswith("Parent=") else part for part in header.split(";"))


def w3c(parent: str | None) -> str | None:
    """The same as `xray`, as W3C's Trace Context has it; None where there is no trace to go on."""
    found = _fields()
    trace, span = _trace(found.get("Root", "")), (parent or found.get("Parent", "")).lower()
    if not (_is_id(trace, TRACE) and _is_id(span, SPAN)):
        return None
    return f"00-{trace}-{span}-{'01' if found.get('Sampled') == '1' else '00'}"


def _trace(root: str) -> str:
    """The digits of an X-Ray trace id, `1-` and then 8 and 24 of them, as W3C has them."""
    version, _, digits = root.partition("-")
    return digits.replace("-", "", 1).lower() if version == "1" else ""


def _is_id(text: str, digits: int) -> bool:
    """Whether X-Ray and W3C take it: hexadecimal, and not all zeros."""
    return len(text) == digits and set(text) <= DIGITS and text.strip("0") != ""


def _fields() -> dict[str, str]:
    """What Lambda's header says of this invocation."""
    parts = (part.partition("=") for part in os.environ.get(TRACE_ENV, "").split(";"))
    return {name: value for name, _, value in parts}
