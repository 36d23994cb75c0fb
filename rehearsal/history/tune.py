"""An alarm over real metrics -> the threshold that keeps a wanted page rate.

What an alarm does changes only where its threshold passes a value that was observed, so thresholds are tried
between neighbouring values: all of them where they are few, else a grid that is fine where values are rare,
refined by bisection at the border between too often and rarely enough.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from monitoring.spec import MetricAlarm
from rehearsal.cloudwatch.actions import entries
from rehearsal.cloudwatch.decide import ALARM
from rehearsal.cloudwatch.evaluate import metric_states
from rehearsal.cloudwatch.points import Points
from rehearsal.cloudwatch.series import Series
from rehearsal.commands import alarm_set
from rehearsal.errors import RehearsalError
from rehearsal.history.replay import real_metrics, weeks
from rehearsal.incident.expectations import matching

FEW = 400  # values that are all tried; of more, the rarest so many and as many spread over the rest
SHOWN = 9
PROPOSED: Final = 0
NO_THRESHOLD: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Trade:
    """What a threshold would have given: how often the alarm went off, and for which share of the time."""

    threshold: float
    went_off: int
    share_in_alarm: float


def tune(given: argparse.Namespace, console: Console) -> int:
    """Propose a threshold for a wanted page rate, with the trade around it; 1 if none keeps it."""
    alarms = alarm_set(given)
    series = real_metrics(given, alarms)
    alarm = matching(given.alarm, alarms.alarms, "tune")[0]
    if not isinstance(alarm, MetricAlarm) or alarm.threshold is None:
        raise RehearsalError(
            f"{alarm.name} has no threshold to tune; name a metric alarm with a fixed threshold"
        )
    home = next(account.id for account in alarms.accounts if alarm in account.alarms)
    most = most_often(given.pages_per_week, series)
    trades = trade(alarm, series, home, most)
    chosen = propose(trades, most, may_never=given.pages_per_week == 0)
    table = Table(title=f"{alarm.key}: now {alarm.threshold:g}", title_justify="left")
    for heading in ("threshold", "went off", "a week", "of the time in ALARM", ""):
        table.add_column(heading, justify="right")
    for option in around(trades, chosen):
        table.add_row(
            f"{option.threshold:g}",
            str(option.went_off),
            f"{option.went_off / weeks(series):.2f}",
            f"{option.share_in_alarm:.1%}",
            "proposed" if option is chosen else "",
        )
    console.print(table)
    if chosen is None:
        console.print(
            f"No threshold keeps {given.pages_per_week:g} pages a week: wherever the alarm goes off at all, "
            f"it does so more often or stays in ALARM most of the time. More datapoints to alarm, a longer "
            f"period or another statistic may help.",
            style="yellow",
        )
        return NO_THRESHOLD
    return PROPOSED


def most_often(pages_per_week: float, series: Series) -> int:
    """How often an alarm may go off over the series. Raises `RehearsalError` for a rate that is none."""
    if not 0 <= pages_per_week < float("inf"):
        raise RehearsalError(f"--pages-per-week {pages_per_week:g} is no rate; give a number from 0 on")
    return int(pages_per_week * weeks(series) + 1e-9)


def trade(alarm: MetricAlarm, series: Series, home: str | None, most: int) -> list[Trade]:
    """What thresholds between the observed values would have given, most sensitive first.

    Raises `RehearsalError` where nothing was observed.
    """
    values, _, _ = Points(alarm, series, home=home, size=1, seen_after=0).watched()
    observed = np.unique(values[np.isfinite(values)])
    if not len(observed):
        raise RehearsalError(f"{alarm.name}: its metrics have no data in this time; nothing to tune by")
    candidates = between(observed)
    if alarm.comparison.startswith("LessThan"):
        candidates = candidates[::-1]
    tried: dict[int, Trade] = {}

    def at(place: int) -> Trade:
        if place not in tried:
            threshold = float(candidates[place])
            states = metric_states(replace(alarm, threshold=threshold), series, home=home)
            share = float((states == ALARM).mean())
            tried[place] = Trade(threshold=threshold, went_off=len(entries(states)), share_in_alarm=share)
        return tried[place]

    places = sorted(_first_places(len(candidates)))
    too_often = max((place for place in places if not _keeps(at(place), most)), default=-1)
    low, high = too_often, min((place for place in places if place > too_often), default=len(candidates) - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _keeps(at(middle), most) else (middle, high)
    return [tried[place] for place in sorted(tried)]


def propose(trades: Sequence[Trade], most: int, *, may_never: bool = False) -> Trade | None:
    """The most sensitive threshold from which on the alarm goes off, and no more often than wanted.

    A threshold so low that the alarm never leaves ALARM goes off once and is no answer: everything less
    sensitive has to keep within the rate too, and the alarm must be out of ALARM most of the time. Nor is one
    at which it never goes off, unless it `may_never`.
    """
    chosen: Trade | None = None
    for option in reversed(trades):
        if not _keeps(option, most):
            break
        chosen = option
    return chosen if chosen is not None and (chosen.went_off or may_never) else None


def around(trades: Sequence[Trade], chosen: Trade | None) -> list[Trade]:
    """So many of the trades as fit a screen, the chosen one and its neighbours among them."""
    at = trades.index(chosen) if chosen is not None else len(trades) - 1
    places = {*np.linspace(0, len(trades) - 1, SHOWN).round().astype(int).tolist(), at - 1, at, at + 1}
    return sorted(
        (trades[place] for place in places if 0 <= place < len(trades)), key=lambda option: option.threshold
    )


def between(observed: NDArray[np.float64]) -> NDArray[np.float64]:
    """A threshold below all values (ascending), one between each two, one above all; short where it can be.

    Short: with as few digits as keep it apart from both neighbours, for people to write down.
    """
    gap = float(observed[-1] - observed[0]) / len(observed) or max(abs(float(observed[0])) / 10, 1.0)
    edges = [float(observed[0]) - 2 * gap, *map(float, observed), float(observed[-1]) + 2 * gap]
    return np.array([_short(low, high) for low, high in pairwise(edges)])


def _short(low: float, high: float) -> float:
    middle = (low + high) / 2
    return next(
        (value for digits in range(1, 17) if low < (value := float(f"{middle:.{digits}g}")) < high), middle
    )


def _first_places(count: int) -> set[int]:
    """The candidates that are tried at once: the least sensitive, where values are rare, and a spread."""
    return {
        *range(max(0, count - FEW), count),
        *np.linspace(0, count - 1, min(count, FEW)).astype(int).tolist(),
    }


def _keeps(option: Trade, most: int) -> bool:
    return option.went_off <= most and option.share_in_alarm <= 0.5  # noqa: PLR2004  # most of the time
