from hypothesis import given
from hypothesis import strategies as st

from local.deployer.request import pascal
from local.deployer.wire import is_secret, plain, redacted, wrapped

leaves = st.one_of(st.text(max_size=3), st.integers(), st.booleans())
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("ab"), inner, max_size=3)),
    max_leaves=8,
)


def test_whole_numbers_become_ints_and_secrets_are_unwrapped_at_any_depth() -> None:
    wire = {"a": [1.0, 0.5, True], "b": wrapped({"c": wrapped("x")}), "d": None}
    assert plain(wire) == {"a": [1, 0.5, True], "b": {"c": "x"}}
    assert isinstance(plain(wire)["a"][0], int)


@given(values)
def test_wrapping_a_value_changes_nothing_but_its_secrecy(value: object) -> None:
    assert plain(wrapped(value)) == value
    assert plain({"x": [wrapped(value)]}) == {"x": [value]}
    assert not is_secret(value)
    assert is_secret({"x": [wrapped(value)]})


def test_an_error_message_loses_every_secret_of_the_inputs() -> None:
    inputs = {"a": wrapped({"password": "swordfish"}), "b": "public", "c": [wrapped("tuna")]}
    assert redacted("swordfish and tuna, but public", inputs) == "[secret] and [secret], but public"


def test_names_take_awss_spelling_at_every_depth() -> None:
    value = {"flexibleTimeWindow": {"mode": "OFF"}, "list": [{"kmsKeyArn": "x"}]}
    assert pascal(value, {"kmsKeyArn": "KMSKeyArn"}) == {
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "List": [{"KMSKeyArn": "x"}],
    }
