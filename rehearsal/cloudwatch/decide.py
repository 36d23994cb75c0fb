"""The decision itself, over many evaluations at once: arrays of datapoints in, state codes out.

The rules are those of `evaluate.state_at`; this is their numpy form. Nothing here knows where datapoints
come from.
"""

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Comparison, MetricAlarm

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
Floats = NDArray[np.float64]

OK, ALARM, INSUFFICIENT_DATA = np.int8(0), np.int8(1), np.int8(2)
KEEP = np.int8(-1)


def breaching(
    values: Floats | np.float64, comparison: Comparison, low: Floats | np.float64, high: Floats | np.float64
) -> Bools | np.bool_:
    """Whether each value is on the wrong side; False for NaN. A plain threshold is both `low` and `high`."""
    match comparison:
        case "GreaterThanOrEqualToThreshold":
            return values >= high
        case "GreaterThanThreshold" | "GreaterThanUpperThreshold":
            return values > high
        case "LessThanThreshold" | "LessThanLowerThreshold":
            return values < low
        case "LessThanOrEqualToThreshold":
            return values <= low
        case "LessThanLowerOrGreaterThanUpperThreshold":
            return (values < low) | (values > high)


def state_codes(breaching: Bools, real: Bools, low: Bools | None, alarm: MetricAlarm) -> Codes:
    """One code per evaluation (column), `KEEP` where the state does not change.

    The arrays have shape (evaluation range, evaluations), oldest datapoint first: is it breaching, is it
    real, has its percentile too few samples (None: does not matter).

    The last rule is where AWS's current page is silent: with `missing`, datapoints that are all breaching but
    fewer than `DatapointsToAlarm` and younger than that give INSUFFICIENT_DATA. The page only says "not
    ALARM"; an earlier revision of its table (awsdocs/amazon-cloudwatch-user-guide, commit 05fd32f) prints
    `- - - - X` as "Insufficient data", and "Retain current state" for `ignore`.
    """
    needed, to_alarm = alarm.evaluation_periods, alarm.datapoints_to_alarm
    size = len(real)
    rank = np.cumsum(real[::-1], axis=0, dtype=np.int16)[::-1]  # 1 for the newest real point of a column
    deciding = real & (rank <= needed)
    hits = (deciding & breaching).sum(axis=0)
    present = rank[0]
    missing = np.maximum(needed - present, 0)
    if alarm.missing_data == "breaching":
        hits = hits + missing

    codes = np.full(real.shape[1], OK, dtype=np.int8)
    if alarm.missing_data in ("missing", "ignore"):
        undecided = (missing > 0) & ~(real & ~breaching).any(axis=0)
        old_enough = real[: max(0, size - to_alarm + 1)].any(axis=0)
        codes[undecided] = KEEP if alarm.missing_data == "ignore" else INSUFFICIENT_DATA
        if alarm.missing_data == "missing":
            codes[undecided & old_enough] = ALARM
    codes[hits >= to_alarm] = ALARM
    if low is not None:
        codes[(deciding & low).any(axis=0)] = KEEP
    return codes


def hold(codes: Codes, first: np.int8) -> Codes:
    """Replace every `KEEP` by the state before it; `first` is the state before the first evaluation."""
    decided = np.where(codes == KEEP, -1, np.arange(len(codes)))
    last = np.maximum.accumulate(decided) if len(codes) else decided
    return np.where(last < 0, first, codes[np.maximum(last, 0)]).astype(np.int8)
