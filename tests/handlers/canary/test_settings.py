import json

import pytest

from handlers.canary.settings import ENVIRONMENT, Probe, Settings
from handlers.environment import SettingsError

PROBE = {"id": "lot-001", "measurements": {"hue": 1.04}, "prediction": "barolo"}
ENVIRON = {
    "SERVICE": "inference-dev",
    "API_URL": "https://abc.execute-api.eu-west-1.amazonaws.com/live/v1/predictions",
    "API_REGION": "eu-west-1",
    "API_KEY_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:222222222222:secret:key",
    "PROBE": json.dumps(PROBE),
    "TIMEOUT_MS": "5000",
}


def test_settings_are_read_from_exactly_the_declared_variables() -> None:
    assert set(ENVIRON) == set(ENVIRONMENT)
    assert Settings.from_env(ENVIRON) == Settings(
        service="inference-dev",
        api_url=ENVIRON["API_URL"],
        api_region="eu-west-1",
        api_key_secret_arn=ENVIRON["API_KEY_SECRET_ARN"],
        probe=Probe(id="lot-001", measurements={"hue": 1.04}, prediction="barolo"),
        timeout_ms=5000,
    )


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_each_variable_is_needed(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        Settings.from_env({key: value for key, value in ENVIRON.items() if key != name})


WRONG = {
    "PROBE no JSON": ("PROBE", "lot-001"),
    "PROBE no object": ("PROBE", "[]"),
    "PROBE lacks a field": ("PROBE", json.dumps({"id": "lot-001"})),
    "PROBE has another field": ("PROBE", json.dumps({**PROBE, "extra": 1})),
    "PROBE has a list": ("PROBE", json.dumps({**PROBE, "measurements": []})),
    "API_URL without a path": ("API_URL", "https://host/"),
    "API_URL without a scheme": ("API_URL", "host/live/v1/predictions"),
    "TIMEOUT_MS zero": ("TIMEOUT_MS", "0"),
}


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_value_is_named_with_its_consequence(name: str, value: str) -> None:
    with pytest.raises(
        SettingsError, match=f"^{name}=.* (so nothing can be probed|so the function cannot start)"
    ):
        Settings.from_env({**ENVIRON, name: value})
