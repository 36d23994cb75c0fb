"""What is read of secrets, how often, and what is told where that fails."""

import json
import traceback
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import get_session
from botocore.stub import Stubber

from bench.stand_ins.loopback import closed_port
from handlers.canary.secrets import MAX_AGE_S, Secrets, SecretUnreadableError
from tests.handlers.canary.sending import API_KEY, API_KEY_ARN, NAMED_ARN, Store

NONE = "Secrets Manager: no secret is set up"


def client(url: str | None = None) -> Any:
    return get_session().create_client(
        "secretsmanager",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id="AKIA1",
        aws_secret_access_key="s3cret",
        config=Config(retries={"total_max_attempts": 1}),
    )


def problem(secrets: Secrets) -> str:
    secrets.refresh()
    with pytest.raises(SecretUnreadableError) as raised:
        secrets.api_key()
    assert raised.value.__cause__ is None
    return str(raised.value)


def test_only_what_probes_need_is_read_and_once() -> None:
    store = Store({"crm": "t\r\n"})
    for key, named, reads in (
        (API_KEY_ARN, NAMED_ARN, [API_KEY_ARN, NAMED_ARN]),
        (API_KEY_ARN, None, [API_KEY_ARN]),
        (None, NAMED_ARN, [NAMED_ARN]),
    ):
        store.reads.clear()
        secrets = Secrets(store, key, named)
        for _ in range(2):
            secrets.refresh()
        assert store.reads == reads
    assert secrets.named("crm") == "t"
    with pytest.raises(SecretUnreadableError, match=NONE):
        secrets.api_key()


def test_a_rotated_secret_is_read_again_while_its_old_value_is_still_good() -> None:
    store, clock = Store({"crm": "old"}), [1000.0]
    secrets = Secrets(store, API_KEY_ARN, NAMED_ARN, lambda: clock[0])
    secrets.refresh()
    store.held[NAMED_ARN] = json.dumps({"crm": "new"})
    for later, value in ((MAX_AGE_S - 1, "old"), (MAX_AGE_S, "new")):
        clock[0] = 1000.0 + later
        secrets.refresh()
        assert secrets.named("crm") == value
    assert store.reads == [API_KEY_ARN, NAMED_ARN] * 2


def test_what_is_known_stays_in_use_where_it_cannot_be_read_again() -> None:
    store, clock = Store({"crm": "t"}), [1000.0]
    secrets = Secrets(store, None, NAMED_ARN, lambda: clock[0])
    secrets.refresh()
    store.held[NAMED_ARN] = "no JSON"
    clock[0] += MAX_AGE_S
    secrets.refresh()
    assert secrets.named("crm") == "t"
    store.held[NAMED_ARN] = json.dumps({"crm": "again"})
    clock[0] += 60  # it is tried at the next run, not after another while
    secrets.refresh()
    assert secrets.named("crm") == "again"


def test_what_was_refused_is_read_anew() -> None:
    store = Store({"crm": "old"})
    secrets = Secrets(store, API_KEY_ARN, NAMED_ARN)
    secrets.refresh()
    store.held[NAMED_ARN] = json.dumps({"crm": "new"})
    assert secrets.named("crm") == "old"
    secrets.forget()
    secrets.refresh()
    assert secrets.named("crm") == "new"


@pytest.mark.parametrize("held", ["no JSON", "[1]", "{}", '{"crm": 7}', "[" * 100_000])
def test_a_source_that_cannot_be_read_leaves_the_other(held: str) -> None:
    store = Store({})
    store.held[NAMED_ARN] = held
    secrets = Secrets(store, API_KEY_ARN, NAMED_ARN)
    secrets.refresh()
    assert secrets.api_key() == API_KEY
    with pytest.raises(SecretUnreadableError, match=r"is no JSON object|has no secret 'crm'"):
        secrets.named("crm")


def test_an_error_that_repeats_the_secret_is_told_by_its_type_alone() -> None:
    class Careless:
        def get_secret_value(self, **_: str) -> None:
            raise ValueError(f"cannot parse {API_KEY}")

    secrets = Secrets(Careless(), API_KEY_ARN, None)
    secrets.refresh()
    with pytest.raises(SecretUnreadableError, match=r"^Secrets Manager: ValueError$") as raised:
        secrets.api_key()
    assert API_KEY not in "".join(traceback.format_exception(raised.value))


def test_a_secrets_manager_that_cannot_be_reached_is_an_unreadable_key() -> None:
    unreachable = Secrets(client(f"http://127.0.0.1:{closed_port()}"), API_KEY_ARN, None)
    assert problem(unreachable) == "Secrets Manager: EndpointConnectionError"


def test_an_errors_code_is_cut_to_what_a_log_line_takes() -> None:
    secrets = client()
    with Stubber(secrets) as stubbed:
        stubbed.add_client_error("get_secret_value", "X" * 200)
        assert problem(Secrets(secrets, API_KEY_ARN, None)) == f"Secrets Manager: {'X' * 80}"


def test_a_problem_that_is_over_is_told_no_more() -> None:
    store = Store({})
    held = store.held.pop(API_KEY_ARN)
    secrets = Secrets(store, API_KEY_ARN, None)
    assert problem(secrets) == "Secrets Manager: KeyError"
    store.held[API_KEY_ARN] = held
    secrets.refresh()
    assert secrets.api_key() == API_KEY
    secrets.forget()
    with pytest.raises(SecretUnreadableError, match=NONE):
        secrets.api_key()
