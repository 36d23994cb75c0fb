import pytest

from handlers.environment import SettingsError
from handlers.inference.settings import (
    ENVIRONMENT,
    MODEL_ENVIRONMENT,
    REFERENCE_ENVIRONMENT,
    Settings,
)

ENVIRON = {
    "TABLE_NAME": "lots",
    "ENDPOINT_NAME": "wine-model",
    "TIME_BUDGET_MS": "1500",
    "CACHE_TTL_S": "0",
    "CACHE_SIZE": "0",
}


def test_settings_are_read_from_exactly_the_declared_variables() -> None:
    assert set(ENVIRON) == {*ENVIRONMENT, *REFERENCE_ENVIRONMENT, *MODEL_ENVIRONMENT}
    assert Settings.from_env(ENVIRON, reference=True, model=True) == Settings(
        table_name="lots", endpoint_name="wine-model", time_budget_ms=1500, cache_ttl_s=0, cache_size=0
    )


@pytest.mark.parametrize("name", [*ENVIRONMENT, *REFERENCE_ENVIRONMENT, *MODEL_ENVIRONMENT])
def test_each_variable_is_needed(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        Settings.from_env(
            {key: value for key, value in ENVIRON.items() if key != name}, reference=True, model=True
        )


@pytest.mark.parametrize(
    ("name", "value"), [("TIME_BUDGET_MS", "0"), ("CACHE_TTL_S", "-1"), ("CACHE_SIZE", "1.5")]
)
def test_a_number_out_of_its_range_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}='{value}' is no whole number from"):
        Settings.from_env({**ENVIRON, name: value}, reference=True, model=True)


def test_what_no_operation_uses_is_not_needed() -> None:
    left = {key: value for key, value in ENVIRON.items() if key in ENVIRONMENT}
    found = Settings.from_env(left, reference=False, model=False)
    assert found == Settings(time_budget_ms=1500)
    with pytest.raises(SettingsError, match=r"^TABLE_NAME"):
        Settings.from_env(left, reference=True, model=False)
    with pytest.raises(SettingsError, match=r"^ENDPOINT_NAME"):
        Settings.from_env(left, reference=False, model=True)
