"""Explicit series in promtool's expanding notation, one value a minute.

`5` is a value and `_` a gap; `5x3` is 5 and 3 more of it, `5+2x3` is 5 7 9 11, `_x3` three gaps. As in
promtool (Prometheus, "Unit testing for rules"); its histograms and `stale` have no meaning here.
"""

import re

import numpy as np
from numpy.typing import NDArray

from rehearsal.errors import RehearsalError

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RUN = re.compile(
    rf"(?P<start>{_NUMBER})(?P<step>[-+](?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)?(?:x(?P<times>\d+))?"
)
_GAP = re.compile(r"_(?:x(?P<times>\d+))?")
LONGEST = 60 * 24 * 60


def expand(text: str) -> NDArray[np.float64]:
    """The values, NaN for gaps. Raises `RehearsalError` naming the piece that cannot be read."""
    values: list[float] = []
    for piece in text.split():
        gap, run = _GAP.fullmatch(piece), _RUN.fullmatch(piece)
        times = int((gap or run or {"times": 0})["times"] or 0)
        if len(values) + times > LONGEST:
            raise RehearsalError(f"more than {LONGEST} values (60 days); shorten the series")
        if gap is not None:
            values += [float("nan")] * max(times, 1)
        elif run is not None and (run["step"] is None or run["times"] is not None):
            step = float(run["step"] or 0)
            values += [float(run["start"]) + step * i for i in range(times + 1)]
        else:
            raise RehearsalError(f"{piece!r} is no value; write 5, 5x3, 5+2x3, _ or _x3, with blanks between")
    return np.array(values)
