"""CPU, memory and disk of the model server's processes, read from /proc, as SageMaker publishes them.

Namespace `/aws/sagemaker/Endpoints`, dimensions endpoint and variant, one sample a minute and one
whenever asked. CPU goes up to 100 % times the number of cores, as on SageMaker; memory is the processes'
resident share of this machine's, disk the use of its root file system.
"""

import os
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ministack.core.responses import get_region, request_scope
from ministack.services.cloudwatch import record_metric

from local.fillins.control import operation
from local.fillins.services import sagemaker

NAMESPACE = "/aws/sagemaker/Endpoints"
PERIOD_S = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEMORY = _PAGE * os.sysconf("SC_PHYS_PAGES")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """CPU seconds used so far and resident bytes of a process and its children, at a monotonic time."""

    at: float
    cpu_s: float
    resident: int


class _Watch:
    def __init__(self) -> None:
        self.pid: int | None = None
        self.last: Reading | None = None
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()


_watch = _Watch()


def watch(pid: int) -> None:
    """Measure the process `pid` and its children from now on."""
    with _watch.lock:
        _watch.pid, _watch.last = pid, read(pid)
        if _watch.thread is None:
            _watch.thread = threading.Thread(target=_every_minute, name="utilization", daemon=True)
            _watch.thread.start()


def read(pid: int) -> Reading:
    """The sums over `pid` and its children; a process that has ended counts nothing."""
    ticks = pages = 0
    for member in _family(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])  # utime, stime (proc(5), fields 14 and 15)
        pages += int(fields[21])  # rss (field 24)
    return Reading(at=time.monotonic(), cpu_s=ticks / _TICKS, resident=pages * _PAGE)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(member for child in children for member in _family(int(child)))]


def percentages(before: Reading, now: Reading) -> dict[str, float]:
    """Metric name to percent between two readings."""
    elapsed_s = max(now.at - before.at, 1e-3)
    disk = shutil.disk_usage("/")
    return {
        "CPUUtilization": 100 * max(0.0, now.cpu_s - before.cpu_s) / elapsed_s,
        "MemoryUtilization": 100 * now.resident / _MEMORY,
        "DiskUtilization": 100 * disk.used / disk.total,
    }


@operation("sample_utilization")
def sample() -> None:
    """Publish one sample for every endpoint now; does nothing before a model is attached."""
    with _watch.lock:
        if _watch.pid is None or _watch.last is None:
            return
        now = read(_watch.pid)
        values = percentages(_watch.last, now)
        _watch.last = now
    for account, endpoint in sagemaker.endpoints.everyone():
        with request_scope(account, get_region()):
            for variant in endpoint["ProductionVariants"]:
                dimensions = {"EndpointName": endpoint["EndpointName"], "VariantName": variant["VariantName"]}
                for metric, value in values.items():
                    record_metric(NAMESPACE, metric, value, "Percent", dimensions)


def _every_minute() -> None:
    while True:
        time.sleep(PERIOD_S)
        sample()
