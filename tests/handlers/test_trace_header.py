"""Lambda's trace header: which forms of it are a trace, and what goes out as W3C's."""

import pytest

from handlers import trace_header

ROOT, PARENT = "1-65f00000-0123456789abcdef01234567", "00000000000000aa"
TRACE = "65f000000123456789abcdef01234567"


def header(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", text)


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        (f"Root={ROOT};Parent={PARENT};Sampled=1", "01"),
        (f"Root={ROOT};Parent={PARENT};Sampled=0", "00"),
        (f"Root={ROOT};Parent={PARENT}", "00"),
        (f"Root={ROOT};Parent={PARENT};Sampled=?", "00"),
        (f"Sampled=1;Lineage=1:abc:0;Parent={PARENT};Self=1-2-3;Root={ROOT}", "01"),
        (f"Root={ROOT.upper()};Parent={PARENT.upper()};Sampled=1", "01"),  # W3C's is in lower case
    ],
)
def test_a_trace_goes_out_in_w3cs_form_with_the_decision_that_lambda_has(
    monkeypatch: pytest.MonkeyPatch, text: str, flags: str
) -> None:
    header(monkeypatch, text)
    assert trace_header.w3c(None) == f"00-{TRACE}-{PARENT}-{flags}"
    assert trace_header.w3c("00000000000000bb") == f"00-{TRACE}-00000000000000bb-{flags}"
    assert (trace_header.sampled() is not None) == (flags == "01")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";;=;",
        "Sampled=1",
        f"Root={ROOT};Sampled=1",
        f"Parent={PARENT};Sampled=1",
        f"Root=2{ROOT[1:]};Parent={PARENT};Sampled=1",
        f"Root={ROOT}0;Parent={PARENT};Sampled=1",
        f"Root={ROOT[:-1]};Parent={PARENT};Sampled=1",
        f"Root=1-65f00000-0123456789abcdef0123456g;Parent={PARENT};Sampled=1",
        f"Root=1-65f00000-0123456789abcdef0123456٣;Parent={PARENT};Sampled=1",
        f"Root=1-00000000-{'0' * 24};Parent={PARENT};Sampled=1",
        f"Root={ROOT};Parent={'0' * 16};Sampled=1",
        f"Root={ROOT};Parent= {PARENT[1:]};Sampled=1",
        f"00-{TRACE}-{PARENT}-01",
    ],
)
def test_what_is_no_trace_is_neither_recorded_nor_told_to_others_in_w3cs_form(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    header(monkeypatch, text)
    assert trace_header.sampled() is None
    assert trace_header.w3c(None) is None
    assert trace_header.xray(None) == text  # as it came: it is not ours to judge for others


def test_the_decision_is_lambdas_alone_whatever_else_a_caller_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """API Gateway and Lambda know X-Ray's header; a caller's `traceparent` decides nothing."""
    header(monkeypatch, f"Root={ROOT};Parent={PARENT};Sampled=0;traceparent=00-{TRACE}-{PARENT}-01")
    assert trace_header.sampled() is None
    assert trace_header.w3c(None) == f"00-{TRACE}-{PARENT}-00"
