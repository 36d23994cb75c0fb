"""AWS's own ledger: what its services owed in the month, at worst, and what can be claimed."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import prod

from reports.sla.figures.engine import Row
from reports.sla.figures.providers import CLAIM_MONTHS, INTERVAL_MINUTES, PROVIDERS, TIERS, Provider
from reports.sla.period import Period, month
from reports.sla.result import AwsInterval, AwsLedger, AwsService
from reports.sla.words import share


def ledger(rows: Iterable[Row], bad: Iterable[Row], period: Period, promised_pct: float) -> AwsLedger:
    """`rows` are of `intervals.sql`, `bad` of `claims.sql`, both of one service."""
    sums = {row["provider"]: row for row in rows}
    listed = list(bad)
    ceiling = float(100 * prod(Decimal(str(provider.promised_pct)) / 100 for provider in PROVIDERS))
    return AwsLedger(
        ceiling_pct=ceiling,
        ceiling_words=(
            f"AWS promises {share(ceiling)} for the chain, the product of its own promises; "
            f"{promised_pct:g} % is promised to customers. "
            + ("The difference is one's own risk." if ceiling < promised_pct else "The chain covers it.")
        ),
        billing_month=_is_month(period),
        services=tuple(
            _service(provider, sums[provider.key], listed, period)
            for provider in PROVIDERS
            if provider.key in sums
        ),
    )


def _is_month(period: Period) -> bool:
    """Whether the period is a billing cycle: a calendar month of UTC."""
    return period == month(f"{period.first:%Y-%m}")


def _service(provider: Provider, row: Row, bad: Sequence[Row], period: Period) -> AwsService:
    intervals = period.minutes // INTERVAL_MINUTES
    own = [one for one in bad if one["provider"] == provider.key]
    lost = sum((Decimal(int(one["errors"])) / int(one["requests"]) for one in own), Decimal(0))
    uptime = float(100 * (1 - lost / intervals))  # decimal: the sum of shares decides at the limit
    missed = uptime < provider.promised_pct
    return AwsService(
        provider=provider.key,
        name=provider.name,
        promised_pct=provider.promised_pct,
        uptime_at_least_pct=uptime,
        requests=int(row["requests"]),
        errors_at_most=int(row["errors"]),
        intervals=intervals,
        intervals_with_errors=int(row["bad_intervals"]),
        verdict="perhaps missed" if missed else "kept",
        credit_pct=next(credit for least, credit in TIERS if uptime >= least) if missed else 0,
        claim_until=_deadline(period.last),
        page=provider.page,
        read=provider.read,
        errors_are=provider.errors_are,
        bound=provider.bound,
        claim=tuple(
            AwsInterval(begins=one["begins_at"], requests=int(one["requests"]), errors=int(one["errors"]))
            for one in own
            if missed
        ),
    )


def _deadline(last: date) -> date:
    """The end of the second billing cycle after the one of the incident."""
    months = last.year * 12 + last.month - 1 + CLAIM_MONTHS
    return month(f"{months // 12}-{months % 12 + 1:02d}").last
