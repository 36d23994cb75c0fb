from datetime import UTC, date, datetime, timedelta
from typing import Any

import botocore.exceptions
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.usage_reporter.periods import period_start, quota_of
from local.emulator import SERVICE_ACCOUNT, Emulator
from local.fillins.gateway import usage
from tests.local.emulated_api import EmulatedApi, make_api, root

DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 12, 31))
TODAY = datetime.now(tz=UTC).date().isoformat


def get_usage(emulator: Emulator, api: EmulatedApi, **options: Any) -> Any:
    client = emulator.client("apigateway", SERVICE_ACCOUNT)
    return client.get_usage(usagePlanId=api.plan, **({"startDate": TODAY(), "endDate": TODAY()} | options))


def test_every_request_that_passes_the_quota_check_is_counted_per_key_and_day(emulator: Emulator) -> None:
    api = make_api(emulator, "counted", quota=5)
    for body in ({}, {"status": "breaks the schema"}):
        api.post(body, credentials=root(SERVICE_ACCOUNT))
    api.post(credentials=root(SERVICE_ACCOUNT), key=None)
    answer = get_usage(emulator, api)
    assert answer["usagePlanId"] == api.plan
    assert answer["items"] == {api.key: [[2, 3]]}


def test_a_used_up_quota_refuses_and_is_not_counted_further(emulator: Emulator) -> None:
    api = make_api(emulator, "used-up", quota=2)
    statuses = [api.post(credentials=root(SERVICE_ACCOUNT)) for _ in range(4)]
    assert [status for status, _headers, _answer in statuses] == [200, 200, 429, 429]
    assert statuses[-1][2]["error"]["code"] == "too_many_requests"
    assert get_usage(emulator, api)["items"] == {api.key: [[2, 0]]}


def test_granting_a_remaining_takes_effect_at_once(emulator: Emulator) -> None:
    api = make_api(emulator, "granted", quota=100)
    client = emulator.client("apigateway", SERVICE_ACCOUNT)
    client.update_usage(
        usagePlanId=api.plan,
        keyId=api.key,
        patchOperations=[{"op": "replace", "path": "/remaining", "value": "1"}],
    )
    statuses = [api.post(credentials=root(SERVICE_ACCOUNT))[0] for _ in range(2)]
    assert statuses == [200, 429]


def test_keys_come_in_pages(emulator: Emulator) -> None:
    api = make_api(emulator, "paged", quota=10)
    client = emulator.client("apigateway", SERVICE_ACCOUNT)
    keys = [api.key]
    for number in range(4):
        key = client.create_api_key(name=f"paged-{number}", enabled=True)["id"]
        client.create_usage_plan_key(usagePlanId=api.plan, keyId=key, keyType="API_KEY")
        keys.append(key)
    pages = list(
        client.get_paginator("get_usage").paginate(
            usagePlanId=api.plan, startDate=TODAY(), endDate=TODAY(), PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert {key for page in pages for key in page["items"]} == set(keys)
    assert set(get_usage(emulator, api, keyId=keys[2])["items"]) == {keys[2]}


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-01-02", "2026-01-01"), ("2026-01-01", "2026-04-01"), ("yesterday", "2026-01-01")],
)
def test_a_wrong_range_is_a_bad_request(emulator: Emulator, api: EmulatedApi, first: str, last: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        get_usage(emulator, api, startDate=first, endDate=last)
    assert caught.value.response["Error"]["Code"] == "BadRequestException"


def test_an_unknown_plan_is_not_found(emulator: Emulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        emulator.client("apigateway", SERVICE_ACCOUNT).get_usage(
            usagePlanId="nothing", startDate=TODAY(), endDate=TODAY()
        )
    assert caught.value.response["Error"]["Code"] == "NotFoundException"


def test_a_weekly_quota_remains_until_sunday_or_as_many_days_later_as_its_offset_says() -> None:
    saturday, sunday, monday = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)
    used, quota = {saturday: 5, sunday: 4, monday: 3}, {"limit": 10, "period": "WEEK"}
    assert usage.pairs(used, quota, saturday, monday) == [[5, 5], [4, 6], [3, 3]]
    assert usage.pairs(used, {**quota, "offset": 1}, saturday, monday) == [[5, 5], [4, 1], [3, 7]]


def test_a_monthly_quota_remains_until_the_first() -> None:
    last, first = date(2026, 10, 31), date(2026, 11, 1)
    quota = {"limit": 10, "period": "MONTH"}
    assert usage.pairs({last: 9, first: 12}, quota, last, first) == [[9, 1], [12, 0]]


def test_a_plan_without_a_quota_has_no_remaining() -> None:
    day = date(2026, 11, 1)
    assert usage.pairs({day: 7}, {}, day, day) == [[7, 0]]


@given(
    used=st.dictionaries(DAYS, st.integers(min_value=0, max_value=50), max_size=20),
    first=DAYS,
    length=st.integers(min_value=0, max_value=40),
    period=st.sampled_from(["DAY", "WEEK", "MONTH"]),
)
def test_one_pair_a_day_and_the_remaining_never_grows_within_a_period(
    used: dict[date, int], first: date, length: int, period: str
) -> None:
    plan = {"limit": 100, "period": period}
    found, quota = usage.pairs(used, plan, first, first + timedelta(days=length)), quota_of(plan)
    days = [first + timedelta(days=number) for number in range(length + 1)]
    assert [pair[0] for pair in found] == [used.get(day, 0) for day in days]
    for (day, pair), (following, after) in zip(
        zip(days, found, strict=True), list(zip(days, found, strict=True))[1:], strict=False
    ):
        if period_start(quota, day) == period_start(quota, following):
            assert after[1] == max(0, pair[1] - after[0])
