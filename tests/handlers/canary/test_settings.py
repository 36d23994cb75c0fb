import pytest

from handlers.canary.settings import ENVIRONMENT, Settings
from handlers.environment import SettingsError

ENVIRON = {
    "SERVICE": "inference-dev",
    "API_URL": "https://abc.execute-api.eu-west-1.amazonaws.com/live",
    "API_REGION": "eu-west-1",
    "API_KEY_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:222222222222:secret:key",
    "TIMEOUT_MS": "5000",
}


def test_settings_are_read_from_exactly_the_declared_variables() -> None:
    assert set(ENVIRON) == set(ENVIRONMENT)
    assert Settings.from_env(ENVIRON) == Settings(
        service="inference-dev",
        api_url=ENVIRON["API_URL"],
        api_region="eu-west-1",
        api_key_secret_arn=ENVIRON["API_KEY_SECRET_ARN"],
        timeout_ms=5000,
    )


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_each_variable_is_needed(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        Settings.from_env({key: value for key, value in ENVIRON.items() if key != name})


WRONG = {
    "API_URL without a path": ("API_URL", "https://host/"),
    "API_URL without a scheme": ("API_URL", "host/live"),
    "TIMEOUT_MS zero": ("TIMEOUT_MS", "0"),
}


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_value_is_named_with_its_consequence(name: str, value: str) -> None:
    with pytest.raises(
        SettingsError, match=f"^{name}=.* (so nothing can be probed|so the function cannot start)"
    ):
        Settings.from_env({**ENVIRON, name: value})
