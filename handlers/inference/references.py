"""Reference data of a lot, from DynamoDB through a small cache.

An id that is not in the table is never cached: a lot that was just loaded must be found at once, and
requests for made-up ids must not push real lots out. Reads are eventually consistent, as the cache is.
"""

import json
import logging
import math
from collections import OrderedDict
from collections.abc import Mapping

from handlers import tracing
from handlers.inference.attempts import Budget, Verdict, attempt
from handlers.inference.aws import ServiceClient, ServiceError
from handlers.inference.failure import FailureError, internal_error, out_of_time
from handlers.transport import Clock, TimedOutError, TransportError

FEATURES = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "od280_od315",
)
ATTEMPT_SHARE = 0.25  # of the budget: two attempts leave the model half of it
THROTTLES = frozenset(
    ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")
)
SERVER_ERROR = 500
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.GetItem",
}

Reference = Mapping[str, float]
log = logging.getLogger(__name__)


class Cache:
    """The `size` most recently used references, each for `ttl_s` seconds of `clock`; 0 in either: none."""

    def __init__(self, *, size: int, ttl_s: float, clock: Clock) -> None:
        self._size = size
        self._ttl_s = ttl_s
        self._clock = clock
        self._entries: OrderedDict[str, tuple[float, Reference]] = OrderedDict()

    def get(self, key: str) -> Reference | None:
        """The reference if it is held and fresh."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        expires, reference = entry
        if self._clock() >= expires:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return reference

    def put(self, key: str, reference: Reference) -> None:
        """Hold the reference, in place of the least recently used one if the cache is full."""
        if self._size == 0 or self._ttl_s == 0:
            return
        self._entries[key] = (self._clock() + self._ttl_s, reference)
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)


class UnreadableError(TransportError):
    """What came is no answer to the request."""


class References:
    """Looks lots up in the table."""

    def __init__(self, client: ServiceClient, table_name: str, cache: Cache) -> None:
        self._client = client
        self._table_name = table_name
        self._cache = cache

    @tracing.step("lookup")
    def get(self, key: str, budget: Budget) -> Reference:
        """The ten features of lot `key` by name.

        Raises `FailureError`: unknown_reference, throttled, time_budget_exceeded or internal_error.
        """
        cached = self._cache.get(key)
        tracing.annotate("cached", cached is not None)
        if cached is not None:
            return cached
        reference = attempt(lambda: self._get_item(key, budget), judge, budget)
        if reference is None:
            raise FailureError("unknown_reference", "There is no reference data for this id.")
        self._cache.put(key, reference)
        return reference

    def _get_item(self, key: str, budget: Budget) -> Reference | None:
        body = json.dumps({"TableName": self._table_name, "Key": {"id": {"S": key}}})
        response = self._client.call(
            "GetItem",
            "/",
            _HEADERS,
            body.encode(),
            deadline=budget.deadline(ATTEMPT_SHARE),
            table_name=self._table_name,
        )
        try:
            return decode(response.body, key)
        except UnreadableError:
            self._client.hang_up()  # whatever else is on its way belongs to another request, too
            raise


def judge(error: ServiceError | TransportError) -> Verdict:
    """What an error of the table means. A table that is out of order is an error of ours: internal_error."""
    if isinstance(error, TimedOutError):
        # It used up its share only, so another attempt may fit; not where the table is known to work on it.
        return Verdict(retry=not error.working, failure=out_of_time())
    if isinstance(error, TransportError):
        return Verdict(retry=True, failure=internal_error())
    if error.code in THROTTLES:
        return Verdict(
            retry=True, failure=FailureError("throttled", "Reference data is throttled; try later.")
        )
    return Verdict(retry=error.status >= SERVER_ERROR, failure=internal_error())


def decode(body: bytes, key: str) -> Reference | None:
    """The reference in DynamoDB's answer, None where it has none.

    Raises `FailureError` (internal_error) for an item without ten numbers, which the log names, and
    `UnreadableError` for what is no answer to a GetItem of lot `key`.
    """
    try:
        document = json.loads(body)
        if "Item" not in document and isinstance(document, dict):
            return None
        item = document["Item"]
        found = item["id"]["S"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnreadableError("no answer of DynamoDB") from None
    if found != key:  # never another lot's data, wherever it came from
        raise UnreadableError("another lot's item")
    try:
        reference = {name: float(item[name]["N"]) for name in FEATURES}
    except (KeyError, TypeError, ValueError):
        reference = {}
    if not reference or not all(map(math.isfinite, reference.values())):
        log.error("a reference item lacks a feature", extra={"fields": {"reference_id": key}})
        raise internal_error()
    return reference
