"""What the CLI writes as text, and what is encrypted."""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

import config
from config.values import Kind, known, typed
from settings import Settings

# Every section with everything in it that may be set in a service stack.
FULL: dict[str, Any] = config.read_stack("prod") | {
    "runbook_url": "https://example.com/runbook",
    "notifications": {
        "warn": [{"protocol": "email", "endpoint": "a@example.com"}],
        "critical": [
            {"protocol": "https", "endpoint": "https://example.com/a"},
            {"protocol": "sms", "endpoint": "+49123456"},
        ],
    },
    "slo": {"availability_pct": 99.5, "latency_p90_ms": 199.5, "window_days": 28},
    "levels": {"warn_pct": 70.5, "critical_pct": 90.5, "usage_warn_pct": 60, "usage_critical_pct": 80},
    "alarms": {
        "all": {"min_samples": 5, "evaluation_periods": 4, "datapoints_to_alarm": 3},
        "components": {"api": {"warn_pct": 60.5, "enabled": True}},
        "each": {"api-5xx-warn": {"threshold": 1.5, "enabled": False}},
    },
}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, Mapping | list):
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below the root, sections and lists as well as what is in them."""
    if path:
        yield path
    if isinstance(value, Mapping | list):
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from places(inner, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    inner = copy = json.loads(json.dumps(value))
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return copy


def test_every_number_and_truth_value_at_every_depth_may_be_text() -> None:
    as_text = FULL
    for path, value in leaves(FULL):
        if not isinstance(value, str):
            as_text = replaced(as_text, path, json.dumps(value))
    assert as_text != FULL
    assert config.parse(as_text) == config.parse(FULL)


PLACES = [path for path in places(FULL) if path[0] != "role"]


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_an_encrypted_value_anywhere_is_there_and_unknown(path: tuple[Any, ...]) -> None:
    raw = replaced(FULL, path, {"secure": "v1:ciphertext"})
    settings = config.parse(config.without_secrets(Settings, raw, "here"))
    assert "ciphertext" not in repr(settings)
    if path[:2] == ("notifications", "critical") and len(path) > 2:  # an item, or something in it
        assert len(settings.notifications.critical) == 2


def test_what_was_taken_is_said_where_something_may_hang_on_it_and_not_for_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    raw = replaced(FULL, ("slo", "availability_pct"), {"secure": "v1:a"})
    raw = replaced(raw, ("notifications", "critical", 0, "endpoint"), {"secure": "v1:b"})
    with caplog.at_level(logging.WARNING):
        found = config.without_secrets(Settings, raw, "Pulumi.x.yaml: inference-watch")
    assert caplog.messages == [
        "Pulumi.x.yaml: inference-watch:slo.availability_pct is encrypted and cannot be read here;"
        " 99.95 is taken for it."
    ]
    assert config.parse(found).notifications.critical[0].endpoint.startswith("https://encrypted.invalid/")


@pytest.mark.parametrize("protocol", ["email", "email-json", "https", "sms", "sqs", "lambda"])
def test_two_encrypted_endpoints_of_one_protocol_are_two_subscribers(protocol: str) -> None:
    ends = [{"protocol": protocol, "endpoint": {"secure": cipher}} for cipher in ("v1:a", "v1:b")]
    found, _ = known(Settings, FULL | {"notifications": {"critical": ends}})
    assert len({s.endpoint for s in config.parse(found).notifications.critical}) == 2


@pytest.mark.parametrize(
    ("section", "text", "meant"),
    [
        ("slo", '{"availability_pct": 99}', {"availability_pct": 99}),
        ("usage_plans", "[]", []),
        ("slo", "no JSON", "no JSON"),
        ("name", "123", "123"),
        ("name", "true", "true"),
        ("log_retention_days", "90", 90),
        ("log_retention_days", "90.0", "90.0"),
        ("log_retention_days", "0x5a", "0x5a"),
        ("log_retention_days", " 90", " 90"),
        ("deletion_protection", "false", False),
        ("deletion_protection", "no", "no"),
        ("accounts", {"service": "012345678901"}, {"service": "012345678901"}),
        ("slo", {"availability_pct": "1e2"}, {"availability_pct": 100.0}),
        ("slo", {"availability_pct": "nan"}, {"availability_pct": "nan"}),
        ("alarms", {"each": {"x": {"enabled": "false"}}}, {"each": {"x": {"enabled": False}}}),
        ("unknown", "90", "90"),
    ],
)
def test_text_is_what_its_setting_is(section: str, text: Any, meant: Any) -> None:
    assert typed(Settings, {section: text}) == {section: meant}


def test_a_section_that_is_text_deeper_than_the_root_stays_text() -> None:
    assert typed(Settings, {"model": {"instances": "{}"}}) == {"model": {"instances": "{}"}}


def test_the_least_of_a_number_follows_its_bounds() -> None:
    kinds = {name: Kind(Settings).of("inference").of(name).least for name in ("memory_mb", "cache_size")}
    assert kinds == {"memory_mb": 128, "cache_size": 0}


class Inner(BaseModel):
    text: str


class Other(BaseModel):
    number: int
    truth: bool
    words: tuple[str, ...]
    inner: Inner


def test_every_kind_of_required_value_has_a_stand_in() -> None:
    secret = {"secure": "v1:x"}
    found, taken = known(Other, dict.fromkeys(Other.model_fields, secret))
    assert Other.model_validate(found)
    assert taken.keys() == {"number", "truth", "words", "inner"}
