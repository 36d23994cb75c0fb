"""CloudWatch's GetMetricData, page by page."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any


def points(
    client: Any, queries: Sequence[Mapping[str, Any]], begin: datetime, end: datetime
) -> Iterator[tuple[str, datetime, float]]:
    """Every datapoint of the queries as id, moment and value. Raises botocore's errors."""
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=begin, EndTime=end, ScanBy="TimestampAscending"
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                yield result["Id"], at, value
