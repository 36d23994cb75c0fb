"""AWS's own ledger."""

from datetime import date, datetime
from typing import Literal

from reports.sla.result.model import Model


class AwsInterval(Model):
    """Five minutes in which requests to AWS failed."""

    begins: datetime
    requests: int
    errors: int


class AwsService(Model):
    """What one service of AWS owed by its own formula. The metrics mix its faults with one's own: a bound."""

    provider: str
    name: str
    promised_pct: float
    uptime_at_least_pct: float
    """mean over all five-minute intervals; one without requests counts 100"""
    requests: int
    errors_at_most: int
    intervals: int
    intervals_with_errors: int
    verdict: Literal["kept", "perhaps missed"]
    """perhaps missed: if the errors were AWS's"""
    credit_pct: int
    """of the month's charge for it, if so"""
    claim_until: date
    page: str
    read: str
    errors_are: str
    bound: str
    claim: tuple[AwsInterval, ...]
    """the intervals to name, where it was perhaps missed"""


class AwsLedger(Model):
    """AWS's own promises for the services in the chain."""

    ceiling_pct: float
    """the product of what AWS promises"""
    ceiling_words: str
    billing_month: bool
    """whether the period is a calendar month of UTC, which AWS counts in"""
    services: tuple[AwsService, ...]
