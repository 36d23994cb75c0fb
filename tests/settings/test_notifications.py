"""Who hears of an alarm: an endpoint that is the protocol's, and none that could not take what is sent."""

import pytest
from pydantic import ValidationError

from settings.notifications import FORWARDED, PAGERDUTY, Subscription

WEBHOOKS = {
    "slack": "https://hooks.slack.com/services/T0/B0/xyz",
    "teams": "https://prod-1.westeurope.logic.azure.com:443/workflows/ab/triggers/manual/paths/invoke?sig=x",
    "pagerduty": "0123456789abcdef0123456789ABCDEF",
    "pagerduty-eu": "0123456789abcdef0123456789ABCDEF",
}


def refusal(protocol: str, endpoint: str) -> str:
    with pytest.raises(ValidationError) as raised:
        Subscription.model_validate({"protocol": protocol, "endpoint": endpoint})
    return str(raised.value)


@pytest.mark.parametrize("protocol", FORWARDED)
def test_a_channels_address_is_taken(protocol: str) -> None:
    given = {"protocol": protocol, "endpoint": WEBHOOKS[protocol]}
    assert Subscription.model_validate(given).endpoint == WEBHOOKS[protocol]


ARN = "arn:aws:{}:eu-central-1:111111111111:{}"


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("email", "on.call@example.com"),
        ("email-json", "a@b.example"),
        ("https", "https://example.com"),
        ("sms", "+4915112345678"),
        ("sqs", ARN.format("sqs", "pages.fifo")),
        ("lambda", ARN.format("lambda", "function:pager:live")),
    ],
)
def test_what_sns_sends_to_by_itself_is_taken(protocol: str, endpoint: str) -> None:
    given = {"protocol": protocol, "endpoint": endpoint}
    assert Subscription.model_validate(given).endpoint == endpoint
    found = Subscription.stand_ins({"protocol": protocol, "endpoint": {"secure": "v1:x"}})
    assert Subscription.model_validate({"protocol": protocol, **found})


@pytest.mark.parametrize(
    ("protocol", "endpoint", "said"),
    [
        ("email", "on-call", "an e-mail address"),
        ("email-json", "a@b", "an e-mail address"),
        ("https", "http://example.com", "an address that begins with https://"),
        ("sms", "0151 1234567", "a telephone number with + and the country"),
        ("sqs", ARN.format("sns", "pages"), "a queue's ARN"),
        ("lambda", ARN.format("lambda", "layer:pager"), "a function's ARN"),
        ("slack", "http://hooks.slack.com/services/T0/B0/xyz", "the address of an incoming webhook"),
        ("slack", "https://hooks.slack.com", "the address of an incoming webhook"),
        ("slack", "#on-call", "the address of an incoming webhook"),
        ("teams", "team@example.com", "the address of a workflow"),
        ("pagerduty", "https://events.pagerduty.com/integration/ab/enqueue", "the 32 characters"),
        ("pagerduty", "0" * 31, "the 32 characters"),
        ("pagerduty-eu", "0" * 33, "the 32 characters"),
    ],
)
def test_another_one_is_refused_with_what_it_should_be(protocol: str, endpoint: str, said: str) -> None:
    assert f"the endpoint of protocol {protocol} should be {said}" in refusal(protocol, endpoint)


@pytest.mark.parametrize(
    ("endpoint", "protocol"),
    [
        (WEBHOOKS["slack"], "slack"),
        (WEBHOOKS["teams"], "teams"),
        ("https://contoso.webhook.office.com/webhookb2/ab", "teams"),
        ("https://default.5.environment.api.powerplatform.com:443/powerautomate/ab", "teams"),
        *((address, protocol) for protocol, address in PAGERDUTY.items()),
    ],
)
def test_sns_itself_is_not_sent_where_it_is_refused(endpoint: str, protocol: str) -> None:
    assert f"nobody would hear of the alarm; use protocol {protocol}" in refusal("https", endpoint)


@pytest.mark.parametrize(
    "endpoint",
    ["https://events.pagerduty.com/integration/0123/enqueue", "https://example.com/hooks.slack.com"],
)
def test_https_takes_the_address_of_pagerdutys_cloudwatch_integration_and_any_other(endpoint: str) -> None:
    assert Subscription.model_validate({"protocol": "https", "endpoint": endpoint}).protocol == "https"


@pytest.mark.parametrize("protocol", FORWARDED)
def test_an_encrypted_address_stands_for_one_of_its_protocol(protocol: str) -> None:
    found = Subscription.stand_ins({"protocol": protocol, "endpoint": {"secure": "v1:x"}})
    assert Subscription.model_validate({"protocol": protocol, **found})
