"""Small charts as SVG: the value of an alarm against its threshold, and its states. No script needed."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WIDTH, HEIGHT, TOP, STRIP = 720, 110, 8, 10
BUCKETS = 360


def buckets(values: Floats, *, low: bool) -> Floats:
    """At most `BUCKETS` values: the highest of each bucket, or the lowest if being `low` is what matters."""
    size = -(-len(values) // BUCKETS)
    padded = np.concatenate([values, np.full(-len(values) % size, np.nan)]).reshape(-1, size)
    empty = np.isnan(padded).all(axis=1)
    best = np.where(np.isnan(padded), np.inf if low else -np.inf, padded)
    return np.where(empty, np.nan, best.min(axis=1) if low else best.max(axis=1))


def polylines(values: Floats, bottom: float, top: float, total: int) -> list[str]:
    """The points of one line for each stretch without a gap; it begins and ends with its buckets."""
    span = top - bottom or 1.0
    half = WIDTH / total / 2
    x = (np.arange(len(values)) + 0.5) / total * WIDTH
    y = TOP + (HEIGHT - TOP - STRIP - 4) * (1 - (values - bottom) / span)
    lines = []
    for gap, run in groupby(zip(x, y, strict=True), key=lambda point: bool(np.isnan(point[1]))):
        if not gap:
            points = list(run)
            (first, start), (last, end) = points[0], points[-1]
            ends = [(first - half, start), *points, (last + half, end)]
            lines.append(" ".join(f"{at:.1f},{level:.1f}" for at, level in ends))
    return lines


def segments(codes: NDArray[np.int8], names: Sequence[str]) -> list[tuple[float, float, str]]:
    """(left, width, state) of each stretch of one state, in percent of the whole."""
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    ends = np.append(starts[1:], len(codes))
    total = max(len(codes), 1)
    return [
        (100 * float(s) / total, 100 * float(e - s) / total, names[int(codes[s])])
        for s, e in zip(starts, ends, strict=True)
    ]


def extent(*arrays: Floats) -> tuple[float, float]:
    """The lowest and highest value to be shown, zero included."""
    every = np.concatenate(arrays)
    every = every[~np.isnan(every)]
    return (min(0.0, float(every.min())), float(every.max()) * 1.05 or 1.0) if len(every) else (0.0, 1.0)
