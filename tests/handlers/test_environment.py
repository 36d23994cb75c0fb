import pytest

from handlers.environment import SettingsError, text, whole_number


def test_a_variable_that_is_missing_or_empty_is_named_with_its_consequence() -> None:
    for environ in ({}, {"NAME": ""}):
        with pytest.raises(SettingsError, match="NAME is not set, so the function cannot start"):
            text(environ, "NAME")


@pytest.mark.parametrize("value", ["-1", "1.5", "ten", " 5", "٣", "4"])
def test_what_is_no_whole_number_from_the_minimum_up_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="no whole number from 5 up"):
        whole_number({"N": value}, "N", minimum=5)


def test_the_minimum_itself_is_allowed() -> None:
    assert whole_number({"N": "5"}, "N", minimum=5) == 5
