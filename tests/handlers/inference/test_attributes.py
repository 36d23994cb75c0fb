import pytest

from handlers.inference.attributes import item_of, value_of


def test_an_item_of_any_shape_is_read() -> None:
    assert item_of(
        {
            "s": {"S": "x"},
            "i": {"N": "7"},
            "f": {"N": "0.5"},
            "t": {"BOOL": True},
            "n": {"NULL": True},
            "b": {"B": "AAE="},
            "l": {"L": [{"N": "1"}, {"S": "y"}]},
            "m": {"M": {"k": {"L": []}}},
            "ss": {"SS": ["a", "b"]},
            "ns": {"NS": ["1", "2.5"]},
            "bs": {"BS": ["AAE="]},
        }
    ) == {
        "s": "x",
        "i": 7,
        "f": 0.5,
        "t": True,
        "n": None,
        "b": b"\x00\x01",
        "l": [1, "y"],
        "m": {"k": []},
        "ss": {"a", "b"},
        "ns": {1, 2.5},
        "bs": {b"\x00\x01"},
    }


@pytest.mark.parametrize("attribute", [{}, {"S": "a", "N": "1"}, {"X": 1}, {"N": "x"}, None, 7])
def test_what_is_no_attribute_is_refused(attribute: object) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        value_of(attribute)  # type: ignore[arg-type]  # what an answer may hold
