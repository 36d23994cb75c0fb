"""What a metric filter's pattern says of a line."""

import pytest

from local.fillins.filter_pattern import PatternError, matches, terms

ANSWERED = '{ ($.status = "2*") && ($.ms = *) }'


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({"status": "200", "ms": 5}, True),
        ({"status": "204", "ms": 0}, True),
        ({"status": "429", "ms": 5}, False),
        ({"status": "520", "ms": 5}, False),
        ({"status": "200"}, False),
        ({"ms": 5}, False),
    ],
)
def test_every_field_has_to_be_there_and_like_the_pattern(line: dict[str, object], found: bool) -> None:
    assert matches(line, terms(ANSWERED)) is found


def test_a_single_term_needs_no_brackets() -> None:
    assert terms("{ $.status = 2* }") == {"status": "2*"}


@pytest.mark.parametrize(
    "pattern", ["", "ERROR", "{ $.a > 5 }", '{ ($.a = "1") || ($.b = "2") }', "[a, b]", "{}"]
)
def test_a_pattern_that_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="is not understood"):
        terms(pattern)
