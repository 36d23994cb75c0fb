"""Availability as each side saw it, and what that proves."""

from fractions import Fraction

from reports.sla.evidence.promise import Promise
from reports.sla.figures.confidence import interval, provable
from reports.sla.figures.outages import Downtime
from reports.sla.figures.sums import Sums, percent
from reports.sla.result import Probes, Requests, Verdict
from reports.sla.words import number, share
from reports.words import counted


def budget(promise: Promise) -> Fraction:
    """The share that may fail, exactly."""
    return 1 - Fraction(str(promise.availability_pct)) / 100


def used_pct(failed: int, total: int, promise: Promise, scale: Fraction = Fraction(1)) -> float | None:
    """Percent of the error budget that these failures are; of one `scale` times as large."""
    return float(100 * Fraction(failed, total) / budget(promise) / scale) if total else None


def requests_side(sums: Sums, expected: int, promise: Promise) -> Requests:
    """By the API's own requests; a missing minute may have had as many as the busiest one that was seen."""
    missing = expected - sums.minutes
    unseen = missing * sums.busiest
    total, failed = sums.requests, sums.failed
    lower, upper = _bounds(total, failed, unseen)
    target = 1 - budget(promise)
    told = f"{number(failed)} of {counted(total, 'request')} failed; {_allowed(total, promise)}."
    verdict: Verdict
    if not total:
        verdict, because = "not provable", "No request was counted."
    elif lower >= target:
        verdict, because = "kept", told
    elif upper < target:
        verdict, because = "broken", told
    else:
        verdict = "not provable"
        because = (
            f"Of {counted(missing, 'minute')} there is no evidence; what may have come then decides between "
            f"{share(float(100 * lower))} and {share(float(100 * upper))}."
        )
    return Requests(
        verdict=verdict,
        because=because,
        total=total,
        failed=failed,
        refused=sums.refused,
        measured_pct=percent(total - failed, total),
        lower_pct=float(100 * lower),
        upper_pct=float(100 * upper),
        budget_used_pct=used_pct(failed, total, promise),
        unseen_at_most=unseen,
    )


def probes_side(sums: Sums, expected: int, outages: Downtime, promise: Promise) -> Probes:
    """By the canary: a probe is due every minute, and one that was not made may have gone either way.

    Broken is proven in either of two ways: the interval lies below the promise, or the outages alone, each
    surely as long as from its first failed probe to its last, are longer than the budget allows.
    """
    total, failed = sums.attempts, sums.attempts - sums.successes
    gap = expected - sums.probed_minutes
    lower, upper = _bounds(total, failed, gap)
    allowed = budget(promise)
    kept_up_to, broken_from = provable(total, float(allowed)) if total else (None, None)
    kept_with_gap, broken_with_gap = provable(total + gap, float(allowed)) if total else (None, None)
    told = f"{number(failed)} of {counted(total, 'probe')} failed"
    verdict: Verdict
    if not total:
        verdict, because = "not provable", "No probe was made."
    elif outages.least > allowed * expected:
        verdict = "broken"
        because = (
            f"The outages lasted {counted(outages.least, 'minute')} at least; "
            f"{float(allowed * expected):.1f} are allowed."
        )
    elif broken_with_gap is not None and failed >= broken_with_gap:
        verdict, because = "broken", f"{told}; {_proves(kept_up_to, broken_from)}."
    elif kept_with_gap is not None and failed + gap <= kept_with_gap:
        verdict, because = "kept", f"{told}; {_proves(kept_up_to, broken_from)}."
    else:
        verdict = "not provable"
        gaps = f" and {counted(gap, 'minute')} had no probe" if gap else ""
        because = f"{told}{gaps}; {_proves(kept_up_to, broken_from)}."
    low, high = interval(failed, total)
    return Probes(
        verdict=verdict,
        because=because,
        total=total,
        failed=failed,
        measured_pct=percent(total - failed, total),
        lower_pct=float(100 * lower),
        upper_pct=float(100 * upper),
        budget_used_pct=used_pct(failed, total, promise),
        gap_minutes=gap,
        down_minutes=sums.down_minutes,
        down_lower_minutes=outages.least,
        down_upper_minutes=outages.most,
        interval_lower_pct=100 * (1 - high),
        interval_upper_pct=100 * (1 - low),
        proves_kept_up_to=kept_up_to,
        proves_broken_from=broken_from,
    )


def availability(
    requests: Requests, probes: Probes, dark_minutes: int, expected: int, promise: Promise
) -> tuple[Verdict, str]:
    """Both sides together.

    The requests decide, for they are a full count, as long as the canary does not contradict. Without any
    the canary decides. Minutes in which neither saw anything must fit into what the promise allows.
    """
    broken = [side.because for side in (requests, probes) if side.verdict == "broken"]
    if broken:
        return "broken", " ".join(broken)
    if not requests.total:
        return probes.verdict, f"There were no requests, so the canary alone decides. {probes.because}"
    allowed = budget(promise)
    if not probes.total:
        doubt = "No probe was made from outside, and requests that never arrived are in no count."
    elif requests.verdict == "not provable":
        doubt = requests.because
    elif Fraction(probes.failed, probes.total) > allowed:
        doubt = f"{requests.because} But from outside {probes.because}"
    elif dark_minutes > allowed * expected:
        doubt = (
            f"In {counted(dark_minutes, 'minute')} neither a probe nor a request was seen; "
            f"{float(allowed * expected):.1f} minutes of downtime are allowed."
        )
    else:
        return "kept", requests.because
    return "not provable", doubt


def _bounds(total: int, failed: int, unseen: int) -> tuple[Fraction, Fraction]:
    whole = total + unseen
    if not whole:
        return Fraction(0), Fraction(1)
    return Fraction(total - failed, whole), Fraction(whole - failed, whole)


def _allowed(total: int, promise: Promise) -> str:
    return f"{number(int(total * budget(promise)))} may fail"


def _proves(kept_up_to: int | None, broken_from: int | None) -> str:
    kept = (
        "no number proves that the promise was kept"
        if kept_up_to is None
        else f"up to {number(kept_up_to)} prove that the promise was kept"
    )
    return f"{kept}, {'none' if broken_from is None else number(broken_from) + ' or more'} that it was broken"
