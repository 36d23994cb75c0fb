"""The threshold is in another unit of size than the metric.

`FreeStorageSpace` of RDS and `FreeableMemory` are in bytes, `FreeStorageSpace` of OpenSearch in
megabytes. 10 of the first is ten bytes: the disk is full long before. 10 GB in bytes of the second is
more than there is: always in ALARM.

Source: the units are the catalogue's, each from the service's page.
"""

import re
from collections.abc import Iterator

from rehearsal.lint import formulas, published
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
_SIZE = re.compile(r"Free|Size|Memory|Storage|BytesUsed|Available|DiskSpace|Backup")
SMALL = 100_000.0  # bytes: no disk, memory or bucket is watched at so little
IN_MEGABYTES = {
    ("AWS/ES", name) for name in ("FreeStorageSpace", "MasterFreeStorageSpace", "ClusterUsedSpace")
}
LARGE = 1e8  # megabytes: 100 TB on one node


def check(given: AlarmSet) -> Iterator[Finding]:
    """Sizes that are far too small in bytes, or far too large in megabytes."""
    for alarm in given.metric:
        metric, limit = formulas.plain(alarm), alarm.threshold
        facts = published.metric(metric.namespace, metric.name) if metric is not None else None
        if metric is None or facts is None or limit is None:
            continue
        if not _SIZE.search(metric.name) or metric.statistic == "SampleCount":
            continue
        small = facts.units == {"Bytes"} and 0 < limit < SMALL and metric is alarm.compared
        in_megabytes = (metric.namespace, metric.name) in IN_MEGABYTES
        large = (in_megabytes or facts.units == {"Megabytes"}) and limit > LARGE
        if small or large:
            quiet = alarm.downward == small
            yield Finding(
                alarm=alarm,
                key="Threshold",
                problem=f"{limit:g} of {metric.text}, which is in {'bytes' if small else 'megabytes'}",
                consequence="it fires too late or never" if quiet else "it is in ALARM all the time",
                fix=f"write the threshold in {'bytes: 10 GiB is 10737418240' if small else 'megabytes'}",
            )
