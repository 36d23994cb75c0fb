import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.wire import MAX_INSTANCES, InvalidRequestError, parse_instances

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


@given(st.lists(JSON, min_size=1, max_size=5))
def test_instances_of_any_form_are_read_as_they_were_written(instances: list[Any]) -> None:
    content = json.dumps({"instances": instances})
    if "NaN" not in content and "Infinity" not in content:
        assert parse_instances(content.encode()) == json.loads(content)["instances"]


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
        (b'{"instances":[]}', "instances must be a list of 1 to 1000"),
        (b'{"instances":{}}', "instances must be a list of 1 to 1000"),
    ],
)
def test_a_body_of_another_form_is_refused(content: bytes, message: str) -> None:
    assert refusal(content) == message


def test_one_instance_more_than_the_maximum_is_refused() -> None:
    assert len(parse_instances(body(*[0] * MAX_INSTANCES))) == MAX_INSTANCES
    assert refusal(body(*[0] * (MAX_INSTANCES + 1))) == "instances must be a list of 1 to 1000"


@settings(deadline=None)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_the_bytes_are_they_are_refused_and_nothing_else_is_raised(content: bytes) -> None:
    assert refusal(content)
