"""Maintenance that was announced: objects in `announcements/<service>/`, dated by the bucket's own clock."""

import json
import logging
from datetime import UTC, date, datetime
from typing import Any

from reports.sla.collect.bucket import Bucket

ANNOUNCEMENTS = "announcements"
log = logging.getLogger(__name__)


def announced(bucket: Bucket, service: str, day: date) -> list[dict[str, Any]]:
    """What was announced on the day.

    An object that cannot be read announces nothing; it is logged, and the work counts.
    """
    found = []
    pages = bucket.client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket.name, Prefix=f"{bucket.prefix}{ANNOUNCEMENTS}/{service}/"
    )
    for item in (item for page in pages for item in page.get("Contents", ())):
        at = item["LastModified"].astimezone(UTC)
        if at.date() == day:
            body = bucket.client.get_object(Bucket=bucket.name, Key=item["Key"])["Body"].read()
            try:
                found.append({"announced_at": at, **announcement(body)})
            except (ValueError, KeyError, TypeError) as error:
                log.warning("%s announces nothing: %r", item["Key"], error)
    return found


def announcement(body: bytes) -> dict[str, Any]:
    """`{"begins_at": ..., "ends_at": ..., "notice": ...}` with ISO 8601 times that have an offset.

    Raises ValueError, KeyError and TypeError.
    """
    told = json.loads(body)
    begins, ends = (datetime.fromisoformat(told[name]) for name in ("begins_at", "ends_at"))
    if begins.tzinfo is None or ends.tzinfo is None or ends <= begins:
        raise ValueError("begins_at and ends_at need an offset, and to be in order")
    return {"begins_at": begins, "ends_at": ends, "notice": str(told.get("notice", ""))}
