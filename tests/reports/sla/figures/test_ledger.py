"""AWS's own ledger: the mean of five-minute intervals, the tiers, the deadline and the ceiling."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from reports.sla.figures.ledger import ledger
from reports.sla.figures.providers import PROVIDERS
from reports.sla.period import Period
from reports.sla.period import month as period_of
from reports.sla.show.write import write
from tests.reports.sla.months import SERVICE, month

OCTOBER = period_of("2026-10")
INTERVALS = 31 * 288


def test_the_uptime_is_the_mean_of_all_intervals_and_one_without_requests_counts_100(tmp_path: Path) -> None:
    made = month(2026, 10, requests=0)
    for number, (requests, errors) in enumerate([(10, 10), (100, 1), (1000, 0), (4, 2)]):
        at = made.at(3, "08:00") + timedelta(minutes=5 * number)
        made.add("intervals", begins_at=at, provider="dynamodb", requests=requests, errors=errors)
        made.add("intervals", begins_at=at, provider="lambda", requests=requests, errors=0)
    found = made.report(tmp_path, OCTOBER)
    aws = {service.provider: service for service in found.aws.services}
    assert set(aws) == {"dynamodb", "lambda"}
    assert aws["dynamodb"].uptime_at_least_pct == float(100 - Fraction(151, INTERVALS))
    assert (aws["dynamodb"].intervals, aws["dynamodb"].intervals_with_errors) == (INTERVALS, 3)
    assert (aws["dynamodb"].requests, aws["dynamodb"].errors_at_most) == (1114, 13)
    assert (aws["dynamodb"].verdict, aws["dynamodb"].credit_pct) == ("perhaps missed", 10)
    assert [(one.requests, one.errors) for one in aws["dynamodb"].claim] == [(10, 10), (100, 1), (4, 2)]
    assert (aws["lambda"].verdict, aws["lambda"].uptime_at_least_pct, aws["lambda"].claim) == (
        "kept",
        100,
        (),
    )
    assert found.aws.billing_month
    write([found], tmp_path / "out")
    packet = (tmp_path / "out" / "services" / f"{SERVICE}-claim-dynamodb.md").read_text()
    for words in (
        "SLA Credit Request",
        "by 2026-12-31",
        "| 2026-10-03 08:05 UTC | 100 | 1 |",
        found.proof.head,
    ):
        assert words in packet
    assert not list((tmp_path / "out" / "services").glob("*claim-lambda*"))


@pytest.mark.parametrize(
    ("lost", "verdict", "credit"),
    [
        (0.0005, "kept", 0),
        (0.0006, "perhaps missed", 10),
        (0.0101, "perhaps missed", 25),
        (0.06, "perhaps missed", 100),
    ],
)
def test_the_credit_follows_the_pages_tiers(lost: float, verdict: str, credit: int) -> None:
    row = {
        "provider": "lambda",
        "requests": 9,
        "errors": 1,
        "bad_intervals": 1,
    }
    at = datetime(2026, 10, 3, 8)
    bad = {"provider": "lambda", "begins_at": at, "requests": 10_000, "errors": round(lost * 10_000)}
    rows = [bad] * INTERVALS
    (service,) = ledger([row], [*rows, {**bad, "provider": "dynamodb"}], OCTOBER, 99.95).services
    assert (service.verdict, service.credit_pct) == (verdict, credit)
    assert len(service.claim) == (0 if verdict == "kept" else INTERVALS)


@pytest.mark.parametrize(
    ("text", "until"),
    [("2026-10", date(2026, 12, 31)), ("2026-11", date(2027, 1, 31)), ("2026-12", date(2027, 2, 28))],
)
def test_a_claim_has_until_the_end_of_the_second_month_after(text: str, until: date) -> None:
    row = {"provider": "lambda", "requests": 9, "errors": 1, "bad_intervals": 1}
    (service,) = ledger([row], [], period_of(text), 99.95).services
    assert service.claim_until == until


def test_the_ceiling_is_the_product_of_what_aws_promises() -> None:
    found = ledger([], [], OCTOBER, 99.95)
    assert found.ceiling_pct == pytest.approx(99.84, abs=0.001)
    assert "AWS promises 99.84" in found.ceiling_words
    assert "one's own risk" in found.ceiling_words
    assert "covers it" in ledger([], [], OCTOBER, 99.5).ceiling_words


def test_a_period_that_is_no_month_of_utc_is_said_not_to_be_a_billing_cycle() -> None:
    assert not ledger([], [], Period(first=date(2026, 10, 1), last=date(2026, 10, 30)), 99.95).billing_month
    assert not ledger([], [], period_of("2026-10", "Europe/Berlin"), 99.95).billing_month


def test_each_promise_of_aws_has_its_page_and_says_what_was_read() -> None:
    assert [provider.promised_pct for provider in PROVIDERS] == [99.95, 99.95, 99.95, 99.99]
    for provider in PROVIDERS:
        assert provider.page.startswith("https://aws.amazon.com/"), provider.key
        assert provider.read, provider.key
