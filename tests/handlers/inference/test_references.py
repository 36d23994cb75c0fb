import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.inference.aws.client import ServiceError
from handlers.inference.aws.credentials import CredentialsError
from handlers.inference.failure import FailureError, internal_error
from handlers.inference.references import Cache, UnreadableError, decode_batch, decode_item, judge
from handlers.transport import (
    BrokenOffError,
    TimedOutError,
    TransportError,
    UnconnectedError,
    UnresolvedError,
)
from tests.handlers.inference.clock import Clock

STEPS = st.lists(
    st.tuples(st.sampled_from(("get", "put", "wait")), st.sampled_from("abcd"), st.integers(1, 4)),
    max_size=60,
)


@given(size=st.integers(0, 3), ttl_s=st.integers(0, 5), steps=STEPS)
def test_the_cache_holds_the_most_recently_used_fresh_entries_and_no_more(
    size: int, ttl_s: int, steps: list[tuple[str, str, int]]
) -> None:
    clock = Clock()
    cache = Cache(size=size, ttl_s=ttl_s, clock=clock)
    model: list[tuple[str, float, dict[str, float]]] = []  # least recently used first
    for action, key, number in steps:
        entry = next((e for e in model if e[0] == key), None)
        if action == "wait":
            clock.now += number
        elif action == "put":
            cache.put(key, {"ash": number})
            model = [e for e in model if e[0] != key]
            model.append((key, clock.now + ttl_s, {"ash": number}))
            model = model[-size:] if size and ttl_s else []
        else:
            fresh = entry is not None and clock.now < entry[1]
            assert cache.get(key) == (entry[2] if entry is not None and fresh else None)
            if entry is not None:
                model.remove(entry)
            if entry is not None and fresh:
                model.append(entry)


def test_what_was_used_last_stays_longest_not_what_came_last() -> None:
    cache = Cache(size=2, ttl_s=60, clock=Clock())
    cache.put("a", {"ash": 1})
    cache.put("b", {"ash": 2})
    assert cache.get("a") == {"ash": 1}
    cache.put("c", {"ash": 3})
    assert [cache.get(key) for key in "abc"] == [{"ash": 1}, None, {"ash": 3}]


def test_an_entry_is_gone_at_the_very_second_it_expires() -> None:
    clock = Clock()
    clock.now = 0.0
    cache = Cache(size=2, ttl_s=60, clock=clock)
    cache.put("a", {"ash": 1})
    clock.now = 59.5
    assert cache.get("a") == {"ash": 1}
    clock.now = 60.0
    assert cache.get("a") is None


VERDICTS: dict[str, tuple[ServiceError | TransportError, bool, str]] = {
    "throughput": (ServiceError(400, "ProvisionedThroughputExceededException"), True, "throttled"),
    "throttled": (ServiceError(400, "ThrottlingException"), True, "throttled"),
    "request limit": (ServiceError(400, "RequestLimitExceeded"), True, "throttled"),
    "server error": (ServiceError(500, "InternalServerError"), True, "internal_error"),
    "unavailable": (ServiceError(503, ""), True, "internal_error"),
    "denied": (ServiceError(400, "AccessDeniedException"), False, "internal_error"),
    "no table": (ServiceError(400, "ResourceNotFoundException"), False, "internal_error"),
    "not resolved": (UnresolvedError(), True, "internal_error"),
    "not connected": (UnconnectedError(), True, "internal_error"),
    "broken off": (BrokenOffError(), True, "internal_error"),
    "timed out": (TimedOutError(), True, "time_budget_exceeded"),
    "timed out at work": (TimedOutError(working=True), False, "time_budget_exceeded"),
    "another answer": (UnreadableError(), True, "internal_error"),
    "no credentials": (CredentialsError(), True, "internal_error"),
    "499": (ServiceError(499, ""), False, "internal_error"),
}


@pytest.mark.parametrize(("error", "retry", "code"), VERDICTS.values(), ids=VERDICTS.keys())
def test_what_each_error_of_the_table_means(
    error: ServiceError | TransportError, *, retry: bool, code: str
) -> None:
    verdict = judge(error)
    assert (verdict.retry, verdict.failure.code) == (retry, code)


ITEM = {"id": {"S": "lot-1"}, "ash": {"N": "2.5"}}


def body(document: object) -> bytes:
    return json.dumps(document).encode()


def test_an_item_is_found_by_its_key_and_no_item_is_nothing() -> None:
    assert decode_item(body({"Item": ITEM}), "lot-1") == {"lot-1": {"id": "lot-1", "ash": 2.5}}
    assert decode_item(b"{}", "lot-1") == {}
    assert decode_item(body({"ConsumedCapacity": {}}), "lot-1") == {}


def test_of_several_keys_those_that_are_there_and_those_that_were_left_are_told_apart() -> None:
    other = {**ITEM, "id": {"S": "lot-2"}}
    left = {"lots": {"Keys": [{"id": {"S": "lot-3"}}]}}
    answer = {"Responses": {"lots": [other, ITEM]}, "UnprocessedKeys": left}
    found, again = decode_batch(body(answer), "lots", ["lot-1", "lot-2", "lot-3", "lot-4"])
    assert found == {"lot-1": {"id": "lot-1", "ash": 2.5}, "lot-2": {"id": "lot-2", "ash": 2.5}}
    assert again == ["lot-3"]
    with pytest.raises(UnreadableError):
        decode_batch(body(answer), "lots", ["lot-1"])
    with pytest.raises(UnreadableError):
        decode_batch(b"{}", "lots", ["lot-1"])


UNREADABLE = {
    "another lot's": body({"Item": {**ITEM, "id": {"S": "lot-2"}}}),
    "an id of another type": body({"Item": {**ITEM, "id": {"N": "1"}}}),
    "no id": body({"Item": {}}),
    "no object": body([]),
    "null": b"null",
    "a text": b'"Item"',
    "a number": b"7",
    "no item": body({"Item": None}),
    "an item that is a list": body({"Item": [ITEM]}),
    "nothing": b"",
    "no JSON": b"<html>",
    "no UTF-8": b"\xff\xfe\xff",
    "JSON without end": b"[" * 200_000,
}


@pytest.mark.parametrize("found", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_answer_to_the_request_is_never_taken_for_one(found: bytes) -> None:
    with pytest.raises(UnreadableError):
        decode_item(found, "lot-1")


@pytest.mark.parametrize("value", [None, "3", {}, {"N": "x"}, {"N": None}, {"X": "3"}, {"N": "1", "S": "1"}])
def test_an_attribute_that_is_none_is_an_error_of_ours(value: object) -> None:
    with pytest.raises(FailureError) as raised:
        decode_item(body({"Item": {**ITEM, "ash": value}}), "lot-1")
    assert raised.value.code == "internal_error"


def test_an_error_of_ours_tells_a_client_nothing_of_its_cause() -> None:
    assert internal_error().message == "The request failed for a reason of ours; it is logged."
