import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.wire import FEATURES, MAX_INSTANCES, MAX_MAGNITUDE, InvalidRequestError, parse_instances
from tests.model.served import LOT_001

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=20,
)


def body(*instances: object) -> bytes:
    return json.dumps({"instances": instances}).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidRequestError) as raised:
        parse_instances(content)
    return str(raised.value)


def test_features_come_out_in_the_models_order_whatever_the_order_they_came_in() -> None:
    backwards = dict(reversed(LOT_001.items()))
    assert parse_instances(body(backwards, LOT_001)) == [[LOT_001[name] for name in FEATURES]] * 2


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.floats(-MAX_MAGNITUDE, MAX_MAGNITUDE), min_size=13, max_size=13), min_size=1, max_size=5
    )
)
def test_every_row_of_finite_numbers_is_read_as_it_was_written(rows: list[list[float]]) -> None:
    assert parse_instances(body(*(dict(zip(FEATURES, row, strict=True)) for row in rows))) == rows


def test_whole_numbers_are_numbers() -> None:
    assert parse_instances(body(LOT_001 | {"proline": 1065}))[0][-1] == 1065.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the body is not valid JSON"),
        (b"{", "the body is not valid JSON"),
        (b"\xff\xfe\x00", "the body is not valid JSON"),
        (b"[" * 100_000, "the body is not valid JSON"),
        (b'{"instances":' + b"9" * 5000 + b"}", "the body is not valid JSON"),
        (b"[]", 'the body must be an object with the one key "instances"'),
        (b"{}", 'the body must be an object with the one key "instances"'),
        (b'{"instances":[],"more":1}', 'the body must be an object with the one key "instances"'),
        (b'{"instances":[]}', "instances must be a list of 1 to 1000 objects"),
        (b'{"instances":{}}', "instances must be a list of 1 to 1000 objects"),
        (b'{"instances":[1]}', "instances[0] must be an object of 13 features"),
    ],
)
def test_a_body_of_another_form_is_refused(content: bytes, message: str) -> None:
    assert refusal(content) == message


def test_one_instance_more_than_the_maximum_is_refused() -> None:
    assert len(parse_instances(body(*[LOT_001] * MAX_INSTANCES))) == MAX_INSTANCES
    assert refusal(body(*[LOT_001] * (MAX_INSTANCES + 1))) == "instances must be a list of 1 to 1000 objects"


@pytest.mark.parametrize("feature", FEATURES)
def test_a_missing_feature_is_named(feature: str) -> None:
    rest = {name: value for name, value in LOT_001.items() if name != feature}
    assert refusal(body(LOT_001, rest)) == f"instances[1].{feature} is missing"


@pytest.mark.parametrize(
    "value", [None, True, "1.0", [1.0], {}, math.nan, math.inf, -math.inf, 1e300, -1e300, 10**400, 1_000_001]
)
def test_a_value_that_is_no_finite_number_in_range_is_refused_without_repeating_it(value: object) -> None:
    message = refusal(body(LOT_001, LOT_001, LOT_001 | {"hue": value}))
    expected = "instances[2].hue must be a number within plus and minus 1,000,000"
    not_json = isinstance(value, float) and not math.isfinite(value)
    assert message == ("the body is not valid JSON" if not_json else expected)


def test_a_number_that_overflows_to_infinity_is_refused() -> None:
    content = body(LOT_001 | {"hue": 0}).replace(b'"hue": 0', b'"hue": 1e999')
    assert refusal(content) == "instances[0].hue must be a number within plus and minus 1,000,000"


def test_an_unknown_feature_is_named_but_never_at_length() -> None:
    assert refusal(body(LOT_001 | {"colour": 1})) == "instances[0] has an unknown feature: 'colour'"
    assert (
        refusal(body(LOT_001 | {"é" * 10_000: 1}))
        == "instances[0] has an unknown feature: '" + ("\\xe9" * 10)[:39]
    )


@settings(deadline=None)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_the_bytes_are_they_are_refused_or_read_and_nothing_else_is_raised(content: bytes) -> None:
    assert refusal(content)


@settings(deadline=None)
@given(st.sampled_from(FEATURES), JSON)
def test_whatever_stands_for_a_feature_is_a_finite_number_or_refused(feature: str, value: object) -> None:
    try:
        rows = parse_instances(body(LOT_001 | {feature: value}))
    except InvalidRequestError:
        return
    assert all(abs(number) <= MAX_MAGNITUDE for number in rows[0])
