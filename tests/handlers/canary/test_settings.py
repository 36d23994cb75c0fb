from dataclasses import replace

import pytest

from handlers.canary.settings import (
    API_KEY_ENVIRONMENT,
    ENVIRONMENT,
    LOCATION_ENVIRONMENT,
    PRIVATE_ENVIRONMENT,
    SECRETS_ENVIRONMENT,
    Settings,
)
from handlers.environment import SettingsError

ENVIRON = {
    "SERVICE": "inference-dev",
    "API_URL": "https://abc.execute-api.eu-west-1.amazonaws.com/live",
    "API_REGION": "eu-west-1",
    "TIMEOUT_MS": "5000",
}
SOMETIMES = {
    "API_KEY_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:222222222222:secret:key",
    "SECRETS_ARN": "arn:aws:secretsmanager:eu-west-1:222222222222:secret:others",
    "LOCATION": "us-east-1",
    "METRICS_REGION": "eu-west-1",
    "PRIVATE_API_ID": "abc",
}


def test_settings_are_read_from_exactly_the_declared_variables() -> None:
    assert set(ENVIRON) == set(ENVIRONMENT)
    sometimes = (API_KEY_ENVIRONMENT, SECRETS_ENVIRONMENT, LOCATION_ENVIRONMENT, PRIVATE_ENVIRONMENT)
    assert set(SOMETIMES) == {name for names in sometimes for name in names}
    least = Settings(
        service="inference-dev", api_url=ENVIRON["API_URL"], api_region="eu-west-1", timeout_ms=5000
    )
    assert Settings.from_env(ENVIRON) == least
    assert Settings.from_env({**ENVIRON, **SOMETIMES}) == replace(
        least,
        api_key_secret_arn=SOMETIMES["API_KEY_SECRET_ARN"],
        secrets_arn=SOMETIMES["SECRETS_ARN"],
        location="us-east-1",
        metrics_region="eu-west-1",
        private_api_id="abc",
    )


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_each_variable_is_needed(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        Settings.from_env({key: value for key, value in ENVIRON.items() if key != name})


WRONG = {
    "API_URL without a host": ("API_URL", "https:///live"),
    "API_URL without a scheme": ("API_URL", "host/live"),
    "TIMEOUT_MS zero": ("TIMEOUT_MS", "0"),
}


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_value_is_named_with_its_consequence(name: str, value: str) -> None:
    with pytest.raises(
        SettingsError, match=f"^{name}=.* (so nothing can be probed|so the function cannot start)"
    ):
        Settings.from_env({**ENVIRON, name: value})


def test_an_address_may_have_no_path_and_ends_without_a_slash() -> None:
    for url in ("https://api.example.com", "https://api.example.com/"):
        assert Settings.from_env({**ENVIRON, "API_URL": url}).api_url == "https://api.example.com"
