"""Sending: what is retried, what is raised, and that no address leaks."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, closed_port, reply
from handlers import tracing
from handlers.environment import SettingsError
from handlers.forwarder import forward
from handlers.forwarder.forward import Forwarder, ForwardError
from handlers.forwarder.settings import Settings
from tests.handlers.forwarder.documented import PAGERDUTY
from tests.handlers.forwarder.records import ARN, alarm, record

TOKEN = "T0ken"
KEY = "0123456789abcdef0123456789abcdef"
OK = reply(200, b"ok")


class Secrets:
    """A Secrets Manager client that gives these values one after the other, the last one for ever."""

    def __init__(self, *values: object) -> None:
        self.values, self.asked = list(values), list[str]()

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803  # boto3's name
        self.asked.append(SecretId)
        value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        if isinstance(value, Exception):
            raise value
        return {"SecretString": value if isinstance(value, str) else json.dumps(value)}


def forwarder(secrets: Secrets, channel: str = "slack", slept: list[float] | None = None) -> Forwarder:
    settings = Settings(channel=channel, address_secret_arn="arn:secret")
    times = iter(range(1000))
    return Forwarder(
        settings=settings,
        secrets=secrets,
        clock=lambda: float(next(times)) / 1000,
        sleep=(slept if slept is not None else []).append,
    )


def webhook(url: str) -> dict[str, str]:
    return {"url": f"{url}/services/{TOKEN}?sig={TOKEN}"}


EVENT = {"Records": [record(alarm())]}


def test_a_message_goes_to_the_whole_address_as_json() -> None:
    with Loopback([OK]) as slack:
        result = forwarder(Secrets(webhook(slack.url))).run(EVENT)
    (request,) = slack.requests
    assert request.method == "POST"
    assert request.path == f"/services/{TOKEN}?sig={TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert request.json()["text"].startswith("*CRITICAL: ")
    assert result == {"forwarded": [ARN]}


def test_other_scripts_are_sent_as_they_are_so_that_size_is_what_was_reckoned() -> None:
    with Loopback([OK]) as slack:
        forwarder(Secrets(webhook(slack.url))).run({"Records": [record(alarm(AlarmName="😀"))]})
    assert "😀".encode() in slack.requests[0].body


def test_a_call_has_its_time_and_its_trace_only_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    waits, traced = list[tuple[float, float]](), list[Any]()

    @contextlib.contextmanager
    def http_call(*said: str) -> Iterator[Any]:
        traced.append(said)
        yield SimpleNamespace(answered=traced.append)

    class Fake:
        def __init__(self, *_: Any) -> None:
            pass

        def request(self, *_: Any, connect_by: float, answer_by: float) -> Any:
            waits.append((connect_by, answer_by))
            return SimpleNamespace(status=200)

        def close(self) -> None:
            waits.append((0, 0))

    monkeypatch.setattr(forward, "Connection", Fake)
    monkeypatch.setattr(tracing, "http_call", http_call)
    forwarder(Secrets(webhook("https://hooks.example.com:8443"))).run(EVENT)
    assert waits == [(3.0, 10.0), (0, 0)]
    assert traced == [("hooks.example.com", "POST", "https://hooks.example.com"), 200]


def test_pagerduty_gets_its_key_in_the_body() -> None:
    with Loopback([reply(202, {"status": "success"})]) as pagerduty:
        told = forwarder(Secrets({"url": f"{pagerduty.url}/v2/enqueue", "routing_key": KEY}), "pagerduty")
        told.run(EVENT)
        told.run({"Records": [record(alarm("OK"))]})
    opened, closed = (request.json() for request in pagerduty.requests)
    for body in (opened, closed):
        jsonschema.validate(body, {**PAGERDUTY, "required": ["routing_key", "event_action", "dedup_key"]})
        assert (body["routing_key"], body["dedup_key"]) == (KEY, ARN)
    assert [opened["event_action"], closed["event_action"]] == ["trigger", "resolve"]


@pytest.mark.parametrize(
    ("script", "sent", "pauses"),
    [
        ([reply(500), OK], 2, [1.0]),
        ([reply(429), reply(503), OK], 3, [1.0, 2.0]),
        ([HANG_UP, OK], 2, [1.0]),
        ([reply(202)], 1, []),
        ([reply(299)], 1, []),
    ],
)
def test_what_may_pass_is_tried_again_after_growing_pauses(
    script: Sequence[Answer], sent: int, pauses: Sequence[float]
) -> None:
    slept: list[float] = []
    with Loopback(script) as slack:
        forwarder(Secrets(webhook(slack.url)), slept=slept).run(EVENT)
    assert (len(slack.requests), slept) == (sent, pauses)


@pytest.mark.parametrize(
    ("status", "sent"), [(500, 3), (429, 3), (400, 1), (404, 1), (301, 1), (300, 1), (428, 1), (499, 1)]
)
def test_what_was_not_taken_is_raised_with_the_status(status: int, sent: int) -> None:
    with (
        Loopback([reply(status, b"invalid_token")]) as slack,
        pytest.raises(ForwardError, match=f"slack was not told: it answered {status}$"),
    ):
        forwarder(Secrets(webhook(slack.url))).run(EVENT)
    assert len(slack.requests) == sent


def test_no_connection_is_raised_without_the_address() -> None:
    told = forwarder(Secrets(webhook(f"http://127.0.0.1:{closed_port()}")))
    with pytest.raises(ForwardError, match=r"slack was not told: no connection to 127\.0\.0\.1") as raised:
        told.run(EVENT)
    assert TOKEN not in str(raised.value)


def test_the_address_is_read_once_and_again_after_a_failure() -> None:
    with Loopback([reply(404)]) as old, Loopback([OK]) as new:
        secrets = Secrets(webhook(old.url), webhook(new.url))
        told = forwarder(secrets)
        with pytest.raises(ForwardError):
            told.run(EVENT)
        told.run(EVENT)
        told.run(EVENT)
    assert (len(old.requests), len(new.requests)) == (1, 2)
    assert secrets.asked == ["arn:secret"] * 2


@pytest.mark.parametrize(
    "value",
    [f"{{{TOKEN}", [TOKEN], {"uri": TOKEN}, {"url": f"https:///{TOKEN}"}, {"url": 1}, RuntimeError(TOKEN)],
)
def test_a_secret_that_is_no_address_is_told_without_a_part_of_it(value: object) -> None:
    with pytest.raises(ForwardError, match=r"^the address ") as raised:
        forwarder(Secrets(value)).run(EVENT)
    assert TOKEN not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"ADDRESS_SECRET_ARN": "arn"}, "CHANNEL is not set"),
        ({"CHANNEL": "slack"}, "ADDRESS_SECRET_ARN is not set"),
        ({"CHANNEL": "irc", "ADDRESS_SECRET_ARN": "arn"}, "'irc' is none of slack, teams, pagerduty"),
    ],
)
def test_wrong_settings_keep_it_from_starting(environ: Mapping[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.from_env(environ)
