"""Items of reference data, from DynamoDB through a small cache.

A key that is not in the table is never cached: an item that was just loaded must be found at once, and
requests for made-up keys must not push real items out. Reads are eventually consistent, as the cache is.
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from handlers import tracing
from handlers.inference.attempts import Budget, Verdict, attempt
from handlers.inference.attributes import item_of
from handlers.inference.aws.client import ServiceClient, ServiceError
from handlers.inference.failure import FailureError, internal_error, out_of_time
from handlers.transport import Clock, TimedOutError, TransportError

ATTEMPT_SHARE = 0.25  # of the budget: two attempts leave the model half of it
MAX_KEYS = 100  # of one BatchGetItem
THROTTLED = "ProvisionedThroughputExceededException"
THROTTLES = frozenset((THROTTLED, "ThrottlingException", "RequestLimitExceeded"))
SERVER_ERROR = 500

Reference = Mapping[str, Any]
T = TypeVar("T")
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
    """Looks items up in the table."""

    def __init__(self, client: ServiceClient, table_name: str, cache: Cache) -> None:
        self._client = client
        self._table_name = table_name
        self._cache = cache

    @tracing.step("lookup")
    def get(self, keys: Sequence[str], budget: Budget) -> dict[str, Reference]:
        """The items of these keys; a key without one is left out.

        Raises `FailureError`: throttled, time_budget_exceeded or internal_error.
        """
        wanted = dict.fromkeys(keys)
        found = {key: item for key in wanted if (item := self._cache.get(key)) is not None}
        tracing.annotate("cached", len(found) == len(wanted))
        missing = [key for key in wanted if key not in found]
        for start in range(0, len(missing), MAX_KEYS):
            for key, item in self._fetched(missing[start : start + MAX_KEYS], budget).items():
                self._cache.put(key, item)
                found[key] = item
        return found

    def _fetched(self, keys: Sequence[str], budget: Budget) -> dict[str, Reference]:
        if len(keys) == 1:
            return attempt(lambda: self._get_item(keys[0], budget), judge, budget)
        found: dict[str, Reference] = {}
        left = list(keys)

        def fetch() -> None:
            items, left[:] = self._batch_get_item(left, budget)
            found.update(items)
            if left:  # how DynamoDB says that it throttled a part
                raise ServiceError(200, THROTTLED)

        attempt(fetch, judge, budget)
        return found

    def _get_item(self, key: str, budget: Budget) -> dict[str, Reference]:
        asked = {"TableName": self._table_name, "Key": {"id": {"S": key}}}
        return self._call("GetItem", asked, lambda answer: decode_item(answer, key), budget)

    def _batch_get_item(self, keys: Sequence[str], budget: Budget) -> tuple[dict[str, Reference], list[str]]:
        name = self._table_name
        asked = {"RequestItems": {name: {"Keys": [{"id": {"S": key}} for key in keys]}}}
        return self._call("BatchGetItem", asked, lambda answer: decode_batch(answer, name, keys), budget)

    def _call(
        self, operation: str, asked: Mapping[str, Any], decode: Callable[[bytes], T], budget: Budget
    ) -> T:
        response = self._client.call(
            operation,
            "/",
            {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{operation}"},
            json.dumps(asked).encode(),
            deadline=budget.deadline(ATTEMPT_SHARE),
            table_name=self._table_name,
        )
        try:
            return decode(response.body)
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


def decode_item(body: bytes, key: str) -> dict[str, Reference]:
    """The item of `key` in the answer to a GetItem, by its key; nothing where it has none.

    Raises `UnreadableError` for what is no such answer, and for another key's item, wherever that came from;
    `FailureError` (internal_error) for an item that is none.
    """
    with _readable():
        document: dict[str, Any] = json.loads(body)
        return _by_key([item for name, item in document.items() if name == "Item"], [key])


def decode_batch(body: bytes, table: str, keys: Sequence[str]) -> tuple[dict[str, Reference], list[str]]:
    """The items in the answer to a BatchGetItem, by key, and the keys that it left. Raises likewise."""
    with _readable():
        document: dict[str, Any] = json.loads(body)
        left = document["UnprocessedKeys"].get(table, {}).get("Keys", [])
        return _by_key(document["Responses"].get(table, []), keys), [key["id"]["S"] for key in left]


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UnreadableError("no answer of DynamoDB") from None


def _by_key(items: Sequence[Mapping[str, Any]], keys: Collection[str]) -> dict[str, Reference]:
    found = {attributes["id"]["S"]: attributes for attributes in items}
    if not found.keys() <= set(keys):
        raise UnreadableError("another key's item")
    return {key: _item(key, attributes) for key, attributes in found.items()}


def _item(key: str, attributes: Mapping[str, Any]) -> Reference:
    try:
        return item_of(attributes)
    except (ValueError, TypeError, KeyError, AttributeError):
        log.error("a reference item cannot be read", extra={"fields": {"reference_id": key}})  # noqa: TRY400  # its text may hold the item
        raise internal_error() from None
